// One end of the channel between two processes of ours: whole datagrams in order, each with at most
// one descriptor. A seqpacket socket tells when the other process has gone, which a datagram socket
// does not. One thread owns an end; nothing here blocks.
//
// Unsafe: buffers of ours, which outlive the one call they are passed to.

import CLinux
import Glibc

/// What arrived on a control socket.
package enum Received: ~Copyable {
    /// A datagram and the descriptor that came with it, which the caller now owns. The caller
    /// decides whether this message may carry a descriptor. If this process has no descriptor
    /// number left (EMFILE), the descriptor is lost and the message comes without it.
    case message([UInt8], Descriptor?)
    /// Nothing is waiting.
    case wouldBlock
    /// The peer has closed its end (or sent an empty datagram, which our processes never do).
    case closed
}

package final class ControlSocket {
    /// The longest datagram that is accepted unless it is said otherwise, in bytes. A longer one is an
    /// error.
    package static let longestDatagramBytes = 1024

    private let descriptor: Descriptor

    /// Takes over an inherited end, which becomes close-on-exec and non-blocking.
    package init(adopting descriptor: consuming Descriptor) {
        _ = weir_secure_inherited(descriptor.raw, 1)
        self.descriptor = descriptor
    }

    /// Two connected ends: one to keep, one to hand to a child. Errors: EMFILE, ENFILE.
    package static func pair() throws(SystemError) -> (ControlSocket, ControlSocket) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(
            SOCK_SEQPACKET.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        try systemCall("socketpair") { unsafe socketpair(AF_UNIX, type, 0, &ends) }
        return (
            ControlSocket(adopting: Descriptor(owning: ends[0])),
            ControlSocket(adopting: Descriptor(owning: ends[1]))
        )
    }

    /// For registration with an event loop.
    package var raw: Int32 { descriptor.raw }

    /// Sends one datagram, and with it a descriptor, which stays the caller's. False: the peer's
    /// queue is full; wait until the socket is writable.
    /// Errors: EPIPE and ECONNRESET (the peer is gone), ETOOMANYREFS (too many descriptors under way).
    package func send(_ datagram: [UInt8], passing passed: Int32? = nil) throws(SystemError) -> Bool
    {
        precondition(!datagram.isEmpty, "an empty datagram looks like the end of the channel")
        do {
            try systemCall("sendmsg") {
                unsafe weir_send_datagram(raw, datagram, datagram.count, passed ?? -1)
            }
            return true
        } catch {
            if error.code == EAGAIN { return false }
            throw error
        }
    }

    /// Takes the next datagram.
    /// Errors: EBADMSG (too long, more than one descriptor, or a foreign control message; whatever
    /// came with it is closed).
    package func receive(
        limitBytes: Int = longestDatagramBytes
    ) throws(SystemError) -> Received {
        var buffer = [UInt8](repeating: 0, count: limitBytes)
        var passed: Int32 = -1
        let count: Int
        do {
            count = try systemCall("recvmsg") {
                unsafe weir_receive_datagram(raw, &buffer, buffer.count, &passed)
            }
        } catch {
            if error.code == EAGAIN { return .wouldBlock }
            // The peer has gone without reading all we sent. Linux says so once; after that come
            // the datagrams it sent before, and then the end (unix(7)).
            if error.code == ECONNRESET { return try receive(limitBytes: limitBytes) }
            throw error
        }
        let descriptor = passed >= 0 ? Descriptor(owning: passed) : nil
        if count == 0 { return .closed }
        buffer.removeLast(buffer.count - count)
        return .message(buffer, descriptor)
    }

    /// Waits until something has arrived or the peer is gone. False: neither in this time.
    package func waitUntilReadable(timeoutMs: UInt64) -> Bool {
        var watched = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&watched, 1, Int32(clamping: timeoutMs)) > 0
    }
}

// Unix stream sockets: the listener of the control socket, and both ends of a connection to it. One
// thread owns an end. Paths may be longer than the address of a socket allows.
//
// Unsafe: C strings and arrays of ours, which outlive the one call they are passed to.

import CLinux
import Glibc

/// A listening Unix stream socket, non-blocking and close-on-exec.
package struct UnixListener: ~Copyable {
    package let descriptor: Descriptor

    /// Listens at a path. Only this process's user and root can connect. A socket that a dead process
    /// left there is replaced.
    /// Errors: EADDRINUSE (somebody listens there), EEXIST (something else is there), ENOENT (no such
    /// folder), EACCES, ENAMETOOLONG.
    package init(path: String, backlog: Int32) throws(SystemError) {
        let raw = try systemCall("bind") { unsafe weir_listen_at(path, backlog) }
        descriptor = Descriptor(owning: raw)
    }

    /// Takes over a listener that another process has made.
    package init(adopting descriptor: consuming Descriptor) {
        self.descriptor = descriptor
    }

    /// The next waiting connection, non-blocking; nil when none waits.
    /// Errors: EMFILE, ENFILE, ENOBUFS, ENOMEM: it can only be taken later.
    package func accept() throws(SystemError) -> Descriptor? {
        var address = [UInt8](repeating: 0, count: 16)
        var count = 0
        let raw = descriptor.raw
        do {
            let accepted = try systemCall("accept4") { unsafe weir_accept(raw, &address, &count) }
            return Descriptor(owning: accepted)
        } catch {
            if error.code == EAGAIN { return nil }
            throw error
        }
    }
}

package enum UnixStream {
    /// What was received.
    package enum Input: Equatable {
        case bytes([UInt8])
        case wouldBlock
        /// The peer sends nothing more, or is gone.
        case end
    }

    /// Connects to a listener. The connection blocks, but no longer than `timeoutMs` at each call, which
    /// then fails with EAGAIN.
    /// Errors: ENOENT (nothing is there), ECONNREFUSED (nobody listens), EACCES.
    package static func connect(
        to path: String, timeoutMs: UInt64
    ) throws(SystemError) -> Descriptor {
        let raw = try systemCall("connect") {
            unsafe weir_connect_to(path, Int64(clamping: timeoutMs))
        }
        return Descriptor(owning: raw)
    }

    /// The user that the peer had when it connected; nil when that cannot be told.
    package static func peerUser(of raw: Int32) -> UInt32? {
        var user: UInt32 = 0
        return unsafe weir_peer_user(raw, &user) == 0 ? user : nil
    }

    /// Takes in what is there, up to `limitBytes`.
    /// - Parameter isPeek: leaves it there, too.
    package static func receive(_ raw: Int32, limitBytes: Int, isPeek: Bool = false) -> Input {
        var buffer = [UInt8](repeating: 0, count: limitBytes)
        let flags = isPeek ? Int32(MSG_PEEK) : 0
        do {
            let count = try systemCall("recv") { unsafe recv(raw, &buffer, buffer.count, flags) }
            return count == 0 ? .end : .bytes(Array(buffer.prefix(count)))
        } catch {
            return error.code == EAGAIN ? .wouldBlock : .end
        }
    }

    /// Sends nothing more: the peer reads the end.
    package static func endSending(_ raw: Int32) { _ = shutdown(raw, Int32(SHUT_WR)) }

    /// Sends as much as there is room for; returns how many bytes that were.
    /// Errors: EPIPE, ECONNRESET (the peer is gone).
    package static func send(_ bytes: ArraySlice<UInt8>, to raw: Int32) throws(SystemError) -> Int {
        do {
            return try systemCall("send") {
                unsafe bytes.withUnsafeBytes { bytes in
                    unsafe Glibc.send(
                        raw, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
                }
            }
        } catch {
            if error.code == EAGAIN { return 0 }
            throw error
        }
    }
}

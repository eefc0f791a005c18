// Datagrams and descriptors between two ends of a control channel, honest and hostile.

import CLinux
import Glibc
import Testing

@testable import LinuxIO

/// A peer that does what no peer of ours does: it talks to the raw socket.
private func sendRaw(_ socket: Int32, bytes: [UInt8], descriptors: [Int32]) {
    var control = [UInt8](repeating: 0, count: 16 + 8 * ((descriptors.count * 4 + 7) / 8))
    control.withUnsafeMutableBytes { space in
        space.storeBytes(of: UInt64(16 + descriptors.count * 4), toByteOffset: 0, as: UInt64.self)
        space.storeBytes(of: SOL_SOCKET, toByteOffset: 8, as: Int32.self)
        space.storeBytes(of: Int32(SCM_RIGHTS), toByteOffset: 12, as: Int32.self)
        for (index, descriptor) in descriptors.enumerated() {
            space.storeBytes(of: descriptor, toByteOffset: 16 + 4 * index, as: Int32.self)
        }
    }
    var bytes = bytes
    let result = bytes.withUnsafeMutableBytes { payload in
        control.withUnsafeMutableBytes { space in
            var part = iovec(iov_base: payload.baseAddress, iov_len: payload.count)
            return withUnsafeMutablePointer(to: &part) { part in
                var message = msghdr()
                message.msg_iov = part
                message.msg_iovlen = 1
                message.msg_control = space.baseAddress
                message.msg_controllen = space.count
                return sendmsg(socket, &message, 0)
            }
        }
    }
    #expect(result == bytes.count)
}

/// Waits until all writing ends of a pipe are closed, seen from its empty reading end. A child that
/// another test spawns holds copies until it runs its program, so this may take a moment.
private func waitForHangup(_ readingEnd: Int32) -> Bool {
    var poll = pollfd(fd: readingEnd, events: 0, revents: 0)
    while Glibc.poll(&poll, 1, -1) < 0 {}
    return Int32(poll.revents) == POLLHUP
}

/// A pipe as numbers.
private func makePipe() -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    return (ends[0], ends[1])
}

@Suite("A control socket", .timeLimit(.minutes(1)))
struct ControlSocketTests {
    @Test("keeps datagrams apart and in order")
    func datagrams() throws {
        let (left, right) = try ControlSocket.pair()
        #expect(try left.send([1, 2, 3]))
        #expect(try left.send([4]))
        for expected in [[1, 2, 3], [4]] as [[UInt8]] {
            guard case .message(let bytes, let descriptor) = try right.receive() else {
                Issue.record("a datagram is waiting")
                return
            }
            #expect(bytes == expected)
            let hasDescriptor = descriptor != nil
            #expect(!hasDescriptor)
        }
        guard case .wouldBlock = try right.receive() else {
            Issue.record("nothing is waiting")
            return
        }
    }

    @Test("passes a descriptor, which the receiver owns and its children do not get")
    func descriptor() throws {
        let (left, right) = try ControlSocket.pair()
        let (reading, writing) = makePipe()
        defer { close(reading) }
        #expect(try left.send([9], passing: writing))
        close(writing)
        switch try right.receive() {
        case .message(let bytes, let descriptor):
            #expect(bytes == [9])
            guard let descriptor else {
                Issue.record("the descriptor has come along")
                return
            }
            #expect(fcntl(descriptor.raw, F_GETFD) & FD_CLOEXEC != 0)
            #expect(write(descriptor.raw, [7], 1) == 1)
        default: Issue.record("a datagram is waiting")
        }
        var byte: UInt8 = 0
        #expect(read(reading, &byte, 1) == 1)
        #expect(byte == 7)
        #expect(waitForHangup(reading))
    }

    @Test("tells when the peer has gone")
    func closed() throws {
        let left = try ControlSocket.pair().0
        guard case .closed = try left.receive() else {
            Issue.record("the other end is closed")
            return
        }
        #expect(throws: SystemError(code: EPIPE, call: "sendmsg")) { try left.send([1]) }
    }

    private func expectLastDatagram(_ expected: [UInt8], at socket: ControlSocket) throws {
        guard case .message(let bytes, _) = try socket.receive() else {
            Issue.record("the datagram is still there")
            return
        }
        #expect(bytes == expected)
        guard case .closed = try socket.receive() else {
            Issue.record("after it, the end")
            return
        }
    }

    @Test("delivers what was sent before the peer went")
    func lastWords() throws {
        let right = try {
            let (left, right) = try ControlSocket.pair()
            #expect(try left.send([5]))
            return right
        }()
        try expectLastDatagram([5], at: right)
    }

    @Test("delivers what was sent before the peer went without reading")
    func lastWordsUnread() throws {
        let right = try {
            let (left, right) = try ControlSocket.pair()
            #expect(try right.send([6]))
            #expect(try left.send([5]))
            return right
        }()
        try expectLastDatagram([5], at: right)
    }

    @Test("says so when the peer's queue is full, and takes more when there is room")
    func full() throws {
        let (left, right) = try ControlSocket.pair()
        var sent = 0
        while try left.send([1, 2, 3, 4]) { sent += 1 }
        #expect(sent > 10)
        for _ in 0..<sent { _ = try right.receive() }
        #expect(try left.send([1]))
    }

    @Test("refuses a second descriptor and closes all that came", arguments: [2, 4, 9])
    func strayDescriptors(count: Int) throws {
        let (left, right) = try ControlSocket.pair()
        let (reading, writing) = makePipe()
        defer { close(reading) }
        sendRaw(left.raw, bytes: [1], descriptors: [Int32](repeating: writing, count: count))
        close(writing)
        #expect(throws: SystemError(code: EBADMSG, call: "recvmsg")) { _ = try right.receive() }
        #expect(waitForHangup(reading))
        #expect(try left.send([2]))
        guard case .message(let bytes, _) = try right.receive() else {
            Issue.record("the next datagram is fine")
            return
        }
        #expect(bytes == [2])
    }

    @Test("refuses a datagram that is too long and closes what came with it")
    func tooLong() throws {
        let (left, right) = try ControlSocket.pair()
        let (reading, writing) = makePipe()
        defer { close(reading) }
        let bytes = [UInt8](repeating: 1, count: ControlSocket.longestDatagramBytes + 1)
        sendRaw(left.raw, bytes: bytes, descriptors: [writing])
        close(writing)
        #expect(throws: SystemError(code: EBADMSG, call: "recvmsg")) { _ = try right.receive() }
        #expect(waitForHangup(reading))
    }

    @Test("refuses a control message of another kind")
    func foreignControlMessage() throws {
        let (left, right) = try ControlSocket.pair()
        var on: Int32 = 1
        #expect(setsockopt(right.raw, SOL_SOCKET, SO_PASSCRED, &on, 4) == 0)
        #expect(try left.send([1]))
        #expect(throws: SystemError(code: EBADMSG, call: "recvmsg")) { _ = try right.receive() }
    }
}

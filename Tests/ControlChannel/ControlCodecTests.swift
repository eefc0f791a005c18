// The control codec: each message survives the trip, and nothing else is taken for a message.

import Testing

@testable import ControlChannel

private let key = [UInt8](1...80)
private let otherKey = [UInt8](101...180)

@Suite("The control codec")
struct ControlCodecTests {
    static let toWorker: [ToWorker] = [
        .connection(number: 1, from: .https), .connection(number: .max, from: .redirect),
        .connection(number: 0x0102_0304_0506_0708, from: .admin),
        .drain(timeoutMs: 0, closesIdle: false), .drain(timeoutMs: .max, closesIdle: true),
        .lead, .releaseSlot(0), .releaseSlot(.max),
        .ticketKeys(current: key, previous: nil),
        .ticketKeys(current: key, previous: otherKey),
        .ping(token: 0), .ping(token: .max),
        .refuse(number: 1), .refuse(number: .max), .connection(number: 7, from: .proxied),
    ]
    static let toSupervisor: [ToSupervisor] = [
        .ready(version: ControlDatagram.version, processID: 1, certificateExpiresUnixS: 0),
        .ready(version: .max, processID: .max, certificateExpiresUnixS: .max),
        .failed([1]), .failed([UInt8](repeating: 255, count: ToSupervisor.reasonPieceBytes)),
        .slotReleased(slot: 0), .slotReleased(slot: .max),
        .ended([1]), .ended([.max, 1, 1]),
        .ended((1...UInt64(ToSupervisor.endedPerMessage)).map { $0 << 40 }),
        .drained, .pong(token: 0x0102_0304_0506_0708),
        .client(number: 1, address: [192, 0, 2, 1]),
        .client(number: .max, address: [UInt8](1...16)),
    ]

    @Test("what a supervisor says survives the trip", arguments: toWorker)
    func toWorkerRoundTrip(message: ToWorker) throws {
        let datagram = message.encoded()
        #expect(datagram.count == ControlDatagram.byteCount)
        #expect(try ToWorker(decoding: datagram) == message)
    }

    @Test("what a worker says survives the trip", arguments: toSupervisor)
    func toSupervisorRoundTrip(message: ToSupervisor) throws {
        let datagram = message.encoded()
        #expect(datagram.count == ControlDatagram.byteCount)
        #expect(try ToSupervisor(decoding: datagram) == message)
    }

    @Test("the layout is the documented one")
    func layout() {
        let datagram = ToSupervisor.pong(token: 0x0102_0304_0506_0708).encoded()
        #expect(datagram[0..<16] == [3, 0, 4, 1, 0, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1])
        #expect(datagram[16...].allSatisfy { $0 == 0 })
    }

    @Test("a cut or extended datagram is refused", arguments: [0, 1, 8, 175, 177, 1024])
    func wrongLength(count: Int) {
        let datagram = [UInt8](repeating: 0, count: count)
        #expect(throws: ControlError.wrongLength(count)) { try ToWorker(decoding: datagram) }
        #expect(throws: ControlError.wrongLength(count)) { try ToSupervisor(decoding: datagram) }
    }

    @Test("another version is refused")
    func wrongVersion() {
        var datagram = ToSupervisor.drained.encoded()
        datagram[0] = 1
        #expect(throws: ControlError.wrongVersion(1)) { try ToSupervisor(decoding: datagram) }
    }

    @Test("a message of the other direction is refused")
    func wrongDirection() {
        #expect(throws: ControlError.unknownKind(0x103)) {
            try ToWorker(decoding: ToSupervisor.drained.encoded())
        }
        #expect(throws: ControlError.unknownKind(4)) {
            try ToSupervisor(decoding: ToWorker.ping(token: 1).encoded())
        }
    }

    @Test("connections that have ended are numbers in a row, with nothing behind the first zero")
    func ended() {
        let full = ToSupervisor.ended([UInt64](repeating: .max, count: 21)).encoded()
        #expect(ToSupervisor.endedPerMessage == 21)
        #expect(full[8...].allSatisfy { $0 == 255 })
        let none = [UInt8](full[..<8]) + [UInt8](repeating: 0, count: 168)
        #expect(throws: ControlError.invalidField) { try ToSupervisor(decoding: none) }
        var broken = ToSupervisor.ended([5]).encoded()
        broken[24] = 1
        #expect(throws: ControlError.notZero) { try ToSupervisor(decoding: broken) }
    }

    @Test("every byte that a worker's message does not use has to be zero", arguments: toSupervisor)
    func unusedBytesOfWorkers(message: ToSupervisor) throws {
        let datagram = message.encoded()
        for index in datagram.indices {
            var changed = datagram
            changed[index] ^= 0x80
            if let other = try? ToSupervisor(decoding: changed) {
                #expect(other != message)
                #expect(other.encoded() == changed)
            }
        }
    }

    @Test("every byte that a message does not use has to be zero", arguments: toWorker)
    func unusedBytes(message: ToWorker) throws {
        let datagram = message.encoded()
        for index in datagram.indices {
            var changed = datagram
            changed[index] ^= 0x80
            // Either refused or another message, with an encoding of its own; never the same one.
            if let other = try? ToWorker(decoding: changed) {
                #expect(other != message)
                #expect(other.encoded() == changed)
            }
        }
    }

    @Test(
        "an unknown listener, a number that none has, a strange flag and a strange process ID are refused"
    )
    func invalidFields() {
        var connection = ToWorker.connection(number: 1, from: .redirect).encoded()
        connection[16] = 128
        #expect(throws: ControlError.invalidField) { try ToWorker(decoding: connection) }
        connection = ToWorker.connection(number: 1, from: .redirect).encoded()
        connection[8] = 0
        #expect(throws: ControlError.invalidField) { try ToWorker(decoding: connection) }
        var keys = ToWorker.ticketKeys(current: key, previous: nil).encoded()
        keys[8] = 2
        #expect(throws: ControlError.invalidField) { try ToWorker(decoding: keys) }
        var ready = ToSupervisor.ready(version: 1, processID: 7, certificateExpiresUnixS: 0)
            .encoded()
        ready[13] = 0x80
        #expect(throws: ControlError.invalidField) { try ToSupervisor(decoding: ready) }
        var client = ToSupervisor.client(number: 1, address: [192, 0, 2, 1]).encoded()
        client[16] = 5
        #expect(throws: ControlError.invalidField) { try ToSupervisor(decoding: client) }
        client[16] = 255
        #expect(throws: ControlError.invalidField) { try ToSupervisor(decoding: client) }
        var refuse = ToWorker.refuse(number: 1).encoded()
        refuse[8] = 0
        #expect(throws: ControlError.invalidField) { try ToWorker(decoding: refuse) }
        ready[10...13] = [0, 0, 0, 0]
        #expect(throws: ControlError.invalidField) { try ToSupervisor(decoding: ready) }
    }
}

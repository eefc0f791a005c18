// What a worker reports to its supervisor of the connections that it was passed.

import ControlChannel
import LinuxIO
import Logging
import Testing

@testable import Worker

@Suite("A worker's link to its supervisor", .timeLimit(.minutes(1)))
struct SupervisorLinkTests {
    /// The supervisor's end, which reads what the link says.
    private final class Supervisor: EventHandler {
        let socket: ControlSocket
        let loop: EventLoop
        var expected = 0
        var ended: [UInt64] = []
        var pongs: [UInt64] = []
        var batches: [Int] = []

        init(_ socket: ControlSocket, loop: EventLoop) {
            self.socket = socket
            self.loop = loop
        }

        func handleReadiness(_ readiness: Readiness) {
            guard case .message(let datagram, _)? = try? socket.receive() else { return }
            switch try? ToSupervisor(decoding: datagram) {
            case .ended(let numbers):
                ended += numbers
                batches.append(numbers.count)
            case .pong(let token): pongs.append(token)
            default: Issue.record("nothing else is said")
            }
            if ended.count >= expected { loop.stop() }
        }
    }

    private final class Worker: SupervisorLinkDelegate {
        var passed: [UInt64] = []

        func supervisorPassed(
            _ connection: consuming Descriptor, number: UInt64, from listener: ListenerKind
        ) {
            passed.append(number)
        }
        func supervisorRefused(number: UInt64) {}
        func supervisorSentTicketKeys(current: [UInt8], previous: [UInt8]?) {}
        func supervisorAskedToDrain(timeoutMs: UInt64, closesIdle: Bool) {}
        func supervisorMadeUsLead() {}
        func supervisorAskedToRelease(slot: Int) {}
        func supervisorIsGone() {}
    }

    private let loop: EventLoop
    private let supervisor: Supervisor
    private let worker = Worker()
    private let link: SupervisorLink

    init() throws {
        loop = try EventLoop()
        let (ours, theirs) = try ControlSocket.pair()
        supervisor = Supervisor(ours, loop: loop)
        link = SupervisorLink(
            socket: theirs, loop: loop, logger: Logger(label: "test"), delegate: worker)
        try link.start()
    }

    /// Runs until the supervisor has heard of so many ends.
    private func listen(toEnds count: Int) throws {
        supervisor.expected = count
        let registration = try loop.add(
            supervisor.socket.raw, interest: .readable, handler: supervisor)
        loop.run()
        loop.remove(registration)
    }

    @Test("gathers connections that have ended")
    func gathered() throws {
        for number in 1...50 { link.connectionHasEnded(UInt64(number)) }
        try listen(toEnds: 50)
        #expect(supervisor.ended.sorted() == Array(1...50))
        #expect(supervisor.batches == [21, 21, 8])
    }

    @Test("reports each of very many once, when the supervisor reads slowly")
    func many() throws {
        // More than the channel holds; what the supervisor asks meanwhile is answered.
        for number in 1...20_000 { link.connectionHasEnded(UInt64(number)) }
        #expect(try supervisor.socket.send(ToWorker.ping(token: 9).encoded()))
        try listen(toEnds: 20_000)
        #expect(supervisor.ended.sorted() == Array(1...20_000))
        #expect(supervisor.pongs == [9])
        link.connectionHasEnded(20_001)
        try listen(toEnds: 20_001)
        #expect(supervisor.ended.last == 20_001)
    }

    @Test("reports a connection that came without its descriptor as ended")
    func lost() throws {
        #expect(
            try supervisor.socket.send(ToWorker.connection(number: 3, from: .https).encoded()))
        let passed = ToWorker.connection(number: 4, from: .https).encoded()
        #expect(try supervisor.socket.send(passed, passing: 0))
        try listen(toEnds: 1)
        #expect(supervisor.ended == [3])
        #expect(worker.passed == [4])
    }
}

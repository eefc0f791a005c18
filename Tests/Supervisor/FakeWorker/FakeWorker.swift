// A worker without TLS, HTTP or media, for tests of the supervisor. It greets each connection with a
// line "SLOT PID LISTENER" and then does what the client says, one word a line:
//
//   crash             ends by SIGKILL
//   exit              exits with code 3
//   hang              stops turning its loop
//   malformed         sends the supervisor a datagram that is no message
//   lie               reports the end of a connection it was never passed
//   repeat            reports the end of this connection twice
//   descriptor        sends the supervisor a descriptor
//   deaf              closes its control channel and stays
//   silent            answers no pings, while its loop goes on turning
//   answer            answers pings again, first the one that it owes an answer
//   descriptors       answers with the numbers of its open descriptors
//   client ADDRESS    tells the supervisor that the connection is this client's (IPv4); one that it is
//                     to close then gets a line "refused"
//   keys              answers with a checksum of the ticket keys, current and previous
//
// WEIR_FAKE_WORKER in the environment: "refuse" exits with code 2 at the start, "mute" never says
// READY, "stubborn" ignores drain.

import ControlChannel
import Glibc
import LinuxIO
import Telemetry

final class FakeWorker {
    let loop: EventLoop
    let control: ControlSocket
    let launch: WorkerLaunch
    let mode: String
    private var connections: [ObjectIdentifier: FakeConnection] = [:]
    private var controlRegistration: Registration?
    private var isDraining = false
    private let counters: CounterPage
    private var isSilent = false
    private var owedToken: UInt64?
    private(set) var keys = "none"

    init(launch: WorkerLaunch, mode: String) throws {
        self.launch = launch
        self.mode = mode
        loop = try EventLoop()
        counters = try CounterPage(
            adopting: try Descriptor(inherited: launch.countersDescriptor),
            slots: WorkerLaunch.slots)
        control = ControlSocket(adopting: try Descriptor(inherited: launch.controlDescriptor))
        controlRegistration = try loop.add(control.raw, interest: .readable, handler: self)
    }

    func run() throws {
        if mode != "mute" {
            say(
                .ready(
                    version: ControlDatagram.version, processID: getpid(),
                    certificateExpiresUnixS: 0))
        }
        loop.onTurnEnd = { [counters, launch] _ in counters.add(.loopTurns, slot: launch.slot) }
        loop.run()
    }

    /// Goes on turning, whether there is anything to do or not, until it answers again.
    func fallSilent() {
        isSilent = true
        loop.schedule(afterMs: 50) { [weak self] in
            if self?.isSilent == true { self?.fallSilent() }
        }
    }

    func answer() {
        isSilent = false
        if let token = owedToken.take() { say(.pong(token: token)) }
    }

    func say(_ message: ToSupervisor) {
        _ = try? control.send(message.encoded())
    }

    func stopListening() {
        controlRegistration.map(loop.remove)
    }

    private func handle(_ message: ToWorker, _ descriptor: consuming Descriptor?) {
        switch message {
        case .connection(let number, let listener):
            guard let descriptor else { return say(.ended([number])) }
            let connection = FakeConnection(descriptor, number: number, worker: self)
            connections[ObjectIdentifier(connection)] = connection
            connection.greet("\(launch.slot) \(getpid()) \(listener.rawValue)\n")
        case .refuse(let number):
            connections.values.first { $0.number == number }?.greet("refused\n")
        case .drain(let timeoutMs, _):
            guard mode != "stubborn" else { return }
            isDraining = true
            loop.schedule(afterMs: UInt64(timeoutMs)) { exit(0) }
            exitIfDrained()
        case .lead:
            break
        case .releaseSlot(let slot):
            say(.slotReleased(slot: slot))
        case .ticketKeys(let current, let previous):
            keys = "\(checksum(current)) \(previous.map(checksum) ?? 0)"
        case .ping(let token):
            owedToken = token
            if !isSilent { answer() }
        }
    }

    private func checksum(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    }

    func connectionHasEnded(_ connection: FakeConnection) {
        connections[ObjectIdentifier(connection)] = nil
        say(.ended([connection.number]))
        exitIfDrained()
    }

    private func exitIfDrained() {
        guard isDraining, connections.isEmpty else { return }
        say(.drained)
        exit(0)
    }
}

extension FakeWorker: EventHandler {
    func handleReadiness(_ readiness: Readiness) {
        while true {
            do {
                switch try control.receive() {
                case .message(let datagram, let descriptor):
                    handle(try ToWorker(decoding: datagram), descriptor)
                case .wouldBlock:
                    return
                case .closed:
                    exit(0)
                }
            } catch {
                exit(4)
            }
        }
    }
}

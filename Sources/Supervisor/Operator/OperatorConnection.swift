// One connection to the control socket: takes in one request, and sends the lines of its answer.
//
// awaiting -> working -> finishing -> closed. Awaiting ends by itself when the request does not come, and
// finishing when the other end does not go; working lasts as long as the work. What a slow reader has not
// taken is bounded: one that takes too little is let go. The other end may say that it sends nothing more
// (`nc -N`, `socat`), and still gets its answer.
//
// Owner: the supervisor's loop.

import LinuxIO
import Settings

protocol OperatorConnectionOwner: AnyObject {
    /// Answers with `say`, now or later.
    func connectionAsks(_ request: OperatorRequest, _ connection: OperatorConnection)
    /// Passes it on. It is closed here afterwards.
    func connectionSpeaksHTTP(_ descriptor: borrowing Descriptor)
    func connectionHasEnded(_ connection: OperatorConnection)
}

final class OperatorConnection {
    private enum Phase {
        case awaiting
        case working
        case finishing
        case closed
    }

    /// The user at the other end.
    let peer: PeerAddress
    private let loop: EventLoop
    private weak let owner: (any OperatorConnectionOwner)?
    private var descriptor: Descriptor?
    private var registration: Registration?
    private var timer: TimerID?
    private var phase = Phase.awaiting
    private var received: [UInt8] = []
    private var outbox: [UInt8] = []
    /// The other end sends nothing more, but may still read.
    private var hasInputEnded = false

    init(
        descriptor: consuming Descriptor, loop: EventLoop, owner: any OperatorConnectionOwner
    ) {
        peer = PeerAddress(socket: descriptor.raw)
        self.descriptor = consume descriptor
        self.loop = loop
        self.owner = owner
    }

    var isClosed: Bool { phase == .closed }

    private var raw: Int32 { descriptor?.raw ?? -1 }

    /// Begins to listen. False: it cannot.
    func start() -> Bool {
        registration = try? loop.add(
            raw, interest: .readable,
            handler: ReadinessAction { [self] in handle($0) })
        timer = loop.schedule(afterMs: Limits.operatorPatienceMs) { [weak self] in self?.close() }
        return registration != nil
    }

    private func handle(_ readiness: Readiness) {
        if phase == .awaiting { return receive() }
        // Neither direction is open: nobody is there any more.
        if readiness.hasAny(of: .hangup) { return close() }
        if readiness.contains(.writable) { flush() }
        if readiness.contains(.readable) { dropInput() }
    }

    // MARK: The request

    private func receive() {
        if received.isEmpty, case .bytes(let first) = peek(), first != [UInt8(ascii: "{")] {
            return passOn()
        }
        let room = Limits.operatorRequestBytes - received.count
        switch UnixStream.receive(raw, limitBytes: room) {
        case .wouldBlock: return
        case .end:
            guard !received.isEmpty else { return close() }
            return ask(received)
        case .bytes(let bytes): received += bytes
        }
        if let end = received.firstIndex(of: 0x0A) { return ask(Array(received[..<end])) }
        if received.count >= Limits.operatorRequestBytes {
            say(.refused(reason: "the request is too long"))
        }
    }

    private func peek() -> UnixStream.Input {
        UnixStream.receive(raw, limitBytes: 1, isPeek: true)
    }

    private func passOn() {
        stopListening()
        if let descriptor = descriptor.take() { owner?.connectionSpeaksHTTP(descriptor) }
        close()
    }

    private func ask(_ line: [UInt8]) {
        do {
            let request = try OperatorRequest(line: line)
            phase = .working
            timer.map(loop.cancel)
            timer = nil
            owner?.connectionAsks(request, self)
        } catch {
            say(.refused(reason: error.reason))
        }
    }

    /// Nothing more is expected. What comes is dropped.
    private func dropInput() {
        guard case .end = UnixStream.receive(raw, limitBytes: Limits.operatorRequestBytes) else {
            return
        }
        hasInputEnded = true
        listen()
    }

    // MARK: The answer

    /// Sends a line. After the last one, the connection is closed as soon as everything is sent.
    func say(_ line: OperatorLine) {
        guard phase == .awaiting || phase == .working else { return }
        outbox += line.bytes
        guard outbox.count <= Limits.operatorAnswerBytes else { return close() }
        if line.isLast {
            phase = .finishing
            timer.map(loop.cancel)
            timer = loop.schedule(afterMs: Limits.operatorPatienceMs) { [weak self] in
                self?.close()
            }
        }
        flush()
    }

    private func flush() {
        while !outbox.isEmpty {
            guard let count = try? UnixStream.send(outbox[...], to: raw) else { return close() }
            if count == 0 { break }
            outbox.removeFirst(count)
        }
        // What is not read yet would cut the answer off, if the connection were closed now.
        if outbox.isEmpty, phase == .finishing { UnixStream.endSending(raw) }
        listen()
    }

    /// The end of the input would be reported again and again. That nobody is there any more always is.
    private func listen() {
        let input: Readiness = hasInputEnded ? [] : .readable
        registration.map { loop.modify($0, interest: outbox.isEmpty ? input : [input, .writable]) }
    }

    /// The end of the server is what was asked for here.
    var awaitsEnd = false

    /// The server ends now.
    func serverHasEnded() {
        if phase == .working {
            say(awaitsEnd ? .done(notes: []) : .refused(reason: "the server has ended"))
        }
        close()
    }

    // MARK: The end

    private func stopListening() {
        registration.map(loop.remove)
        registration = nil
        timer.map(loop.cancel)
        timer = nil
    }

    private func close() {
        guard phase != .closed else { return }
        phase = .closed
        stopListening()
        descriptor = nil
        owner?.connectionHasEnded(self)
    }
}

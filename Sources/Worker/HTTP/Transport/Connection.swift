// One client's TCP connection, with TLS or (for the admin and redirect listeners) without. It moves
// bytes between the socket, OpenSSL and the HTTP session, and ends all three together.
//
// Its life is a ConnectionPhase; a ConnectionClock says how long each phase may last.
//
// Invariants: nothing new is produced while the socket holds something back (`output.isBlocked`); the
// shared buffers are empty whenever another connection gets its turn.
//
// Unsafe use: the SSL object is owned here and freed in deinit; shared buffers are used within one
// call. Owner: the loop's thread.

import CLinux
import COpenSSL
import Glibc
import LinuxIO

@safe
final class Connection: EventHandler, LineMember {
    /// What is read from the socket.
    enum Input {
        /// All bytes that come.
        case wanted
        /// Nothing: the session has enough.
        case paused
        /// Nothing: the peer has closed, or the socket is in error.
        case broken
    }

    let id: UInt64
    /// The number given to it by the caller of `adopt`.
    let number: UInt64
    /// Strong, like the session's reference to this connection; both are given up when the connection
    /// ends. Unowned references cost an atomic operation at each use.
    let server: HTTPServer
    let descriptor: Descriptor
    /// Who has made the connection: as the proxy says, if there is one that says it of connections.
    private(set) var peer: PeerAddress
    /// The client that it belongs to.
    private(set) var client: ClientShare
    /// Its requests may be of many clients: the peer is a proxy that is believed when it names them.
    private(set) var isOfProxy: Bool
    /// Nil for a connection in plain text.
    let ssl: OpaquePointer?
    /// Nil for a connection in plain text. The library's object writes into it, and is freed first.
    let records: RecordWriter?
    /// The object that answers its requests.
    let application: any Application
    private(set) var phase: ConnectionPhase
    private var call = SessionCall.none
    private var registration: Registration?
    private(set) var input = Input.wanted
    var output = SocketOutput()
    /// The server's lines in which it waits for its turn.
    var waiting = ConnectionTurns.Places()
    var behind = LineFollowers<Connection>()
    /// Open exchanges that carry live media.
    var mediaExchangeCount = 0
    var clock: ConnectionClock
    /// When this worker took it; microseconds of the loop.
    let takenAtUs: UInt64
    /// When to check next whether something takes too long; `atMs` in milliseconds of the loop.
    var plannedLook: (timer: TimerID, atMs: UInt64)?
    /// Watches everything that waits for the window of the connection.
    var windowWatch = ProgressWatch()

    /// Nil when memory ran out.
    init?(
        descriptor: consuming Descriptor, id: UInt64, number: UInt64,
        transport: HTTPServer.Transport, application: any Application, server: HTTPServer
    ) {
        if transport.hasTLS {
            let records = RecordWriter(buffers: server.buffers, cipher: server.recordCipher)
            guard let ssl = unsafe server.tls.makeConnection(over: records) else { return nil }
            unsafe self.ssl = unsafe ssl
            self.records = records
        } else {
            unsafe ssl = nil
            records = nil
        }
        self.application = application
        peer = PeerAddress(socket: descriptor.raw)
        isOfProxy = transport != .plain && server.trust.trusts(peer)
        client = server.clients.client(at: peer, isCrowd: isOfProxy)
        phase = transport.isProxied ? .introducing(ProxyHeader()) : .handshaking
        self.descriptor = descriptor
        self.id = id
        self.number = number
        self.server = server
        clock = ConnectionClock(nowMs: server.loop.nowMs)
        takenAtUs = server.loop.turnUs
    }

    deinit {
        if let ssl = unsafe ssl { unsafe SSL_free(ssl) }
    }

    /// Starts to listen to the socket.
    func start() throws(SystemError) {
        registration = try server.loop.add(descriptor.raw, interest: .readable, handler: self)
        if case .introducing = phase {
            ensureCheck(afterMs: server.limits.proxyHeaderMs)
        } else {
            beginTalk()
        }
    }

    /// What comes from now on is the client's.
    private func beginTalk() {
        guard unsafe ssl != nil else { return openPlain() }
        if phase.stage != .handshaking { enter(.handshaking) }
        ensureCheck(afterMs: server.limits.handshakeMs)
    }

    /// Takes the header of the proxy from bytes that were received. True when it is complete, and what
    /// the client says follows.
    func takeHeader(_ bytes: Span<UInt8>, from position: inout Int) -> Bool {
        // Not in place: every look at the phase would be checked for overlapping with that.
        var introducing = phase
        let outcome = introducing.takeHeader(bytes, from: &position)
        phase = introducing
        switch outcome {
        case nil, .needsMore: return false
        case .invalid:
            refuseIntroduction()
            return false
        case .client(let client):
            if let client { belong(to: client) }
            beginTalk()
            return true
        }
    }

    /// From now on it is that client's, and no longer the proxy's.
    private func belong(to address: PeerAddress) {
        // Lines of clients hold connections, so this may only be done while it is in none of them.
        precondition(waiting.isEmpty, "a connection changes hands in its turn")
        peer = address
        isOfProxy = server.trust.trusts(address)
        let last = client
        client = server.clients.client(at: address, isCrowd: isOfProxy)
        client.force(.connections)
        last.giveBack(.connections)
        server.onClientKnown?(number, address)
    }

    /// Whether what a request says of itself may not be all there is to it; see `asker`.
    var hasOtherAskers: Bool {
        isOfProxy || (unsafe ssl != nil && server.trust.hasPublicAuthority)
    }

    /// Who asks, of a request over this connection: its own client, or whom the proxy names. The request
    /// is changed so that it asks for the host that the browser knows.
    func asker(_ block: HeaderBlock) -> (peer: PeerAddress, client: ClientShare) {
        server.trust.setPublicAuthority(of: block)
        guard isOfProxy else { return (peer, client) }
        let address = server.trust.readForwarded(block, from: peer)
        // A proxy that names nobody asks for itself, and has what one client may have.
        return (address, server.clients.client(at: address))
    }

    func refuseIntroduction() {
        server.counters.counts.proxyHeadersRefused += 1
        server.onHeaderRefused?(peer)
        close(.connectionLost)
    }

    func open(_ session: any ProtocolSession) {
        enter(.open(session))
        didBecomeIdle()
        if server.isDraining { session.beginDrain(closesIdle: server.closesIdle) }
    }

    private func enter(_ next: ConnectionPhase) {
        phase = phase.becoming(next)
        clock.phaseDidChange(nowMs: server.loop.nowMs)
    }

    /// Without TLS there is nothing to wait for. A client that comes while the server drains asks about
    /// its health, and is answered.
    private func openPlain() {
        let session = HTTP1Session(connection: self)
        if server.isDraining { session.serveLast() }
        enter(.open(session))
        didBecomeIdle()
    }

    /// The session, while there is one.
    var session: (any ProtocolSession)? { phase.session }

    var isClosed: Bool { phase.stage == .closed }

    var isBlocked: Bool { output.isBlocked }

    var wantsInput: Bool { session?.wantsInput ?? true }

    /// The session may take more again.
    func inputMayBeWanted() {
        if input != .wanted, wantsInput { updateInterest() }
    }

    /// Waits for the events that can be used: input, unless the session is full; room, while bytes wait
    /// for it.
    func updateInterest() {
        guard let registration else { return }
        input = wantsInput ? .wanted : .paused
        let reading: Readiness = input == .wanted ? .readable : Readiness()
        server.loop.modify(
            registration, interest: reading.union(isBlocked ? .writable : Readiness()))
    }

    func handleReadiness(_ readiness: Readiness) {
        if readiness.hasAny(of: .writable) { queueOutput(isMedia: mediaExchangeCount > 0) }
        guard readiness.hasAny(of: .input) else { return }
        // Where bytes are read, reading notices that.
        if input == .paused, readiness.hasAny(of: .hangup) { input = .broken }
        queueInput()
    }

    /// Runs the session. If it closes the connection, that is done after it has returned. `body` returns
    /// whether the connection can go on, and so does this.
    func run(_ body: (any ProtocolSession) -> Bool) -> Bool {
        guard let session else { return false }
        guard case .none = call else { preconditionFailure("a session is not run twice at once") }
        call = .running
        let isGood = body(session)
        let asked = call
        call = .none
        if case .closing(let cause) = asked {
            close(cause)
        } else if !isGood {
            close(.connectionLost)
        }
        return !isClosed
    }

    // MARK: The end

    /// The session is done: says so in TLS, and lingers.
    func sayGoodbye() {
        if let ssl = unsafe ssl {
            ERR_clear_error()
            unsafe SSL_shutdown(ssl)
            transmit()
        }
        linger()
    }

    func linger() {
        guard phase.stage.mayBecome(.lingering) else { return }
        let last = session
        enter(.lingering)
        last?.closeExchanges(.connectionLost)
        updateInterest()
        ensureCheck(afterMs: server.limits.lingerMs)
        if !isBlocked { endOutput() }
    }

    func endOutput() {
        shutdown(descriptor.raw, Int32(SHUT_WR))
    }

    /// The peer exceeded a budget: sends GOAWAY, then ends the connection, whether or not the peer reads
    /// that.
    func endForAbuse() {
        guard case .open(let session) = phase else { return }
        server.counters.counts.abuseCloses += 1
        announceEnd(of: session, .abuse)
    }

    /// Tells the peer; the end comes within lingerMs.
    func announceEnd(of session: any ProtocolSession, _ end: SessionEnd) {
        session.terminate(end)
        // An exchange that the session has closed may have closed the connection.
        guard case .open(let session) = phase else { return }
        enter(.ending(session))
        ensureCheck(afterMs: server.limits.lingerMs)
        markReady()
    }

    /// Ends everything at once. The exchanges are told `cause`.
    func close(_ cause: CloseCause) {
        guard !isClosed else { return }
        switch call {
        case .none: break
        case .running:
            call = .closing(cause)
            return
        case .closing: return
        }
        noteHandshake(endedBy: cause)
        let last = session
        enter(.closed)
        server.buffers.ciphertextCount = 0
        output = SocketOutput()
        if let plannedLook { server.loop.cancel(plannedLook.timer) }
        plannedLook = nil
        if let registration { server.loop.remove(registration) }
        registration = nil
        // The descriptor's number stays reserved until the last reference goes, so shut the connection
        // down now.
        shutdown(descriptor.raw, Int32(SHUT_RDWR))
        last?.closeExchanges(cause)
        server.didClose(self)
    }

    /// Counts a handshake that ends with its connection. A client that goes before it has sent anything has
    /// not begun one, and what this server ends (`reset`) is nobody's failure.
    private func noteHandshake(endedBy cause: CloseCause) {
        guard case .handshaking = phase, let ssl = unsafe ssl else { return }
        let hasBegun = unsafe SSL_in_before(ssl) == 0
        guard cause == .timeout || (cause == .connectionLost && hasBegun) else { return }
        server.counters.counts.handshakesFailed += 1
    }

    /// A FIN has come, though it may not have been read yet.
    var hasPeerEnded: Bool {
        var info = tcp_info()
        var size = socklen_t(MemoryLayout<tcp_info>.size)
        let isKnown = unsafe getsockopt(
            descriptor.raw, Int32(IPPROTO_TCP), TCP_INFO, &info, &size)
        return isKnown == 0 && Int(info.tcpi_state) == TCP_CLOSE_WAIT
    }

    func didBecomeIdle() {
        clock.didBecomeIdle(nowMs: server.loop.nowMs)
        ensureCheck(afterMs: server.limits.idleConnectionMs)
    }
}

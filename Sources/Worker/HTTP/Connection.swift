// One client's TCP connection, with TLS on it or (for the admin and redirect listeners) without: moves
// bytes between the socket, OpenSSL and the HTTP session, and ends all three together.
//
// handshaking -> open -> lingering -> closed, or to closed from anywhere. Lingering: everything is
// said; what the peer still sends is thrown away until it closes too, because closing a socket with
// unread input destroys output that the peer has not read yet.
//
// Invariants: while the socket holds something back (`remainder`) nothing new is produced; the
// shared buffers are empty whenever another connection gets its turn.
//
// Unsafe use: the SSL object is owned here and freed in deinit; shared buffers are used within one
// call. Owner: the loop's thread.

import CLinux
import COpenSSL
import Glibc
import LinuxIO

@safe
final class Connection: EventHandler {
    enum Phase { case handshaking, open, lingering, closed }

    let id: UInt64
    /// Strong, like the session's reference to this connection: both are given up in `close`, where
    /// every connection ends. Unowned references cost an atomic operation at each use.
    let server: HTTPServer
    let descriptor: Descriptor
    let peer: PeerAddress
    /// What counts as the same client.
    let client: ClientShare
    /// Nil for a connection in plain text.
    let ssl: OpaquePointer?
    /// Who answers its requests.
    unowned let application: any Application
    private(set) var session: (any ProtocolSession)?
    private(set) var phase = Phase.handshaking
    private(set) var registration: Registration?
    var remainder = Remainder()
    /// How much it may send in one turn. See ConnectionSending.swift.
    var shareBytes = Connection.firstShareBytes
    /// The server's lines in which it waits for its turn.
    var waiting = ConnectionTurns.Places()
    /// Open exchanges that carry live media.
    var mediaExchangeCount = 0
    /// The peer has closed, or the socket is in error.
    private var isHungUp = false
    /// Nothing is read because the session has enough.
    private var isInputPaused = false
    /// Bytes received before the present ones.
    private var bytesBefore: UInt64 = 0
    /// The end is announced (GOAWAY); it comes within lingerMs whatever the peer does.
    private(set) var isEnding = false
    /// The session is running further up the call stack.
    var isInsideSession = false
    /// Closed by somebody up the session's call stack; carried out when that has returned.
    private(set) var mustClose = false

    // Timing; milliseconds of the loop. See ConnectionTimeouts.swift.
    var timer: TimerID?
    var timerDeadlineMs = UInt64.max
    var phaseSinceMs: UInt64
    var idleSinceMs: UInt64
    /// When the socket last took something, or began to have something to take.
    var writeProgressMs: UInt64

    /// Nil when memory ran out.
    init?(
        descriptor: consuming Descriptor, id: UInt64, transport: HTTPServer.Transport,
        application: any Application, server: HTTPServer
    ) {
        if transport == .tls {
            guard let ssl = unsafe server.tls.makeConnection(over: server.buffers) else {
                return nil
            }
            unsafe self.ssl = unsafe ssl
        } else {
            unsafe ssl = nil
        }
        self.application = application
        peer = PeerAddress(socket: descriptor.raw)
        client = server.clients.client(at: peer)
        self.descriptor = descriptor
        self.id = id
        self.server = server
        let nowMs = server.loop.nowMs
        phaseSinceMs = nowMs
        idleSinceMs = nowMs
        writeProgressMs = nowMs
    }

    deinit {
        if let ssl = unsafe ssl { unsafe SSL_free(ssl) }
    }

    /// Starts to listen to the socket.
    func start() throws(SystemError) {
        registration = try server.loop.add(descriptor.raw, interest: .readable, handler: self)
        if unsafe ssl == nil {
            openPlain()
        } else {
            ensureCheck(afterMs: server.limits.handshakeMs)
        }
    }

    private func open(_ session: any ProtocolSession) {
        self.session = session
        phase = .open
        phaseSinceMs = server.loop.nowMs
        didBecomeIdle()
        if server.isDraining { session.beginDrain() }
    }

    /// Without TLS there is nothing to wait for. Who still comes while the server drains asks how it
    /// is, and is answered.
    private func openPlain() {
        let session = HTTP1Session(connection: self)
        if server.isDraining { session.serveLast() }
        open(session)
    }

    var isBlocked: Bool { !remainder.isEmpty }

    private var wantsInput: Bool { session?.wantsInput ?? true }

    /// The session may take more again.
    func inputMayBeWanted() {
        if isInputPaused, wantsInput { updateInterest() }
    }

    /// Waits for what can be used: input unless the session is full, room while something waits for
    /// it.
    func updateInterest() {
        guard let registration else { return }
        isInputPaused = phase == .open && !wantsInput
        var interest: Readiness = isInputPaused ? [] : .readable
        if isBlocked { interest.insert(.writable) }
        server.loop.modify(registration, interest: interest)
    }

    func handleReadiness(_ readiness: Readiness) {
        if readiness.contains(.writable) { queueOutput(isMedia: mediaExchangeCount > 0) }
        guard !readiness.isDisjoint(with: [.readable, .hangup]) else { return }
        if readiness.contains(.hangup) { isHungUp = true }
        queueInput()
    }

    // MARK: Receiving

    /// There is something to be received, or received already and not taken yet.
    func queueInput() {
        server.turns.add(self, to: mediaExchangeCount > 0 ? .mediaInput : .input)
    }

    /// One turn of receiving: one buffer full, or what is held of an earlier one.
    func takeInputTurn() {
        switch phase {
        case .closed: return
        case .lingering: return discardInput()
        case .handshaking, .open: break
        }
        if let session, session.hasHeldInput { return takeHeld(session) }
        guard wantsInput else {
            // A paused input has no interest in reading, but hears of a broken connection all the
            // same, again and again.
            return isHungUp ? close(.connectionLost) : ()
        }
        receive()
    }

    private func takeHeld(_ session: any ProtocolSession) {
        isInsideSession = true
        let isGood = session.receiveHeld()
        isInsideSession = false
        guard isGood, !mustClose else { return close(.connectionLost) }
        didReceive()
    }

    private func receive() {
        let buffers = server.buffers
        let count = unsafe recv(
            descriptor.raw, buffers.receive, SharedBuffers.receiveCapacity, Int32(MSG_DONTWAIT))
        if count < 0 {
            let code = weir_errno()
            if code == EINTR { return queueInput() }
            return code == EAGAIN ? () : close(.connectionLost)
        }
        if count == 0 { return receiveEnd() }
        server.counters.bytesReceived += UInt64(count)
        buffers.receivePosition = 0
        buffers.receiveEnd = count
        process()
        bytesBefore += UInt64(count)
        if count == SharedBuffers.receiveCapacity { queueInput() }
    }

    /// A FIN. With TLS, whoever means to end says so before it (RFC 8446, section 6.1).
    private func receiveEnd() {
        let isMeant = unsafe ssl == nil
        guard isMeant, let session, session.receiveEnd() else { return close(.connectionLost) }
        updateInterest()
    }

    /// Takes the bytes in the receive buffer through TLS and to the session.
    private func process() {
        if let ssl = unsafe ssl {
            ERR_clear_error()
            if phase == .handshaking, unsafe !continueHandshake(ssl) { return }
            guard unsafe decrypt(ssl) else { return close(.connectionLost) }
        } else {
            let buffers = server.buffers
            let bytes = unsafe UnsafeRawBufferPointer(
                start: buffers.receive, count: buffers.receiveEnd)
            guard unsafe deliver(bytes) else { return close(.connectionLost) }
        }
        didReceive()
    }

    /// What follows when the session has taken something.
    private func didReceive() {
        watchHeaderSection()
        transmit()
        guard phase != .closed else { return }
        if let session, session.wantsToSend || session.isFinished { markReady() }
        if let session, session.hasHeldInput { return queueInput() }
        if wantsInput == isInputPaused { updateInterest() }
    }

    /// All of the receive buffer, whether the session wants more or not: nothing may stay in it.
    private func decrypt(_ ssl: OpaquePointer) -> Bool {
        let buffers = server.buffers
        while phase == .open {
            let count = unsafe SSL_read(
                ssl, buffers.cleartext, Int32(SharedBuffers.cleartextCapacity))
            guard count > 0 else {
                let reason = unsafe SSL_get_error(ssl, count)
                if reason == SSL_ERROR_WANT_READ { break }
                transmit()
                return reason == SSL_ERROR_ZERO_RETURN && deliverEnd()
            }
            let bytes = unsafe UnsafeRawBufferPointer(
                start: buffers.cleartext, count: Int(count))
            guard unsafe deliver(bytes) else { return false }
        }
        return true
    }

    private func deliver(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let session else { return false }
        isInsideSession = true
        let isGood = unsafe session.receive(bytes)
        isInsideSession = false
        return isGood && !mustClose
    }

    /// The peer's close_notify.
    private func deliverEnd() -> Bool {
        guard let session else { return false }
        isInsideSession = true
        let isGood = session.receiveEnd()
        isInsideSession = false
        return isGood && !mustClose
    }

    /// One step of the handshake; true when it is done.
    private func continueHandshake(_ ssl: OpaquePointer) -> Bool {
        if isPlaintext { return refusePlaintext() }
        let result = unsafe SSL_do_handshake(ssl)
        if result == 1 { return unsafe finishHandshake(ssl) }
        let isWaiting = unsafe SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ
        transmit()
        if !isWaiting {
            server.counters.handshakesFailed += 1
            linger()
        }
        return false
    }

    private func finishHandshake(_ ssl: OpaquePointer) -> Bool {
        server.counters.handshakes += 1
        if unsafe SSL_session_reused(ssl) == 1 { server.counters.handshakesResumed += 1 }
        guard let session = unsafe makeSession(ssl) else {
            server.buffers.ciphertextCount = 0
            close(.connectionLost)
            return false
        }
        open(session)
        // The last handshake flight and our SETTINGS leave in one packet.
        flushIntoCiphertext()
        return true
    }

    /// What was negotiated; a client that negotiates nothing speaks HTTP/1.1.
    private func makeSession(_ ssl: OpaquePointer) -> (any ProtocolSession)? {
        guard unsafe TLSContext.negotiatedHTTP2(ssl) else { return HTTP1Session(connection: self) }
        return HTTP2Session(
            connection: self, configuration: server.configuration, nowMs: server.loop.nowMs)
    }

    /// The first thing a client says is a word in capitals: HTTP without TLS (RFC 8446, section 5.1:
    /// a handshake begins with 22).
    private var isPlaintext: Bool {
        let buffers = server.buffers
        guard bytesBefore == 0, buffers.receiveEnd > 0 else { return false }
        let first = unsafe buffers.receive.load(as: UInt8.self)
        return (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first)
    }

    private func refusePlaintext() -> Bool {
        server.counters.handshakesFailed += 1
        let answer = HTTP1Response.last(
            .plaintext, date: server.date.text(nowMs: server.loop.nowMs))
        unsafe answer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            _ = unsafe server.buffers.appendToCiphertext(base, count: bytes.count)
        }
        transmit()
        linger()
        return false
    }

    private func discardInput() {
        // MSG_TRUNC on TCP: the kernel drops the bytes instead of copying them.
        let count = recv(
            descriptor.raw, nil, SharedBuffers.discardBytes,
            Int32(MSG_DONTWAIT) | Int32(MSG_TRUNC))
        if count > 0 { return }
        let isWaiting = count < 0 && (weir_errno() == EAGAIN || weir_errno() == EINTR)
        if !isWaiting { close(.connectionLost) }
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

    private func linger() {
        guard phase != .closed, phase != .lingering else { return }
        phase = .lingering
        phaseSinceMs = server.loop.nowMs
        session?.closeExchanges(.connectionLost)
        updateInterest()
        ensureCheck(afterMs: server.limits.lingerMs)
        if remainder.isEmpty { endOutput() }
    }

    func endOutput() {
        shutdown(descriptor.raw, Int32(SHUT_WR))
    }

    /// The peer went over a budget: GOAWAY, then the end, whether or not it reads that.
    func endForAbuse() {
        guard let session, !isEnding else { return }
        server.counters.abuseCloses += 1
        session.terminate(.abuse)
        beginEnding()
    }

    /// The end is announced; it comes within lingerMs.
    func beginEnding() {
        isEnding = true
        phaseSinceMs = server.loop.nowMs
        ensureCheck(afterMs: server.limits.lingerMs)
        markReady()
    }

    /// Ends everything at once. The exchanges are told `cause`.
    func close(_ cause: CloseCause) {
        guard phase != .closed else { return }
        if isInsideSession {
            mustClose = true
            return
        }
        phase = .closed
        server.buffers.ciphertextCount = 0
        remainder.discard()
        if let timer { server.loop.cancel(timer) }
        timer = nil
        if let registration { server.loop.remove(registration) }
        registration = nil
        // The number stays reserved until the last reference goes, so shut the connection now.
        shutdown(descriptor.raw, Int32(SHUT_RDWR))
        session?.closeExchanges(cause)
        session = nil
        server.didClose(self)
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
        idleSinceMs = server.loop.nowMs
        ensureCheck(afterMs: server.limits.idleConnectionMs)
    }
}

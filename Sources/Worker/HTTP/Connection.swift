// One client's TCP connection with TLS on it: moves bytes between the socket, OpenSSL and the
// HTTP/2 session, and ends all three together.
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
import CNghttp2
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
    let ssl: OpaquePointer
    private(set) var session: HTTP2Session?
    private(set) var phase = Phase.handshaking
    private(set) var registration: Registration?
    var remainder = Remainder()
    /// How much it may send in one turn. See ConnectionSending.swift.
    var shareBytes = Connection.firstShareBytes
    /// On the server's ready list.
    var isReady = false
    /// The end is announced (GOAWAY); it comes within lingerMs whatever the peer does.
    private(set) var isEnding = false
    /// nghttp2 is running further up the call stack.
    var isInsideLibrary = false
    /// Closed by somebody up the call stack of nghttp2; carried out when that has returned.
    private(set) var mustClose = false

    // Timing; milliseconds of the loop. See ConnectionTimeouts.swift.
    var timer: TimerID?
    var timerDeadlineMs = UInt64.max
    var phaseSinceMs: UInt64
    var idleSinceMs: UInt64
    /// When the socket last took something, or began to have something to take.
    var writeProgressMs: UInt64

    /// Nil when memory ran out.
    init?(descriptor: consuming Descriptor, id: UInt64, server: HTTPServer) {
        guard let ssl = unsafe SSL_new(server.tls.handle),
            let bio = unsafe TransportBIO.make(server.buffers)
        else { return nil }
        unsafe SSL_set_bio(ssl, bio, bio)
        unsafe SSL_set_accept_state(ssl)
        unsafe self.ssl = unsafe ssl
        peer = PeerAddress(socket: descriptor.raw)
        self.descriptor = descriptor
        self.id = id
        self.server = server
        let nowMs = server.loop.nowMs
        phaseSinceMs = nowMs
        idleSinceMs = nowMs
        writeProgressMs = nowMs
    }

    deinit {
        unsafe SSL_free(ssl)
    }

    /// Starts to listen to the socket.
    func start() throws(SystemError) {
        registration = try server.loop.add(descriptor.raw, interest: .readable, handler: self)
        ensureCheck(afterMs: server.limits.handshakeMs)
    }

    var isBlocked: Bool { !remainder.isEmpty }

    func handleReadiness(_ readiness: Readiness) {
        if readiness.contains(.writable) { sendRemainder() }
        if !readiness.isDisjoint(with: [.readable, .hangup]), phase != .closed {
            phase == .lingering ? discardInput() : receive()
        }
    }

    // MARK: Receiving

    private func receive() {
        let buffers = server.buffers
        var budget = server.limits.receiveBytesPerTurn
        while budget > 0, phase == .open || phase == .handshaking {
            let count = unsafe recv(
                descriptor.raw, buffers.receive, SharedBuffers.receiveCapacity,
                Int32(MSG_DONTWAIT))
            if count < 0 {
                let code = weir_errno()
                if code == EINTR { continue }
                if code != EAGAIN { close(.connectionLost) }
                return
            }
            if count == 0 { return close(.connectionLost) }
            server.counters.bytesReceived += UInt64(count)
            budget -= count
            buffers.receivePosition = 0
            buffers.receiveEnd = count
            process()
            if count < SharedBuffers.receiveCapacity { return }
        }
    }

    /// Takes the bytes in the receive buffer through TLS and HTTP/2.
    private func process() {
        ERR_clear_error()
        if phase == .handshaking, !continueHandshake() { return }
        let buffers = server.buffers
        while phase == .open {
            let count = unsafe SSL_read(
                ssl, buffers.cleartext, Int32(SharedBuffers.cleartextCapacity))
            guard count > 0 else {
                if unsafe SSL_get_error(ssl, count) == SSL_ERROR_WANT_READ { break }
                transmit()
                return close(.connectionLost)
            }
            let bytes = unsafe UnsafeRawBufferPointer(
                start: buffers.cleartext, count: Int(count))
            guard unsafe deliver(bytes) else { return close(.connectionLost) }
        }
        watchHeaderSection()
        transmit()
        if let session, session.wantsToSend || session.isFinished { markReady() }
    }

    private func deliver(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let session else { return false }
        isInsideLibrary = true
        let isGood = unsafe session.receive(bytes)
        isInsideLibrary = false
        return isGood && !mustClose
    }

    /// One step of the handshake; true when it is done.
    private func continueHandshake() -> Bool {
        let result = unsafe SSL_do_handshake(ssl)
        if result == 1 { return finishHandshake() }
        let isWaiting = unsafe SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ
        transmit()
        if !isWaiting {
            server.counters.handshakesFailed += 1
            linger()
        }
        return false
    }

    private func finishHandshake() -> Bool {
        server.counters.handshakes += 1
        if unsafe SSL_session_reused(ssl) == 1 { server.counters.handshakesResumed += 1 }
        session = HTTP2Session(
            connection: self, configuration: server.configuration, nowMs: server.loop.nowMs)
        guard let session else {
            server.buffers.ciphertextCount = 0
            close(.connectionLost)
            return false
        }
        phase = .open
        phaseSinceMs = server.loop.nowMs
        didBecomeIdle()
        if server.isDraining { session.beginDrain() }
        // The last handshake flight and our SETTINGS leave in one packet.
        flushIntoCiphertext()
        return true
    }

    private func discardInput() {
        // MSG_TRUNC on TCP: the kernel drops the bytes instead of copying them.
        let count = recv(
            descriptor.raw, nil, server.limits.receiveBytesPerTurn,
            Int32(MSG_DONTWAIT) | Int32(MSG_TRUNC))
        if count > 0 { return }
        let isWaiting = count < 0 && (weir_errno() == EAGAIN || weir_errno() == EINTR)
        if !isWaiting { close(.connectionLost) }
    }

    // MARK: The end

    /// The session is done: says so in TLS, and lingers.
    func sayGoodbye() {
        ERR_clear_error()
        unsafe SSL_shutdown(ssl)
        transmit()
        linger()
    }

    private func linger() {
        guard phase != .closed, phase != .lingering else { return }
        phase = .lingering
        phaseSinceMs = server.loop.nowMs
        session?.closeExchanges(.connectionLost)
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
        session.terminate(NGHTTP2_ENHANCE_YOUR_CALM)
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
        if isInsideLibrary {
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

    func didBecomeIdle() {
        idleSinceMs = server.loop.nowMs
        ensureCheck(afterMs: server.limits.idleConnectionMs)
    }
}

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
    /// What whoever handed it over calls it.
    var number: UInt64 = 0
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
    var isHungUp = false
    /// Nothing is read because the session has enough.
    var isInputPaused = false
    /// Bytes received before the present ones.
    var bytesBefore: UInt64 = 0
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
    /// Bytes that the socket has taken, and the watch over what it has not.
    var socketBytes = 0
    var socketWatch = ProgressWatch()
    /// The watch over what waits for the window of the connection.
    var windowWatch = ProgressWatch()

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

    func open(_ session: any ProtocolSession) {
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

    var wantsInput: Bool { session?.wantsInput ?? true }

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

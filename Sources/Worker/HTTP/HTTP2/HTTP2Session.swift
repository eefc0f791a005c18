// One HTTP/2 connection: nghttp2's frames on one side, exchanges on the other. It knows neither
// socket nor TLS: received bytes are handed in, bytes to send go into the shared stage.
//
// Invariants: every stream with a complete header section has one open Exchange. nghttp2's stream user
// data points to it, and `openExchanges` keeps it alive until the stream closes. nghttp2 is not
// re-entered: what callbacks ask for is submitted, and sent at the end of the turn.
//
// Unsafe use: the nghttp2 session is owned here, made in init and freed in deinit. Its user data is an
// unretained pointer to this object, so it is gone before the object is. Loop's thread only.

import CNghttp2
import LinuxIO
import Settings

@safe
final class HTTP2Session: ProtocolSession {
    /// The frame header of RFC 9113 section 4.1.
    static let frameHeaderBytes = 9
    /// The stage is left partly empty rather than cut a frame smaller than this.
    private static let smallestPieceBytes = 1_024

    let handle: OpaquePointer
    /// See Connection.server: a cycle that `Connection.close` breaks.
    let connection: Connection
    // What each request needs of the connection and its server, at hand: every step on the way to it would
    // count references.
    let loop: EventLoop
    let limits: HTTPLimits
    let buffers: SharedBuffers
    let client: ClientShare
    /// Whether who asks stands in the requests (see `Connection.asker`).
    let hasOtherAskers: Bool
    let application: any Application
    let spent: SpentExchanges
    let date: HTTPDate
    let counters: HTTPCounters
    var abuse: AbuseGuard
    var useless: UselessBytes
    /// Resets by clients of a trusted proxy; nil when the connection is a client's own.
    var clientResets: ClientResets?
    /// Resets of ours that the abuse guard has counted and that have not left yet.
    var resetsCountedAhead = 0
    /// Resets still to leave that are due to a lack of room in this worker, not to the peer.
    var refusedStreams = 0
    var openExchanges: [Exchange] = []
    /// How many those are.
    var openCount = 0
    /// The header section that is being received; there is only one at a time (RFC 9113 4.3).
    var incoming: IncomingHeaders?
    /// The bytes of that section's frames so far.
    var headerSectionBytes = 0
    /// The window that the peer gives the connection.
    var window = ConnectionWindow()
    /// A response waits for its windows by our own rule.
    var hasHeldResponses = false
    /// Payload of all DATA frames together.
    private(set) var payloadBytesSent = 0
    /// The stage has no room for the next piece of a body.
    private var isStageFull = false
    private var scanner = FrameScanner()
    /// Bytes after the first few requests, to be taken later. No more than one receive buffer: nothing
    /// is received while there are any.
    private var held: [UInt8] = []
    /// How many bytes that are: asked far more often than there are any.
    private var heldCount = 0
    private var heldCounted = 0
    private(set) var isDraining = false
    private var isDrained = false

    /// Nil when memory ran out.
    init?(connection: Connection, nowMs: UInt64) {
        let isOfProxy = connection.isOfProxy
        let configuration = connection.server.configuration(ofProxy: isOfProxy)
        var handle: OpaquePointer?
        let code = unsafe configuration.memory.withFunctions { memory in
            unsafe nghttp2_session_server_new3(
                &handle, configuration.callbacks, nil, configuration.options, &memory)
        }
        guard code == 0, let handle = unsafe handle else { return nil }
        unsafe self.handle = unsafe handle
        self.connection = connection
        loop = connection.server.loop
        limits = connection.server.limits
        buffers = connection.server.buffers
        client = connection.client
        hasOtherAskers = connection.hasOtherAskers
        application = connection.application
        spent = connection.server.spent
        date = connection.server.date
        counters = connection.server.counters
        let budgets = isOfProxy ? limits.ofProxy : limits
        abuse = AbuseGuard(limits: budgets)
        useless = UselessBytes(limits: budgets, nowMs: nowMs)
        clientResets = isOfProxy ? ClientResets(per10s: limits.resetsPer10s) : nil
        unsafe nghttp2_session_set_user_data(handle, Unmanaged.passUnretained(self).toOpaque())
        guard submitSettings() else { return nil }
    }

    deinit {
        unsafe nghttp2_session_del(handle)
    }

    private func submitSettings() -> Bool {
        let settings = HTTP2Configuration.settings(limits)
        let window = Int32(clamping: limits.connectionWindowBytes)
        return unsafe nghttp2_submit_settings(
            handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), settings, settings.count) == 0
            && nghttp2_session_set_local_window_size(
                handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, window) == 0
    }

    var nowMs: UInt64 { loop.nowMs }
    var headerSectionSinceMs: UInt64? { incoming?.sinceMs }
    /// Windows hold back bodies, and everything else is small, so only held bytes stop the reading.
    var wantsInput: Bool { heldCount == 0 }
    var hasHeldInput: Bool { heldCount > 0 }

    // MARK: Bytes

    /// Takes bytes from the peer, and keeps those after the first few requests; false when the
    /// connection cannot go on.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        defer { countHeld() }
        if heldCount > 0 {
            unsafe hold(bytes[...])
            return true
        }
        guard let count = unsafe takeFew(bytes) else { return false }
        if count < bytes.count { unsafe hold(bytes[count...]) }
        return true
    }

    func receiveHeld() -> Bool {
        let bytes = held
        forgetHeld()
        return unsafe bytes.withUnsafeBytes { unsafe receive($0) }
    }

    private func hold(_ bytes: Slice<UnsafeRawBufferPointer>) {
        unsafe held.append(contentsOf: bytes)
        heldCount = held.count
    }

    private func forgetHeld() {
        held = []
        heldCount = 0
    }

    /// Charges the bytes that are held to the client's share of this worker.
    private func countHeld() {
        guard heldCount != heldCounted else { return }
        if heldCount > heldCounted {
            client.force(.heldBytes, heldCount - heldCounted)
        } else {
            client.giveBack(.heldBytes, heldCounted - heldCount)
        }
        heldCounted = heldCount
    }

    /// Gives nghttp2 no more requests than one turn allows, and fewer when they take long. Returns how
    /// many bytes those were; nil when the connection cannot go on.
    private func takeFew(_ bytes: UnsafeRawBufferPointer) -> Int? {
        let slice = TurnSlice(us: Limits.requestsTurnUs)
        var taken = 0
        for _ in 0..<limits.requestsPerTurn where taken < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[taken...])
            let count = unsafe scanner.extent(of: rest, requests: 1)
            let result = unsafe nghttp2_session_mem_recv(handle, rest.baseAddress, count)
            countUselessBytes(of: count)
            guard result == count else { return nil }
            taken += count
            if slice.isOver { break }
        }
        return taken
    }

    /// Without window updates, no response gets far.
    func receiveEnd() -> Bool { false }

    /// Puts bytes to be sent into the stage, a frame at a time, up to its limit. A frame is copied
    /// before the next one is made, so that no session keeps one in the buffer that all of them share.
    func fillStage() -> StageOutcome {
        isStageFull = false
        while buffers.stageCount < buffers.stageLimit {
            var frame: UnsafePointer<UInt8>?
            let count = unsafe nghttp2_session_mem_send(handle, &frame)
            guard count > 0, let frame = unsafe frame else {
                guard count == 0 else { return .broken }
                return isStageFull ? .full : .everything
            }
            guard unsafe buffers.appendToStage(frame, count: count) else { return .broken }
        }
        return wantsToSend ? .full : .everything
    }

    var wantsToSend: Bool { unsafe nghttp2_session_want_write(handle) != 0 }

    /// Nothing more is to be received or sent: the connection is done.
    var isFinished: Bool {
        unsafe nghttp2_session_want_read(handle) == 0 && nghttp2_session_want_write(handle) == 0
    }

    /// nghttp2 may send up to `length` bytes of a response's body. They go straight into the stage,
    /// after a gap for the frame header that `finishData` fills.
    func produce(
        _ exchange: Exchange, length: Int, flags: UnsafeMutablePointer<UInt32>
    ) -> Int {
        let room = buffers.stageLimit - buffers.stageCount - Self.frameHeaderBytes
        guard room >= min(length, Self.smallestPieceBytes) else {
            isStageFull = true
            return Int(NGHTTP2_ERR_PAUSE.rawValue)
        }
        let start = unsafe buffers.stage + buffers.stageCount + Self.frameHeaderBytes
        guard let allowed = allowance(of: exchange, length) else {
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        let capacity = min(room, allowed)
        let production = unsafe exchange.produce(
            into: UnsafeMutableRawBufferPointer(start: start, count: capacity))
        unsafe flags.pointee = NGHTTP2_DATA_FLAG_NO_COPY.rawValue
        let end = NGHTTP2_DATA_FLAG_NO_COPY.rawValue | NGHTTP2_DATA_FLAG_EOF.rawValue
        switch production {
        case .bytes(let count):
            precondition(count > 0 && count <= capacity, "a source produces what fits")
            exchange.flow.sent(count, nowMs: nowMs)
            return count
        case .last(let count):
            precondition(count >= 0 && count <= capacity, "a source produces what fits")
            unsafe flags.pointee = end
            return count
        case .end:
            unsafe flags.pointee = end
            return 0
        case .wait:
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        case .abort:
            exchange.isResetByUs = true
            return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
        }
    }

    /// The frame header of the DATA frame whose payload `produce` has just put into the stage.
    func finishData(header: UnsafePointer<UInt8>, length: Int) {
        let start = unsafe buffers.stage + buffers.stageCount
        unsafe start.copyMemory(from: header, byteCount: Self.frameHeaderBytes)
        buffers.stageCount += Self.frameHeaderBytes + length
        precondition(buffers.stageCount <= buffers.stageLimit, "a frame stays within the stage")
        abuse.didSendData()
        useless.didSendData()
        payloadBytesSent += length
    }

    // MARK: The end

    /// Announces the end and still accepts what is on its way (RFC 9113 section 6.8).
    func beginDrain(closesIdle: Bool) {
        guard !isDraining else { return }
        isDraining = true
        unsafe nghttp2_submit_shutdown_notice(handle)
    }

    /// The answer to a PING sent directly after the announcement shows that the peer has seen it.
    func didSendGoAway() {
        guard isDraining, !isDrained else { return }
        unsafe nghttp2_submit_ping(handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
    }

    /// From here on, new streams are refused; the connection ends with the last open one.
    func finishDrain() {
        guard isDraining, !isDrained else { return }
        isDrained = true
        let last = unsafe nghttp2_session_get_last_proc_stream_id(handle)
        unsafe nghttp2_submit_goaway(
            handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, NGHTTP2_NO_ERROR.rawValue, nil, 0)
    }

    /// Ends the connection with a GOAWAY that says why; nothing more is received or sent after it.
    func terminate(_ end: SessionEnd) {
        let code =
            switch end {
            case .silence: NGHTTP2_NO_ERROR
            case .abuse: NGHTTP2_ENHANCE_YOUR_CALM
            }
        unsafe nghttp2_session_terminate_session(handle, code.rawValue)
    }

    /// The connection is gone: so are its exchanges.
    func closeExchanges(_ cause: CloseCause) {
        while let exchange = openExchanges.popLast() {
            openCount -= 1
            exchange.close(cause)
        }
        forgetHeld()
        countHeld()
    }
}

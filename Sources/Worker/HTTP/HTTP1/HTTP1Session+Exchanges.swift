// How an HTTP/1.1 session serves its exchanges: header sections, bodies with a length, bodies in
// chunks (RFC 9112, section 7.1), bodies until the connection closes.
//
// Unsafe use: bodies are produced straight into the shared stage, after a gap for the chunk's size, and
// never past `stageLimit`.

extension HTTP1Session: ExchangeTransport {
    /// Five hexadecimal digits and a line break: more than a stage holds.
    private static let chunkHeaderBytes = 7
    private static let lineBreak: [UInt8] = [13, 10]
    private static let lastChunk: [UInt8] = [48, 13, 10, 13, 10]
    /// The stage is left partly empty rather than send a chunk smaller than this.
    private static let smallestPieceBytes = 1_024

    var isBlocked: Bool { connection.isBlocked }
    var hasPeerEnded: Bool { connection.hasPeerEnded }
    var isOnOwnThread: Bool { connection.server.loop.isOwnThread }
    var wantsToSend: Bool {
        guard outgoing.isEmpty else { return true }
        guard let response = phase.turn?.exchange.response else { return false }
        return response.wantsToSend || response.isHandedOn
    }

    // There is one response at a time, and only the socket can hold it back.
    func isHeldByPeer(_ exchange: Exchange) -> Bool { false }
    var isHeldByPeer: Bool { false }
    var payloadBytesSent: Int { 0 }

    func cutOffBody(_ exchange: Exchange) { connection.close(.completed) }

    func credit(_ exchange: Exchange, _ bytes: Int) {
        connection.inputMayBeWanted()
    }

    func mediaDidChange(_ exchange: Exchange, isMedia: Bool) {
        connection.mediaExchangeCount += isMedia ? 1 : -1
    }

    var namesRequests: Bool { connection.server.onRequestEnd != nil }

    func didEnd(_ exchange: Exchange, _ cause: CloseCause) {
        if !exchange.hasResponded { connection.server.didAnswer(exchange, status: 0) }
        let version = exchange.request.marksEnds ? "HTTP/1.1" : "HTTP/1.0"
        connection.server.onRequestEnd?(EndedRequest(exchange, cause, over: version))
    }

    func resume(_ exchange: Exchange) {
        if !connection.isBlocked { connection.queueOutput(isMedia: exchange.isMedia) }
    }

    /// A response can only be ended early by ending the connection.
    func reset(_ exchange: Exchange, _ code: ResetCode) {
        connection.close(.reset)
    }

    func sendContinue(_ exchange: Exchange) {
        queue(
            HTTP1Response(
                status: 100, headers: [], framing: .none, connection: nil, date: nil
            ).text)
    }

    /// Only the end of the connection follows: that is how such a response ends.
    func sendAcceptance(_ exchange: Exchange) {
        queue(
            HTTP1Response(
                status: 200, headers: [], framing: .untilClose, connection: "close",
                date: connection.server.date.text(nowMs: nowMs)
            ).text)
    }

    func respond(_ exchange: Exchange, _ head: ResponseHead) {
        connection.server.didAnswer(exchange, status: head.status)
        // The client learns the outcome only from the end of the connection.
        guard !head.isAnswered else { return connection.markReady() }
        let isCutOff = exchange.response.source == nil && !exchange.body.isComplete
        guard let turn = beginResponse(head, isCutOff: isCutOff) else { return }
        let response = HTTP1Response(
            status: head.status, headers: head.headers, framing: turn.framing,
            connection: turn.connectionField, date: connection.server.date.text(nowMs: nowMs))
        queue(exchange.prepared.map { response.text(behind: $0.text) } ?? response.text)
    }

    // MARK: Sending

    func fillStage() -> StageOutcome {
        while true {
            outgoing.fill(buffers)
            guard outgoing.isEmpty else { return .full }
            guard let turn = phase.turn else { return .everything }
            if turn.exchange.response.isHandedOn {
                // Another response may follow at once: that of a request that was waiting.
                finishResponse()
            } else if turn.exchange.response.wantsToSend {
                if let outcome = produce(turn) { return outcome }
            } else {
                return .everything
            }
        }
    }

    /// Produces the next piece of the body. Nil when there may be more at once.
    private func produce(_ turn: HTTP1Turn) -> StageOutcome? {
        let isChunked = turn.framing == .chunked
        let start = buffers.stageCount + (isChunked ? Self.chunkHeaderBytes : 0)
        let trailing = isChunked ? Self.lineBreak.count + Self.lastChunk.count : 0
        let capacity = buffers.stageLimit - trailing - start
        guard capacity >= Self.smallestPieceBytes else { return .full }
        let production = unsafe turn.exchange.produce(
            into: UnsafeMutableRawBufferPointer(start: buffers.stage + start, count: capacity))
        switch production {
        case .bytes(let count):
            precondition(count > 0 && count <= capacity, "a source produces what fits")
            finishPiece(count, isChunked: isChunked)
        case .last(let count):
            precondition(count >= 0 && count <= capacity, "a source produces what fits")
            finishPiece(count, isChunked: isChunked)
            if isChunked { stage(Self.lastChunk) }
        case .end:
            if isChunked { stage(Self.lastChunk) }
        case .wait: return .everything
        case .abort: return .broken
        }
        return nil
    }

    /// Puts the framing around the bytes that were produced after the gap.
    private func finishPiece(_ count: Int, isChunked: Bool) {
        guard count > 0 else { return }
        if isChunked { stageChunkHeader(count) }
        buffers.stageCount += count
        if isChunked { stage(Self.lineBreak) }
    }

    private func stageChunkHeader(_ count: Int) {
        let digits = Array(String(count, radix: 16).utf8)
        let zeros = [UInt8](repeating: 48, count: Self.chunkHeaderBytes - 2 - digits.count)
        stage(zeros + digits + Self.lineBreak)
    }

    /// The caller has left room for them.
    private func stage(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            unsafe (buffers.stage + buffers.stageCount).copyMemory(
                from: base, byteCount: bytes.count)
        }
        buffers.stageCount += bytes.count
    }
}

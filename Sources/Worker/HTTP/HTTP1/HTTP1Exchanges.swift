// How an HTTP/1.1 session serves its exchanges: header sections, bodies with a length, bodies in
// chunks (RFC 9112, section 7.1), bodies until the connection closes.
//
// Unsafe use: bodies are produced straight into the shared stage, behind a gap for the chunk's
// size, and never past `stageLimit`.

extension HTTP1Session: ExchangeTransport {
    /// Five hexadecimal digits and a line break: more than a stage holds.
    private static let chunkHeaderBytes = 7
    private static let lineBreak: [UInt8] = [13, 10]
    private static let lastChunk: [UInt8] = [48, 13, 10, 13, 10]
    /// Rather than send a chunk smaller than this, the rest of the stage stays empty.
    private static let smallestPieceBytes = 1_024

    var isBlocked: Bool { connection.isBlocked }
    var hasPeerEnded: Bool { connection.hasPeerEnded }
    var wantsToSend: Bool {
        outgoingOffset < outgoing.count || exchange?.wantsToSend == true || isResponseComplete
    }

    // There is one response at a time, and only the socket can hold it back.
    func isHeldByPeer(_ exchange: Exchange) -> Bool { false }
    var isHeldByPeer: Bool { false }
    var payloadBytesSent: Int { 0 }

    func cutOffBody(_ exchange: Exchange) { connection.close(.completed) }

    func credit(_ exchange: Exchange, _ bytes: Int) {
        exchange.bodyActivityMs = nowMs
        connection.inputMayBeWanted()
    }

    func resume(_ exchange: Exchange) {
        exchange.wantsToSend = true
        if !connection.isBlocked { connection.queueOutput(isMedia: exchange.isMedia) }
    }

    /// There is no way to end a response early but to end the connection.
    func reset(_ exchange: Exchange, _ code: ResetCode) {
        exchange.noteCause(.reset)
        connection.close(.reset)
    }

    func sendContinue(_ exchange: Exchange) {
        queue(
            HTTP1Response(
                status: 100, headers: [], framing: .none, connection: nil, date: nil
            ).text)
    }

    /// What follows is the end of the connection, for that is how such a response ends.
    func sendAcceptance(_ exchange: Exchange) {
        hasAccepted = true
        queue(
            HTTP1Response(
                status: 200, headers: [], framing: .untilClose, connection: "close",
                date: connection.server.date.text(nowMs: nowMs)
            ).text)
    }

    func respond(
        _ exchange: Exchange, status: Int, headers: [HeaderField], body: ResponseBody
    ) {
        guard exchange.closeCause == nil else { return }
        guard !hasAccepted else { return endAccepted(exchange) }
        let mayHaveBody = status != 204 && status != 304 && !exchange.request.isHead
        var isCutOff = false
        framing = .none
        switch body {
        case .none:
            // A HEAD request is told nothing of a length that nobody knows.
            if mayHaveBody { framing = .length(0) }
            isCutOff = !exchange.isBodyComplete
        case .bytes(let bytes), .shared(let bytes):
            if status != 204 { framing = .length(bytes.count) }
            if mayHaveBody { exchange.bodyBytes = bytes }
            isCutOff = !exchange.isBodyComplete
        case .stream(let source):
            guard mayHaveBody else { break }
            framing = allowsChunks ? .chunked : .untilClose
            exchange.source = source
        }
        exchange.discardsBody = exchange.source == nil
        isBodySent = exchange.source == nil && exchange.bodyBytes.isEmpty
        exchange.wantsToSend = !isBodySent
        let hasLength = headers.contains { $0.name == "content-length" }
        queue(
            HTTP1Response(
                status: status, headers: headers, framing: hasLength ? .none : framing,
                connection: connectionField(isCutOff: isCutOff),
                date: connection.server.date.text(nowMs: nowMs)
            ).text)
    }

    /// How it ended the client learns by the end of the connection alone.
    private func endAccepted(_ exchange: Exchange) {
        exchange.discardsBody = true
        isBodySent = true
        connection.markReady()
    }

    private var isResponseComplete: Bool {
        exchange?.hasResponded == true && isBodySent && outgoingOffset == outgoing.count
    }

    // MARK: Sending

    func fillStage() -> Bool {
        isStageFull = false
        while true {
            guard stageOutgoing() else { return true }
            if isResponseComplete {
                // Another response may follow at once: that of a request that has waited.
                finishResponse()
                continue
            }
            guard let exchange, exchange.hasResponded, exchange.wantsToSend else { return true }
            guard let isGood = produce(exchange) else { return true }
            if !isGood { return false }
        }
    }

    /// Header sections; false when the stage is full before all of them are in it.
    private func stageOutgoing() -> Bool {
        let count = min(outgoing.count - outgoingOffset, buffers.stageLimit - buffers.stageCount)
        guard count > 0 else {
            isStageFull = outgoingOffset < outgoing.count
            return !isStageFull
        }
        unsafe outgoing.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            unsafe (buffers.stage + buffers.stageCount).copyMemory(
                from: base + outgoingOffset, byteCount: count)
        }
        buffers.stageCount += count
        outgoingOffset += count
        isStageFull = outgoingOffset < outgoing.count
        if !isStageFull {
            outgoing = []
            outgoingOffset = 0
        }
        return !isStageFull
    }

    /// The next piece of the body. Nil when there is none for now, or no room; false when the
    /// response cannot be completed.
    private func produce(_ exchange: Exchange) -> Bool? {
        let isChunked = framing == .chunked
        let start = buffers.stageCount + (isChunked ? Self.chunkHeaderBytes : 0)
        let trailing = isChunked ? Self.lineBreak.count + Self.lastChunk.count : 0
        let capacity = buffers.stageLimit - trailing - start
        guard capacity >= Self.smallestPieceBytes else {
            isStageFull = true
            return nil
        }
        let production = unsafe exchange.produce(
            into: UnsafeMutableRawBufferPointer(start: buffers.stage + start, count: capacity))
        switch production {
        case .bytes(let count):
            precondition(count > 0 && count <= capacity, "a source produces what fits")
            finishPiece(count, isLast: false)
        case .last(let count):
            precondition(count >= 0 && count <= capacity, "a source produces what fits")
            finishPiece(count, isLast: true)
        case .end:
            finishPiece(0, isLast: true)
        case .wait:
            exchange.wantsToSend = false
            return nil
        case .abort:
            exchange.wantsToSend = false
            exchange.noteCause(.reset)
            return false
        }
        return true
    }

    /// Puts the framing around the bytes that were produced behind the gap.
    private func finishPiece(_ count: Int, isLast: Bool) {
        let isChunked = framing == .chunked
        if count > 0 {
            if isChunked { stageChunkHeader(count) }
            buffers.stageCount += count
            if isChunked { stage(Self.lineBreak) }
        }
        guard isLast else { return }
        if isChunked { stage(Self.lastChunk) }
        exchange?.wantsToSend = false
        isBodySent = true
    }

    private func stageChunkHeader(_ count: Int) {
        let digits = Array(String(count, radix: 16).utf8)
        let zeros = [UInt8](repeating: 48, count: Self.chunkHeaderBytes - 2 - digits.count)
        stage(zeros + digits + Self.lineBreak)
    }

    /// Room for it has been left.
    private func stage(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            unsafe (buffers.stage + buffers.stageCount).copyMemory(
                from: base, byteCount: bytes.count)
        }
        buffers.stageCount += bytes.count
    }
}

// How an HTTP/2 session serves its exchanges: responses, flow control, resets.
//
// Unsafe use: response fields are copied to one scratch array and described to nghttp2 by pointers into
// it, which are valid during the call. nghttp2 makes its own copy, except of a PreparedResponse, which
// the exchange holds. A data provider holds an unretained pointer to its exchange, which lives in
// `openExchanges` as long as the stream does.

import CNghttp2
import Settings

extension HTTP2Session: ExchangeTransport {
    var isBlocked: Bool { connection.isBlocked }
    var hasPeerEnded: Bool { connection.hasPeerEnded }
    var isOnOwnThread: Bool { loop.isOwnThread }

    func credit(_ exchange: Exchange, _ bytes: Int) {
        // nghttp2 collects credit and announces it when it adds up to half of a window.
        unsafe nghttp2_session_consume(handle, exchange.streamID, bytes)
        if wantsToSend { connection.markReady() }
    }

    func mediaDidChange(_ exchange: Exchange, isMedia: Bool) {
        connection.mediaExchangeCount += isMedia ? 1 : -1
    }

    var namesRequests: Bool { connection.server.onRequestEnd != nil }

    func didEnd(_ exchange: Exchange, _ cause: CloseCause) {
        if !exchange.hasResponded { connection.server.didAnswer(exchange, status: 0) }
        connection.server.onRequestEnd?(EndedRequest(exchange, cause, over: "HTTP/2"))
    }

    func respond(_ exchange: Exchange, _ head: ResponseHead) {
        connection.server.didAnswer(exchange, status: head.status)
        if head.hasBody { watchSending(of: exchange) }
        if !submit(head, for: exchange) {
            exchange.noteCause(.reset)
            reset(exchange, .internalError)
        }
        connection.markReady()
    }

    /// Makes sure that the peer opens its windows in time.
    private func watchSending(of exchange: Exchange) {
        exchange.sendWatch = ProgressWatch(heldSinceMs: nowMs)
        connection.ensureCheck(afterMs: limits.progressMs / 2)
    }

    private func submit(_ head: ResponseHead, for exchange: Exchange) -> Bool {
        guard let prepared = exchange.prepared else {
            let fields = ResponseFields(
                status: head.status, headers: head.headers, contentLength: head.contentLength,
                date: date.text(nowMs: nowMs))
            return unsafe fields.withPairs {
                unsafe submit($0, for: exchange, hasBody: head.hasBody)
            }
        }
        let pairs = unsafe prepared.pairs(date: date.bytes(nowMs: nowMs))
        guard !head.headers.isEmpty else {
            return unsafe submit(pairs, for: exchange, hasBody: head.hasBody)
        }
        return unsafe ResponseFields(head.headers).withPairs { extra in
            let all = unsafe Array(pairs) + Array(extra)
            return unsafe all.withUnsafeBufferPointer {
                unsafe submit($0, for: exchange, hasBody: head.hasBody)
            }
        }
    }

    private func submit(
        _ pairs: UnsafeBufferPointer<nghttp2_nv>, for exchange: Exchange, hasBody: Bool
    ) -> Bool {
        var provider = unsafe nghttp2_data_provider()
        unsafe provider.source.ptr = unsafe Unmanaged.passUnretained(exchange).toOpaque()
        unsafe provider.read_callback = HTTP2Callbacks.readBody
        return unsafe withUnsafePointer(to: &provider) { provider in
            unsafe nghttp2_submit_response(
                handle, exchange.streamID, pairs.baseAddress, pairs.count, hasBody ? provider : nil)
                == 0
        }
    }

    /// Tells a client that waits for this to send the body (RFC 9110 section 10.1.1).
    func sendContinue(_ exchange: Exchange) {
        let fields = ResponseFields(status: 100, headers: [], contentLength: nil, date: nil)
        unsafe fields.withPairs { pairs in
            _ = unsafe nghttp2_submit_headers(
                handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), exchange.streamID, nil,
                pairs.baseAddress, pairs.count, nil)
        }
        connection.markReady()
    }

    /// No HTTP/2 client waits for such a thing.
    func sendAcceptance(_ exchange: Exchange) {}

    func resume(_ exchange: Exchange) {
        unsafe nghttp2_session_resume_data(handle, exchange.streamID)
        // A blocked connection looks for more to send by itself as soon as its socket takes bytes.
        if !connection.isBlocked { connection.queueOutput(isMedia: exchange.isMedia) }
    }

    func reset(_ exchange: Exchange, _ code: ResetCode) {
        let number =
            switch code {
            case .cancel: NGHTTP2_CANCEL
            case .internalError: NGHTTP2_INTERNAL_ERROR
            case .refused: NGHTTP2_REFUSED_STREAM
            case .enhanceYourCalm: NGHTTP2_ENHANCE_YOUR_CALM
            }
        submitReset(exchange, number)
        connection.markReady()
    }

    private func submitReset(_ exchange: Exchange, _ code: nghttp2_error_code) {
        exchange.isResetByUs = true
        unsafe nghttp2_submit_rst_stream(
            handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), exchange.streamID, code.rawValue)
    }

    // MARK: What the callbacks report

    func exchange(of streamID: Int32) -> Exchange? {
        guard let pointer = unsafe nghttp2_session_get_stream_user_data(handle, streamID) else {
            return nil
        }
        return unsafe Unmanaged<Exchange>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// The same without counting a reference, for calls during which the exchange stays open.
    private func withOpenExchange<Result>(
        _ streamID: Int32, _ body: (Exchange) -> Result
    ) -> Result? {
        guard let pointer = unsafe nghttp2_session_get_stream_user_data(handle, streamID) else {
            return nil
        }
        return unsafe Unmanaged<Exchange>.fromOpaque(pointer)._withUnsafeGuaranteedRef(body)
    }

    /// A request's header section is complete.
    func begin(_ headers: IncomingHeaders, streamID: Int32, endsStream: Bool) {
        defer { spent.keep(headers) }
        var problem = headers.problem
        var (peer, client) = (connection.peer, self.client)
        if hasOtherAskers {
            (peer, client) = connection.asker(headers.block)
            let isAbuser = clientResets?.isSpent(client.network, nowMs: nowMs) == true
            if isAbuser { problem = .tooManyResets }
        }
        guard client.mayTake(.heldBytes, Limits.heldBytesPerRequest) else {
            return refuse(streamID, of: client)
        }
        let hasBody = !endsStream
        let exchange = spent.exchange(
            Request(
                block: headers.block, hasBody: hasBody, peer: peer,
                connectionID: connection.id),
            client: client, transport: self, streamID: streamID)
        exchange.beganUs = loop.turnUs
        exchange.isOfProxy = connection.isOfProxy
        exchange.slot = openCount
        openExchanges.append(exchange)
        openCount += 1
        unsafe nghttp2_session_set_stream_user_data(
            handle, streamID, Unmanaged.passUnretained(exchange).toOpaque())
        counters.counts.requests += 1
        if let problem {
            exchange.respond(problem)
            return
        }
        application.begin(exchange)
        guard hasBody, !exchange.isOver else { return }
        exchange.expectBody(isContinueAwaited: exchange.request.expectsContinue)
        connection.ensureCheck(afterMs: limits.bodyFirstByteMs)
    }

    /// There is no room for the request. If its client has more requests open than one client may have,
    /// the reset counts as the client's doing; otherwise the client is told that it may try again.
    private func refuse(_ streamID: Int32, of client: ClientShare) {
        let isTooMany = client.hasItsShare(of: .heldBytes, Limits.heldBytesPerRequest)
        if clientResets != nil, isTooMany { countReset(by: client) }
        // Another reset is counted when it leaves.
        if clientResets != nil || !isTooMany { refusedStreams += 1 }
        let code = isTooMany ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_REFUSED_STREAM
        unsafe nghttp2_submit_rst_stream(
            handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), streamID, code.rawValue)
        connection.markReady()
    }

    func receiveBody(_ exchange: Exchange, _ bytes: UnsafeRawBufferPointer) {
        useless.didTakeBody(bytes.count)
        guard unsafe !exchange.receiveBody(bytes) else { return }
        // These bytes are not wanted, but they must not shrink the connection's window.
        unsafe nghttp2_session_consume_connection(handle, bytes.count)
    }

    /// The response has been sent. If the body is still coming, it is to be cut off with NO_ERROR (RFC
    /// 9113 section 8.1), but not at once: curl 7.88 forgets a response when it reads the reset together
    /// with it. A short body is over by then.
    func finishResponse(_ streamID: Int32) {
        let isBodyComplete = withOpenExchange(streamID) { exchange in
            exchange.didSendResponse()
            return exchange.body.isComplete
        }
        guard isBodyComplete == false else { return }
        connection.ensureCheck(afterMs: limits.lingerMs)
    }

    func cutOffBody(_ exchange: Exchange) {
        submitReset(exchange, NGHTTP2_NO_ERROR)
        connection.markReady()
    }

    func streamDidClose(_ streamID: Int32, errorCode: UInt32) {
        guard let slot = withOpenExchange(streamID, { $0.slot }) else { return }
        let exchange = takeOpen(at: slot)
        let uncreditedBytes = exchange.takeUncredited()
        if uncreditedBytes > 0 {
            unsafe nghttp2_session_consume_connection(handle, uncreditedBytes)
        }
        let isComplete = errorCode == NGHTTP2_NO_ERROR.rawValue && exchange.response.isSent
        let mayBeRenewed = exchange.mayBeRenewed
        exchange.close(isComplete ? .completed : .reset)
        if mayBeRenewed { spent.keep(consume exchange) }
        if openCount == 0 { connection.didBecomeIdle() }
    }

    /// Removes one from the list of open exchanges; the last one takes its place.
    private func takeOpen(at slot: Int) -> Exchange {
        var taken = openExchanges.removeLast()
        openCount -= 1
        guard slot < openCount else { return taken }
        taken.slot = slot
        swap(&openExchanges[slot], &taken)
        return taken
    }
}

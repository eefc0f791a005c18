// nghttp2's callbacks: each finds its session through the user data, and calls it.
//
// Unsafe use: nghttp2 calls these only while a session's functions run, and the session lives as long as
// nghttp2's handle (see HTTP2Session). Pointers to frames and bytes are used during the call only.
// nghttp2 is never told of a failure that would end the process.

import CNghttp2

enum HTTP2Callbacks {
    fileprivate static let goOn: Int32 = 0
    fileprivate static let refuse = NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue

    static func install(_ table: OpaquePointer) {
        unsafe nghttp2_session_callbacks_set_send_data_callback(table, sendData)
        unsafe nghttp2_session_callbacks_set_on_frame_send_callback(table, frameWasSent)
        unsafe nghttp2_session_callbacks_set_on_begin_frame_callback(table, frameBegins)
        unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(table, headersBegin)
        unsafe nghttp2_session_callbacks_set_on_header_callback(table, headerArrived)
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(table, frameArrived)
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(table, bodyArrived)
        unsafe nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(table, frameIsInvalid)
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(table, streamClosed)
    }

    /// Asks the exchange of a data provider for the next bytes of its body.
    static let readBody: nghttp2_data_source_read_callback = {
        _, _, _, length, flags, source, userData in
        guard let flags = unsafe flags, let pointer = unsafe source?.pointee.ptr,
            let userData = unsafe userData
        else { return Int(refuse) }
        let exchange = unsafe Unmanaged<Exchange>.fromOpaque(pointer)
        return unsafe withSession(userData) { session in
            unsafe exchange._withUnsafeGuaranteedRef {
                unsafe session.produce($0, length: length, flags: flags)
            }
        }
    }
}

private func withSession<Result>(
    _ userData: UnsafeMutableRawPointer, _ body: (HTTP2Session) -> Result
) -> Result {
    unsafe Unmanaged<HTTP2Session>.fromOpaque(userData)._withUnsafeGuaranteedRef(body)
}

private func sendData(
    _ handle: OpaquePointer?, _ frame: UnsafeMutablePointer<nghttp2_frame>?,
    _ header: UnsafePointer<UInt8>?, _ length: Int,
    _ source: UnsafeMutablePointer<nghttp2_data_source>?, _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    guard let userData = unsafe userData, let header = unsafe header else {
        return HTTP2Callbacks.refuse
    }
    unsafe withSession(userData) { unsafe $0.finishData(header: header, length: length) }
    return HTTP2Callbacks.goOn
}

private func frameWasSent(
    _ handle: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    guard let userData = unsafe userData, let header = unsafe frame?.pointee.hd else {
        return HTTP2Callbacks.goOn
    }
    let isPayload =
        header.type == UInt8(NGHTTP2_HEADERS.rawValue)
        || header.type == UInt8(NGHTTP2_DATA.rawValue)
    if isPayload, header.endsStream {
        unsafe withSession(userData) { $0.finishResponse(header.stream_id) }
    } else if header.type == UInt8(NGHTTP2_RST_STREAM.rawValue) {
        unsafe withSession(userData) { $0.didSendReset(header.stream_id) }
    } else if header.type == UInt8(NGHTTP2_GOAWAY.rawValue) {
        unsafe withSession(userData) { $0.didSendGoAway() }
    }
    return HTTP2Callbacks.goOn
}

private func frameBegins(
    _ handle: OpaquePointer?, _ header: UnsafePointer<nghttp2_frame_hd>?,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    guard let userData = unsafe userData, let header = unsafe header?.pointee else {
        return HTTP2Callbacks.goOn
    }
    unsafe withSession(userData) { session in
        switch nghttp2_frame_type(rawValue: UInt32(header.type)) {
        case NGHTTP2_DATA: if header.length == 0, !header.endsStream { session.count(.emptyData) }
        case NGHTTP2_HEADERS: session.headerSectionBytes = header.wireBytes
        case NGHTTP2_CONTINUATION: session.headerSectionBytes += header.wireBytes
        case NGHTTP2_WINDOW_UPDATE, NGHTTP2_GOAWAY: break
        case NGHTTP2_RST_STREAM: session.countReset(of: session.exchange(of: header.stream_id))
        default: session.count(.control)
        }
    }
    return HTTP2Callbacks.goOn
}

private func headersBegin(
    _ handle: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    guard let userData = unsafe userData, let frame = unsafe frame else {
        return HTTP2Callbacks.goOn
    }
    // Trailers are checked by nghttp2 and otherwise ignored.
    let isRequest = unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST
    unsafe withSession(userData) { session in
        session.incoming =
            isRequest ? session.spent.headers(sinceMs: session.nowMs, session.limits) : nil
    }
    return HTTP2Callbacks.goOn
}

private func headerArrived(
    _ handle: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?,
    _ name: UnsafePointer<UInt8>?, _ nameLength: Int, _ value: UnsafePointer<UInt8>?,
    _ valueLength: Int, _ flags: UInt8, _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    guard let userData = unsafe userData else { return HTTP2Callbacks.goOn }
    let isTaken = unsafe withSession(userData) { session in
        let name = unsafe UnsafeBufferPointer(start: name, count: nameLength)
        let value = unsafe UnsafeBufferPointer(start: value, count: valueLength)
        let isGood =
            unsafe session.incoming?.append(name: name.span, value: value.span) ?? true
        // The library skips the rest of a refused section, and does not report its end; it resets the
        // stream.
        if !isGood {
            session.incoming = nil
            session.countResetAhead()
        }
        return isGood
    }
    return isTaken ? HTTP2Callbacks.goOn : HTTP2Callbacks.refuse
}

private func frameArrived(
    _ handle: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    guard let userData = unsafe userData, let frame = unsafe frame else {
        return HTTP2Callbacks.goOn
    }
    let header = unsafe frame.pointee.hd
    unsafe withSession(userData) { session in
        switch nghttp2_frame_type(rawValue: UInt32(header.type)) {
        case NGHTTP2_HEADERS:
            session.useless.didTakeHeaders(session.headerSectionBytes)
            if let incoming = session.incoming.take() {
                session.begin(incoming, streamID: header.stream_id, endsStream: header.endsStream)
            } else if header.endsStream, let exchange = session.exchange(of: header.stream_id) {
                exchange.finishBody()
            }
        case NGHTTP2_DATA:
            guard header.endsStream else {
                // A frame of nothing but padding is as good as empty.
                let paddingBytes = unsafe frame.pointee.data.padlen
                if paddingBytes > 0, paddingBytes == header.length { session.count(.emptyData) }
                return
            }
            if let exchange = session.exchange(of: header.stream_id) {
                exchange.finishBody()
            }
        case NGHTTP2_RST_STREAM:
            session.exchange(of: header.stream_id)?.noteCause(.peerReset)
        case NGHTTP2_WINDOW_UPDATE:
            let bytes = unsafe Int(frame.pointee.window_update.window_size_increment)
            session.count(.windowUpdate(bytes))
            session.windowDidOpen(header.stream_id, by: bytes)
        case NGHTTP2_SETTINGS: session.resumeHeld()
        case NGHTTP2_PING:
            if header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0 { session.finishDrain() }
        default: break
        }
    }
    return HTTP2Callbacks.goOn
}

private func bodyArrived(
    _ handle: OpaquePointer?, _ flags: UInt8, _ streamID: Int32, _ bytes: UnsafePointer<UInt8>?,
    _ count: Int, _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    guard let userData = unsafe userData else { return HTTP2Callbacks.goOn }
    unsafe withSession(userData) { session in
        guard let exchange = session.exchange(of: streamID) else {
            _ = unsafe nghttp2_session_consume_connection(session.handle, count)
            return
        }
        unsafe session.receiveBody(exchange, UnsafeRawBufferPointer(start: bytes, count: count))
    }
    return HTTP2Callbacks.goOn
}

private func frameIsInvalid(
    _ handle: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ errorCode: Int32,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    guard let userData = unsafe userData else { return HTTP2Callbacks.goOn }
    unsafe withSession(userData) { session in
        session.incoming = nil
        session.countResetAhead()
    }
    return HTTP2Callbacks.goOn
}

private func streamClosed(
    _ handle: OpaquePointer?, _ streamID: Int32, _ errorCode: UInt32,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    guard let userData = unsafe userData else { return HTTP2Callbacks.goOn }
    unsafe withSession(userData) { $0.streamDidClose(streamID, errorCode: errorCode) }
    return HTTP2Callbacks.goOn
}

extension nghttp2_frame_hd {
    fileprivate var endsStream: Bool {
        flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    }

    /// The frame with its header.
    fileprivate var wireBytes: Int { HTTP2Session.frameHeaderBytes + length }
}

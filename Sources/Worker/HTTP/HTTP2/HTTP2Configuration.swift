// What all HTTP/2 sessions of a worker share: nghttp2's options, the table of callbacks, and memory.
//
// Unsafe use: both objects are owned here and freed in deinit; nghttp2 copies what it needs when a
// session is made.

import CNghttp2

@safe
final class HTTP2Configuration {
    /// How many more frames nghttp2 may look at after it was told to end a connection.
    private static let framesUntilIgnored = 8

    let callbacks: OpaquePointer
    let options: OpaquePointer
    let memory: SessionMemory

    /// Nil when memory ran out.
    /// - Parameter isOfProxy: for connections that carry the requests of many clients.
    init?(limits: HTTPLimits, buffers: SharedBuffers, isOfProxy: Bool = false) {
        var callbacks: OpaquePointer?
        var options: OpaquePointer?
        unsafe nghttp2_session_callbacks_new(&callbacks)
        unsafe nghttp2_option_new(&options)
        guard let callbacks = unsafe callbacks, let options = unsafe options else {
            unsafe nghttp2_session_callbacks_del(callbacks)
            unsafe nghttp2_option_del(options)
            return nil
        }
        unsafe self.callbacks = unsafe callbacks
        unsafe self.options = unsafe options
        memory = SessionMemory(buffers)
        unsafe HTTP2Callbacks.install(callbacks)
        setOptions(limits)
        setResetLimit(limits, isOfProxy: isOfProxy)
    }

    deinit {
        unsafe nghttp2_session_callbacks_del(callbacks)
        unsafe nghttp2_option_del(options)
    }

    private func setOptions(_ limits: HTTPLimits) {
        // Windows open only when a handler credits what it has taken.
        unsafe nghttp2_option_set_no_auto_window_update(options, 1)
        unsafe nghttp2_option_set_max_deflate_dynamic_table_size(options, limits.hpackTableBytes)
        // Higher than the AbuseGuard's budget: a connection that the guard ends gets a GOAWAY, one that
        // nghttp2 gives up does not.
        let acknowledgements = max(
            limits.outboundControlFrames, limits.controlFramesPer10s + Self.framesUntilIgnored)
        unsafe nghttp2_option_set_max_outbound_ack(options, acknowledgements)
        unsafe nghttp2_option_set_max_continuations(options, limits.continuationFrames)
        // Closed streams would be kept only for a priority tree, which we do not use.
        unsafe nghttp2_option_set_no_closed_streams(options, 1)
    }

    /// A second line of defence after AbuseGuard, which also sees resets of the peer's own streams. The library
    /// cannot tell the clients of a proxy apart, so there it has nothing to say.
    private func setResetLimit(_ limits: HTTPLimits, isOfProxy: Bool) {
        let perSecond: UInt64 = isOfProxy ? .max : UInt64(max(1, limits.resetsPer10s / 10)) * 2
        let atOnce: UInt64 = isOfProxy ? .max : UInt64(limits.resetsPer10s) * 2
        unsafe nghttp2_option_set_stream_reset_rate_limit(options, atOnce, perSecond)
    }

    /// Our SETTINGS (RFC 9113 section 6.5.2).
    static func settings(_ limits: HTTPLimits) -> [nghttp2_settings_entry] {
        let values: [(nghttp2_settings_id, Int)] = [
            (NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.streamsPerConnection),
            (NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.requestWindowBytes),
            (NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits.headerBytes),
            (NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, limits.hpackTableBytes),
            (NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1),
        ]
        return values.map { id, value in
            nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: UInt32(value))
        }
    }
}

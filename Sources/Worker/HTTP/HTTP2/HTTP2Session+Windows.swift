// The windows that the peer gives an HTTP/2 session: which responses may use them (see LiveFlow), and
// which are held back by them.
//
// Unsafe use: questions to nghttp2 about the session that is owned by HTTP2Session.

import CNghttp2
import LinuxIO

extension HTTP2Session {
    /// A window with less room than one frame holds back a response: the little that it lets through
    /// leaves at the end of the turn, and this may be asked before that.
    private static let closedWindowBytes = 16 * 1024

    private var remainingBytes: Int { Int(unsafe nghttp2_session_get_remote_window_size(handle)) }

    private func remainingBytes(of exchange: Exchange) -> Int {
        Int(unsafe nghttp2_session_get_stream_remote_window_size(handle, exchange.streamID))
    }

    // MARK: Use

    /// How many of `length` bytes of a response may be sent, given that the windows have room for them.
    /// Nil: the response waits until a window moves.
    func allowance(of exchange: Exchange, _ length: Int) -> Int? {
        guard exchange.isEndless else { return length }
        var flow = exchange.flow
        let verdict = flow.judge(
            length: length, isMedia: exchange.isMedia, stream: remainingBytes(of: exchange),
            connection: window, remaining: remainingBytes)
        exchange.flow = flow
        guard case .allowed(let bytes) = verdict else {
            hasHeldResponses = true
            return nil
        }
        return bytes
    }

    /// The peer has opened a window by this many bytes; stream 0 is the connection's.
    func windowDidOpen(_ streamID: Int32, by bytes: Int) {
        guard streamID != 0 else {
            window.opened(to: remainingBytes)
            return resumeHeld()
        }
        guard let exchange = exchange(of: streamID), exchange.isEndless,
            let source = exchange.response.source
        else { return }
        var flow = exchange.flow
        let isOld = flow.opened(by: bytes, to: remainingBytes(of: exchange), nowMs: nowMs)
        exchange.flow = flow
        if isOld, exchange.response.wantsToSend { source.wasHeldBack() }
        if exchange.flow.held != nil { resumeHeld(exchange) }
    }

    /// Asks all responses that wait by our own rule again.
    func resumeHeld() {
        guard hasHeldResponses else { return }
        hasHeldResponses = false
        for exchange in openExchanges where exchange.flow.held != nil { resumeHeld(exchange) }
    }

    private func resumeHeld(_ exchange: Exchange) {
        exchange.flow.resumed()
        resume(exchange)
    }

    // MARK: Holding back

    /// The peer's window for this stream is closed and holds the response back.
    func isHeldByPeer(_ exchange: Exchange) -> Bool {
        guard exchange.response.wantsToSend else { return false }
        return exchange.flow.held == .heldByStream
            || remainingBytes(of: exchange) < Self.closedWindowBytes
    }

    /// The peer holds back all responses by the connection's window.
    var isHeldByPeer: Bool {
        remainingBytes - window.reserve < Self.closedWindowBytes
            && openExchanges.contains { $0.response.wantsToSend }
    }
}

// The windows that the peer gives an HTTP/2 session: who may use them (see LiveFlow), and who is held
// back by them.
//
// Unsafe use: questions to nghttp2 about the session that is owned by HTTP2Session.

import CNghttp2
import LinuxIO

extension HTTP2Session {
    /// A window with less room than one frame holds back a response: what little it lets through leaves
    /// at the end of the turn, and this may be asked before that.
    private static let closedWindowBytes = 16 * 1024

    private var remainingBytes: Int { Int(unsafe nghttp2_session_get_remote_window_size(handle)) }

    private func remainingBytes(of exchange: Exchange) -> Int {
        Int(unsafe nghttp2_session_get_stream_remote_window_size(handle, exchange.streamID))
    }

    // MARK: Who may use them

    /// How much of `length` bytes may be sent of a response, which the windows have room for. Nil: it
    /// waits until one of them moves.
    func allowance(of exchange: Exchange, _ length: Int) -> Int? {
        guard exchange.isEndless else { return length }
        let verdict = exchange.flow.judge(
            length: length, isMedia: exchange.isMedia, stream: remainingBytes(of: exchange),
            connection: window, remaining: remainingBytes)
        guard case .allowed(let bytes) = verdict else {
            hasHeldResponses = true
            return nil
        }
        return bytes
    }

    /// The peer has opened a window by so many bytes; 0 is the connection's.
    func windowDidOpen(_ streamID: Int32, by bytes: Int) {
        guard streamID != 0 else {
            window.opened(to: remainingBytes)
            return resumeHeld()
        }
        guard let exchange = exchange(of: streamID), exchange.isEndless,
            let source = exchange.response.source
        else { return }
        let isOld = exchange.flow.opened(
            by: bytes, to: remainingBytes(of: exchange), nowMs: nowMs)
        if isOld, exchange.response.wantsToSend { source.wasHeldBack() }
        if exchange.flow.held != nil { resumeHeld(exchange) }
    }

    /// Everything that waits by our own rule is asked again.
    func resumeHeld() {
        guard hasHeldResponses else { return }
        hasHeldResponses = false
        for exchange in openExchanges where exchange.flow.held != nil { resumeHeld(exchange) }
    }

    private func resumeHeld(_ exchange: Exchange) {
        exchange.flow.resumed()
        resume(exchange)
    }

    // MARK: Who is held back

    /// The peer holds back what this response wants to send by its own closed window.
    func isHeldByPeer(_ exchange: Exchange) -> Bool {
        guard exchange.response.wantsToSend else { return false }
        return exchange.flow.held == .heldByStream
            || remainingBytes(of: exchange) < Self.closedWindowBytes
    }

    /// The peer holds back all responses by the window of the connection.
    var isHeldByPeer: Bool {
        remainingBytes - window.reserve < Self.closedWindowBytes
            && openExchanges.contains { $0.response.wantsToSend }
    }
}

// Answers that are given again: what was answered lately is found by a request's target, before anything of it
// is parsed (ReadyAnswers).
//
// Owner: the worker's loop thread.

import HTTP
import Streams

extension PackagedRoutes {
    /// False: nobody has asked for this lately.
    func answerReady(_ exchange: Exchange, of stream: LiveStream) -> Bool {
        guard let indexed = indexes.known(stream) else { return false }
        indexed.refresh()
        guard indexed.isCurrent, answerReady(exchange, of: indexed) else { return false }
        indexed.note(exchange.playerIdentity)
        return true
    }

    /// The same; the index is current. A player of the browser may have to wait for what others have.
    func answerReady(_ exchange: Exchange, of indexed: IndexedStream) -> Bool {
        let ready = exchange.withTarget {
            indexed.packaged.ready.find($0, in: indexed.state, nowMs: indexed.stream.nowMs)
        }
        guard let ready, !exchange.request.isOfMediaElement else { return false }
        return answer(exchange, with: ready, of: indexed)
    }

    /// False: it is gone.
    func answer(
        _ exchange: Exchange, with ready: ReadyAnswers.Answer, of indexed: IndexedStream
    ) -> Bool {
        switch ready {
        case .resource(let resource): resource.answer(exchange, headers: [], refusalHeaders: [])
        case .media(let media):
            let body = media.body(in: indexed.index, from: indexed.stream.hold)
            guard let body, body.byteCount == media.length else { return false }
            media.answer(exchange, with: body)
        }
        return true
    }

    /// Whoever asks for the same soon gets the same.
    func keep(
        _ ready: ReadyAnswers.Answer, for exchange: Exchange, of indexed: IndexedStream
    ) {
        exchange.withTarget {
            indexed.packaged.ready.keep(
                ready, at: $0, in: indexed.state, nowMs: indexed.stream.nowMs)
        }
    }
}

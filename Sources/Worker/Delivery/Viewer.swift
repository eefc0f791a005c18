// One open `GET /NAME/live` response: joins the HTTP exchange to a cursor into the ring, and counts
// as one viewer from its first to its last moment.
//
// If the stream had media, but no place to begin is left in the ring, the response is held back for a
// while: it is answered as soon as there is a place to begin, and refused when none comes.
//
// Owner: the worker's loop thread.

import HTTP
import SegmentRing
import Settings
import Streams

final class Viewer: BodySource, ExchangeHandler, Waiter {
    /// Nil after the viewer has left it.
    private var stream: LiveStream?
    private unowned let exchange: Exchange
    private var webM: WebMViewer
    private var countedJumps = 0
    /// The answer to give when there is a place to begin; nil once it is given.
    private var heldAnswer: HeldAnswer?
    /// Waiting for the doorbell: there was nothing to send when last asked.
    private(set) var isWaiting = false
    /// When the viewer was last given bytes, in milliseconds of the loop.
    private var producedAtMs: UInt64 = 0
    var place = 0

    init(exchange: Exchange, stream: LiveStream, start: RingCursor.Start, maxLagMs: UInt64) {
        self.exchange = exchange
        self.stream = stream
        webM = WebMViewer(start: start, maxLagMs: maxLagMs)
        super.init()
        exchange.isMedia = true
    }

    private struct HeldAnswer {
        let headers: [HeaderField]
        let sinceMs: UInt64
        let refuse: (Problem) -> Void
    }

    /// Answers the request, now or later.
    func begin(headers: [HeaderField], refuse: @escaping (Problem) -> Void) {
        guard let stream else { return }
        heldAnswer = HeldAnswer(headers: headers, sinceMs: stream.nowMs, refuse: refuse)
        isWaiting = true
        answerIfDue()
    }

    private func answerIfDue() {
        guard let stream, let held = heldAnswer else { return }
        if stream.viewersMustEnd {
            refuse(stream.state == .ended ? .notLive : .shuttingDown, held)
        } else if !stream.hasLostItsStart {
            heldAnswer = nil
            isWaiting = false
            exchange.respond(status: 200, headers: held.headers, body: .stream(self))
        } else if stream.nowMs >= held.sinceMs + Limits.startAwaitedMs {
            refuse(.noPlaceToBegin, held)
        }
    }

    private func refuse(_ problem: Problem, _ held: HeldAnswer) {
        heldAnswer = nil
        isWaiting = false
        leave()
        held.refuse(problem)
    }

    /// Notes how far behind the viewer is. Sends a sign of life now and then to one who has been sent
    /// everything; others need none.
    func lookAfter(nowMs: UInt64) {
        if heldAnswer != nil { return answerIfDue() }
        if let stream, let lagMs = webM.lagMs(in: stream.ring) { stream.countLag(ms: lagMs) }
        guard isWaiting, nowMs >= producedAtMs + Limits.silenceFilledMs else { return }
        webM.fillSilence()
        wake()
    }

    func wake() {
        guard isWaiting else { return }
        if heldAnswer != nil { return answerIfDue() }
        isWaiting = false
        exchange.resume()
    }

    func letGo() {
        leave()
        exchange.reset(.cancel)
    }

    private func leave() {
        guard let stream else { return }
        self.stream = nil
        stream.remove(self)
    }

    override func produce(into buffer: UnsafeMutableRawBufferPointer) -> Production {
        guard let stream else { return .abort }
        let outcome = unsafe webM.read(from: stream.ring, into: buffer)
        if webM.jumps != countedJumps {
            stream.countJumps(webM.jumps - countedJumps)
            countedJumps = webM.jumps
        }
        switch outcome {
        case .bytes(let count):
            producedAtMs = stream.nowMs
            return .bytes(count)
        case .caughtUp:
            if stream.viewersMustEnd { return .end }
            isWaiting = true
            return .wait
        case .lapped:
            stream.countLapped()
            return .abort
        }
    }

    override func wasHeldBack() { webM.catchUp() }

    // MARK: ExchangeHandler

    func exchange(_ exchange: Exchange, didReceiveBody bytes: UnsafeRawBufferPointer) {
        // A GET with a body is legal; the body is ignored.
        exchange.credit(bytes.count)
    }

    func exchangeDidFinishBody(_ exchange: Exchange) {}

    func exchangeDidClose(_ exchange: Exchange, cause: CloseCause) {
        leave()
        exchange.client.giveBack(.viewers)
    }
}

extension Problem {
    fileprivate static let noPlaceToBegin = Problem(
        status: 503, slug: "no-place-to-begin", title: "The stream cannot be joined just now",
        detail:
            "It has had no key frame for longer than the server keeps of it. It can be joined as soon "
            + "as the next one comes.",
        headers: [.retryAfter(seconds: 5)])
}

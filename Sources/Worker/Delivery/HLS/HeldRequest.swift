// A request that cannot be answered yet, because what it asks for is still to come. It waits at the index,
// and is decided anew whenever that has what it waits for.
//
// It counts as a viewer of its client while it waits. It ends in time: with an answer, with a problem, or
// because its client has gone.
//
// Owner: the worker's loop thread.

import HTTP
import Media
import Settings
import Streams

/// What becomes of a request.
enum Step {
    /// It was answered.
    case answered
    /// Until the index has `point` of a track, or has caught up if that is nil; no longer than so many
    /// milliseconds from the request's beginning, and then the answer is this problem.
    case wait(SegmentPoint?, place: Int, mostMs: UInt64, late: Problem)
    case refuse(Problem)
    /// This answers it from now on.
    case handOver(() -> Void)
}

final class HeldRequest: ExchangeHandler {
    private unowned let exchange: Exchange
    /// Nil when it was answered: the client may take its time, and must not keep the ring meanwhile.
    private var indexed: IndexedStream?
    private let resource: ResourceName
    private let root: ResourceName.Root
    private let routes: PackagedRoutes
    private let beganAtMs: UInt64
    private var wait: SegmentWait?
    private var isCounted = false
    /// How often it has waited.
    private var rounds = 0

    /// What an index reaches, the request is answered with. So one that goes on waiting is a fault, which
    /// must not turn for ever.
    private static let mostRounds = 16

    private init(
        _ exchange: Exchange, _ resource: ResourceName, in root: ResourceName.Root,
        of indexed: IndexedStream, for routes: PackagedRoutes
    ) {
        self.exchange = exchange
        self.resource = resource
        self.root = root
        self.indexed = indexed
        self.routes = routes
        beganAtMs = indexed.stream.nowMs
    }

    /// Answers a request now or later. Only one that waits is an object of its own.
    static func begin(
        _ exchange: Exchange, _ resource: ResourceName, in root: ResourceName.Root,
        of indexed: IndexedStream, for routes: PackagedRoutes
    ) {
        switch step(of: indexed, { routes.step(exchange, resource, in: root, of: indexed) }) {
        case .answered: return
        case .refuse(let problem): routes.refuse(exchange, problem)
        case .handOver(let answer): answer()
        case .wait(let point, let place, let mostMs, let late):
            HeldRequest(exchange, resource, in: root, of: indexed, for: routes).hold(
                indexed, for: point, place: place, mostMs: mostMs, late: late)
        }
    }

    private static func step(of indexed: IndexedStream, _ decide: () -> Step) -> Step {
        indexed.refresh()
        return indexed.isCurrent
            ? decide()
            : .wait(nil, place: 0, mostMs: Limits.startAwaitedMs, late: .noSegmentsYet)
    }

    private func goOn() {
        guard let indexed else { return }
        wait = nil
        let step = Self.step(of: indexed) {
            // Those who have waited for the same get the same.
            routes.answerReady(exchange, of: indexed)
                ? .answered : routes.step(exchange, resource, in: root, of: indexed)
        }
        switch step {
        case .answered: giveBack()
        case .refuse(let problem): refuse(problem)
        case .handOver(let answer):
            giveBack()
            answer()
        case .wait(let point, let place, let mostMs, let late):
            hold(indexed, for: point, place: place, mostMs: mostMs, late: late)
        }
    }

    private func hold(
        _ indexed: IndexedStream, for point: SegmentPoint?, place: Int, mostMs: UInt64,
        late: Problem
    ) {
        rounds += 1
        guard rounds <= Self.mostRounds else { return refuse(late) }
        guard count() else {
            self.indexed = nil
            return
        }
        wait = indexed.wait(for: point, of: place, untilMs: beganAtMs + mostMs) { [self] in
            end($0, late: late)
        }
    }

    /// False: the client has too many, and was told so.
    private func count() -> Bool {
        guard !isCounted else { return true }
        if let problem = exchange.client.takeViewer() {
            routes.refuse(exchange, problem)
            return false
        }
        isCounted = true
        indexed?.stream.countHeld()
        exchange.handler = self
        return true
    }

    private func end(_ outcome: WaitOutcome, late: Problem) {
        guard !exchange.isOver else { return }
        switch outcome {
        case .reached, .ended: goOn()
        case .timedOut: refuse(late)
        case .letGo: refuse(.shuttingDown)
        case .replaced:
            guard let indexed, let next = routes.successor(of: indexed) else {
                return refuse(.noSegmentsYet)
            }
            if let problem = routes.refusal(of: resource, next) { return refuse(problem) }
            self.indexed = next
            goOn()
        }
    }

    private func refuse(_ problem: Problem) {
        routes.refuse(exchange, problem)
        giveBack()
    }

    /// It waits no longer.
    private func giveBack() {
        if isCounted {
            exchange.client.giveBack(.viewers)
            indexed?.stream.countReleased()
        }
        isCounted = false
        indexed = nil
    }

    // MARK: ExchangeHandler

    func exchange(_ exchange: Exchange, didReceiveBody bytes: UnsafeRawBufferPointer) {
        // A GET with a body is legal; the body is ignored.
        exchange.credit(bytes.count)
    }

    func exchangeDidFinishBody(_ exchange: Exchange) {}

    func exchangeDidClose(_ exchange: Exchange, cause: CloseCause) {
        wait?.cancel()
        wait = nil
        giveBack()
    }
}

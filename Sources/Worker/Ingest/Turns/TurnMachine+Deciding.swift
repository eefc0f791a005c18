// The second half of a look: what it has found decides about all requests that wait. PublishDecision
// judges each of them; this is what follows from it.

import SegmentRing
import Settings

extension TurnMachine {
    mutating func decide(_ sight: TurnSight) {
        switch sight.lease {
        case .absent:
            giveTurn(.absent, sight)
        case .isFree(let stream):
            giveTurn(stream, sight)
        case .isHere(let silentMs):
            guard let writer else { return }
            givingWay.leaseIsHeld()
            let facts = WriterFacts(writer, silentMs: silentMs)
            decideBehind(facts, turn: writer.chunk, sight)
            answerOverdue(.held(facts))
        case .isElsewhere(let facts, let isOver):
            givingWay.leaseIsHeld()
            // Its writer may be so new that it has not said who it is: ask again shortly.
            if let facts, !isOver {
                let turn = ChunkNumber(session: facts.session, number: facts.chunk ?? 0)
                decideBehind(facts, turn: turn, sight)
            }
            answerOverdue(.held(facts ?? WriterFacts(identity: 0)))
        case .isGone:
            answerOverdue(.absent)
        case .makesWay(let isDone):
            if isDone { look(withinMs: 0) }
        case .failed(let error):
            for request in line.requests { answer(request, .ring(error)) }
        case .wasNotTried:
            break
        }
    }

    /// No request writes: gives the turn to the request that it belongs to, and answers those that need
    /// not wait.
    private mutating func giveTurn(_ stream: StreamFacts, _ sight: TurnSight) {
        guard writer == nil else { return }
        wanted = stream.wanted
        var order = ArrivalOrder()
        for request in line.candidates(whenTurnOf: stream.wanted) {
            guard order.admits(request.facts, connectionID: request.connectionID),
                !givesWay(request, to: sight.elsewhere)
            else { continue }
            let decision = PublishDecision.decide(facts(of: request), stream)
            switch decision {
            case .begin, .resume:
                line.remove(request.id)
                writer = request
                wanted = request.chunk?.next
                command(decision == .begin ? .begin(request.id) : .resume(request.id))
            default:
                apply(decision, to: request, sight)
            }
            if writer != nil { break }
        }
        answerOverdue(stream)
    }

    /// Whether another worker has an earlier body. If so, that worker is told that the turn is its own.
    private mutating func givesWay(_ request: TurnRequest, to others: [BodyElsewhere]) -> Bool {
        guard request.keepsOrder else { return false }
        let slots = givingWay.slotsBefore(
            request.arrivedUs, among: others, nowMs: moment.nowMs)
        if slots != 0 { command(.ring(slots: slots)) }
        return slots != 0
    }

    /// A request writes: answers those that cannot wait for it.
    private mutating func decideBehind(
        _ facts: WriterFacts, turn: ChunkNumber?, _ sight: TurnSight
    ) {
        for request in line.candidates(whenTurnOf: turn) {
            let decision = PublishDecision.decide(self.facts(of: request), .held(facts))
            switch decision {
            case .refuse where request.ageMs(moment.nowMs) < Limits.newBroadcastTurnMs:
                break  // the writer may just be finishing
            case .takeOver:
                _ = line.update(request.id) { $0.replaces(facts) }
                return takeOver()
            default:
                apply(decision, to: request, sight)
            }
        }
    }

    /// Asks the present writer to stop. The request that wants this waits for it.
    private mutating func takeOver() {
        if let writer {
            answer(writer, .takenOver)
        } else {
            command(.takeOver)
        }
    }

    private mutating func apply(
        _ decision: PublishDecision, to request: TurnRequest, _ sight: TurnSight
    ) {
        switch decision {
        case .repeated:
            repeatBody(of: request)
        case .refuse(.alreadyLive):
            answer(request, .alreadyLive)
        case .refuse(.unknownSession):
            answer(request, .broadcastOver(request.facts, sight.past))
        case .refuse(.missingInitialization):
            let nowMs = moment.nowMs
            if let error = request.refusalOfContinuation(sight.past, nowMs: nowMs) {
                answer(request, error)
            }
        case .begin, .resume, .wait, .takeOver:
            break
        }
    }

    /// Answers overdue requests, once for all of them, with what this look has found.
    private mutating func answerOverdue(_ stream: StreamFacts) {
        for request in line.requests where request.isOverdue(moment.nowMs) {
            if request.facts.outwaits(stream) { continue }
            answer(request, .afterWaiting(request.facts, stream))
        }
    }
}

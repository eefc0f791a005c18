// Fuzzes what reads what publishers send before anything is written, what another worker has left in a
// ring, and the machine that decides whose turn it is: hostile bytes and events in any order must not trap.
//
// Every reader gets the whole input.
//
// Run it with the directory of the corpus:
//   FuzzPublishing Tests/Fuzz/Publishing/Corpus -dict=Tests/Fuzz/Publishing/publishing.dict

import FuzzDriver

@testable import Ingest

@main
enum FuzzPublishing {
    static func main() { fuzz(check) }
}

private func check(_ bytes: [UInt8]) {
    checkHeaders(bytes)
    checkGlimpse(bytes)
    checkState(bytes)
    checkMachine(bytes)
}

/// A field, another field and a target, a line each. What is a chunk number is one however it is written.
private func checkHeaders(_ bytes: [UInt8]) {
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map {
        String(decoding: $0, as: UTF8.self)
    }
    let takeOver = lines.count > 1 ? lines[1] : nil
    let target = lines.count > 2 ? lines[2] : "/"
    guard
        let headers = try? PublishHeaders(chunk: lines[0], takeOver: takeOver, target: target),
        let chunk = headers.chunk
    else { return }
    precondition(chunk.session != 0 && chunk.number < UInt64.max, "no chunk has such numbers")
    let session = lines[0].prefix { $0 != "/" }
    let again = try? PublishHeaders(
        chunk: "\(session)/\(chunk.number)", takeOver: nil, target: "/")
    precondition(again?.chunk == chunk, "a chunk changes")
}

/// It does not matter in what pieces a body comes.
private func checkGlimpse(_ bytes: [UInt8]) {
    let whole = BodyGlimpse(of: bytes, isComplete: false, isNumbered: false)
    var glimpse = BodyGlimpse(of: [], isComplete: false, isNumbered: false)
    let piece = 1 + Int(bytes.first ?? 0) % 7
    var count = 0
    while count < bytes.count {
        let next = min(count + piece, bytes.count)
        glimpse = glimpse.after(
            Array(bytes[..<next]), bytesBefore: count, isComplete: false, isNumbered: false)
        count = next
    }
    precondition(glimpse.start == whole.start, "pieces begin otherwise")
    precondition(
        whole.start != .continuation
            || glimpse.looksLikeContinuation == whole.looksLikeContinuation,
        "pieces look otherwise")
}

/// A state that was read is the same when it has been written and read again.
private func checkState(_ bytes: [UInt8]) {
    guard let state = IngestState(decoding: bytes) else { return }
    precondition(IngestState(decoding: state.encoded()) == state, "a state changes")
}

/// Two bytes say what happens next: one what, one to whom.
private func checkMachine(_ bytes: [UInt8]) {
    var moment = TurnMoment(nowMs: 1_000, retryMs: 50)
    var machine = TurnMachine(slot: 1, moment: moment)
    var open: Set<TurnID> = []
    var count: UInt64 = 0
    for index in stride(from: 0, to: bytes.count - 1, by: 2) {
        let which = UInt64(bytes[index + 1])
        moment.nowMs += UInt64(bytes[index] >> 4) * which
        let event: TurnEvent
        if bytes[index] % 4 == 0 {
            count += 1
            open.insert(TurnID(number: count))
            event = .arrived(request(count, which, moment), isOwners: which % 2 == 0)
        } else {
            event = other(bytes[index], TurnID(number: which % (count + 1)))
        }
        if case .finished(let id) = event { open.remove(id) }
        for command in machine.handle(event, at: moment) {
            switch command {
            case .begin(let id), .resume(let id), .repeatBody(let id):
                precondition(open.contains(id), "a turn for nobody")
            case .answer(let id, _):
                precondition(open.remove(id) != nil, "an answer to nobody")
            case .retire:
                precondition(open.isEmpty, "it goes and somebody is there")
            default: break
            }
        }
        precondition(machine.isIdle == open.isEmpty, "somebody is forgotten")
    }
}

private func request(_ number: UInt64, _ which: UInt64, _ moment: TurnMoment) -> TurnRequest {
    let facts = PublishFacts(
        chunk: which % 3 == 0 ? nil : ChunkNumber(session: which % 3, number: which >> 5),
        start: .unknown, identity: which % 2, wantsTakeOver: which % 7 == 0,
        sharesConnectionWithWriter: false, hasLength: which % 5 == 0)
    return TurnRequest(
        id: TurnID(number: number), facts: facts, connectionID: which % 4,
        arrivedMs: moment.nowMs, arrivedUs: moment.nowMs * 1_000 + number,
        glimpse: BodyGlimpse(start: which % 11 == 0 ? .header : .unknown, hasBegun: true))
}

private func other(_ what: UInt8, _ id: TurnID) -> TurnEvent {
    let ingest = IngestState(
        identity: id.number % 2, session: id.number % 3, nextChunk: id.number >> 5, media: [])
    switch what % 16 {
    case 1: return .finished(id)
    case 2: return .lostRace(id)
    case 3: return .learned(id, BodyGlimpse(start: .header, hasBegun: true))
    case 5: return .learned(id, BodyGlimpse(start: .continuation, hasBegun: true, isEnough: true))
    case 6: return .timer
    case 7: return .bell
    case 9: return .interrupted(.takenOver)
    case 10: return .saw(TurnSight(lease: .absent))
    case 11: return .saw(TurnSight(lease: .isHere(silentMs: id.number * 100)))
    case 13:
        let writer = WriterFacts(identity: id.number % 2, silentMs: id.number * 100)
        return .saw(TurnSight(lease: .isElsewhere(writer, isOver: false)))
    case 14: return .saw(TurnSight(lease: .wasNotTried))
    case 15:
        let free = StreamFacts.free(state: .live, ingest: ingest)
        return .saw(
            TurnSight(
                lease: .isFree(free), elsewhere: [BodyElsewhere(slot: 0, arrivedUs: id.number)]))
    default: return .saw(TurnSight(lease: .isFree(.absent)))
    }
}

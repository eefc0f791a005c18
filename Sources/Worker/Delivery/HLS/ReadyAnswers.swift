// Answers that were given lately, by the targets of their requests. A crowd asks for the same few things at
// the same time, so most requests find theirs here: nothing of them is parsed, and no index is looked at.
//
// A list holds as long as the index has not changed, and no answer holds for long, so that what depends on
// the time is right, too. Two targets may want the same place; then the newer one has it.
//
// Owner: the worker's loop thread. It belongs to what is served of a stream, and lives as long.

import HTTP
import Settings

struct ReadyAnswers {
    enum Answer {
        /// A list, an init, or a small part.
        case resource(Resource)
        /// Media that are copied out of the ring for each request.
        case media(MediaAnswer)
    }

    private final class Entry {
        let target: [UInt8]
        let answer: Answer
        let state: IndexState
        /// In milliseconds of the loop.
        let untilMs: UInt64

        init(_ target: [UInt8], _ answer: Answer, state: IndexState, untilMs: UInt64) {
            self.target = target
            self.answer = answer
            self.state = state
            self.untilMs = untilMs
        }
    }

    /// Empty until there is an answer.
    private var entries: [Entry?] = []
    private static let places = 64
    /// Longer targets have no place here.
    private static let mostTargetBytes = 256
    /// How many bytes at the end of a target choose its place: numbers and directives are there.
    private static let chosenBytes = 24

    func find(_ target: Span<UInt8>, in state: IndexState, nowMs: UInt64) -> Answer? {
        guard let entry = entry(at: target), nowMs < entry.untilMs, entry.state == state else {
            return nil
        }
        return entry.answer
    }

    /// The same however old it is, for what is never another: media, as long as nothing was taken back.
    func findUnchanging(_ target: Span<UInt8>, in state: IndexState) -> Answer? {
        guard let entry = entry(at: target), entry.state.revisions == state.revisions else {
            return nil
        }
        return entry.answer
    }

    mutating func keep(
        _ answer: Answer, at target: Span<UInt8>, in state: IndexState, nowMs: UInt64
    ) {
        guard target.count <= Self.mostTargetBytes else { return }
        if entries.isEmpty { entries = Array(repeating: nil, count: Self.places) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(target.count)
        for index in target.indices { bytes.append(target[index]) }
        entries[Self.place(of: target)] = Entry(
            bytes, answer, state: state, untilMs: nowMs + Limits.answersReadyMs)
    }

    /// Lets go of what is not given again: most lists are asked for once. Call about once a second.
    mutating func dropOld(nowMs: UInt64) {
        for place in entries.indices {
            guard let entry = entries[place], nowMs >= entry.untilMs,
                case .resource = entry.answer
            else { continue }
            entries[place] = nil
        }
    }

    private func entry(at target: Span<UInt8>) -> Entry? {
        guard !entries.isEmpty, let entry = entries[Self.place(of: target)],
            entry.target.count == target.count
        else { return nil }
        let bytes = entry.target
        let kept = bytes.span
        // What differs is at the end.
        var index = target.count
        while index > 0 {
            index -= 1
            guard kept[index] == target[index] else { return nil }
        }
        return entry
    }

    private static func place(of target: Span<UInt8>) -> Int {
        var hash = UInt32(truncatingIfNeeded: target.count)
        for index in max(target.count - chosenBytes, 0)..<target.count {
            hash = hash &* 31 &+ UInt32(target[index])
        }
        return Int(hash % UInt32(places))
    }
}

// What happens to a request for a media playlist, rule by rule.

import Testing

@testable import Media

/// Segments up to 20 are whole, the last with eight parts; of 21 three parts are there.
private let usual = PlaylistProgress(
    nextSegment: 21, nextParts: 3, lastParts: 8,
    control: ServerControl(targetDurationMs: 4_000, partTargetMs: 500), hasEnded: false)

/// The same when 21 has no part yet.
private let between = PlaylistProgress(
    nextSegment: 21, nextParts: 0, lastParts: 8, control: usual.control, hasEnded: false)

/// The last whole segment is a gap, and nothing has come since.
private let paused = PlaylistProgress(
    nextSegment: 21, nextParts: 0, lastParts: 0, control: usual.control, hasEnded: false)

private func answer(_ query: String, _ progress: PlaylistProgress) -> PlaylistAnswer {
    PlaylistAnswer(query: Array(query.utf8).span, for: progress)
}

private enum Kind: Equatable {
    case sent, waits, refused

    init(_ answer: PlaylistAnswer) {
        self =
            switch answer {
            case .send: .sent
            case .wait: .waits
            case .badRequest: .refused
            }
    }
}

@Suite("Answers to requests for playlists")
struct PlaylistAnswerTests {
    @Test("a request without directives is answered at once")
    func plainRequest() {
        #expect(answer("", usual) == .send(.whole))
        #expect(answer("token=1", between) == .send(.whole))
    }

    @Test(
        "T14: a request for a segment is held until it is whole, and one for an old segment is answered",
        arguments: [(0, .sent), (19, .sent), (20, .sent), (21, .waits), (22, .waits)]
            as [(Int, Kind)])
    private func segments(segment: Int, kind: Kind) {
        #expect(Kind(answer("_HLS_msn=\(segment)", usual)) == kind)
        let expected: PlaylistAnswer =
            kind == .sent ? .send(.whole) : .wait(segment: UInt64(segment), part: nil)
        #expect(answer("_HLS_msn=\(segment)", usual) == expected)
    }

    @Test(
        "T14: a request for a part is held until it is there, and one for an old part is answered",
        arguments: [
            (3, 999, .sent), (20, 0, .sent), (20, 7, .sent), (21, 0, .sent), (21, 2, .sent),
            (21, 3, .waits), (21, 5, .waits), (22, 0, .waits),
        ] as [(Int, Int, Kind)])
    private func parts(segment: Int, part: Int, kind: Kind) {
        #expect(Kind(answer("_HLS_msn=\(segment)&_HLS_part=\(part)", usual)) == kind)
    }

    @Test("T14: a part past the last one of its segment means the first part of the next segment")
    func pastTheLast() {
        #expect(answer("_HLS_msn=20&_HLS_part=8", usual) == .send(.whole))
        #expect(answer("_HLS_msn=20&_HLS_part=8", between) == .wait(segment: 20, part: 8))
        #expect(answer("_HLS_msn=20&_HLS_part=7", between) == .send(.whole))
        // A request that waits for a part that a new segment takes the place of is answered by that one.
        var later = usual
        #expect(answer("_HLS_msn=21&_HLS_part=3", later) == .wait(segment: 21, part: 3))
        later.nextSegment = 22
        later.lastParts = 3
        later.nextParts = 0
        #expect(answer("_HLS_msn=21&_HLS_part=3", later) == .wait(segment: 21, part: 3))
        later.nextParts = 1
        #expect(answer("_HLS_msn=21&_HLS_part=3", later) == .send(.whole))
    }

    @Test("T14: all of a segment without parts is there when the segment is")
    func gap() {
        #expect(answer("_HLS_msn=20&_HLS_part=5", paused) == .send(.whole))
        #expect(answer("_HLS_msn=21&_HLS_part=0", paused) == .wait(segment: 21, part: 0))
    }

    @Test("T14: what a request waits for is what the next answer is sent for", arguments: 0..<12)
    func steps(part: UInt64) {
        // Parts come one by one, and segment 21 ends after five.
        var progress = between
        let query = "_HLS_msn=21&_HLS_part=\(part)"
        for step in 0..<10 {
            let isThere = part < UInt64(step) || step > 5
            let isTooFar = part >= UInt64(step) + 6
            let expected: Kind = isThere ? .sent : isTooFar ? .refused : .waits
            #expect(Kind(answer(query, progress)) == expected, "step \(step)")
            progress.nextParts += 1
            if step == 5 {
                progress.nextSegment = 22
                progress.lastParts = 5
                progress.nextParts = 1
            }
        }
    }

    @Test(
        "T15: more than two segments ahead is refused at once",
        arguments: [(22, .waits), (23, .refused), (9_999_999_999, .refused)] as [(Int, Kind)])
    private func tooFar(segment: Int, kind: Kind) {
        for progress in [usual, between, paused] {
            #expect(Kind(answer("_HLS_msn=\(segment)", progress)) == kind)
        }
    }

    @Test(
        "T15: more parts ahead than the Advance Part Limit is refused at once",
        arguments: [
            // Three divided by half a second are six.
            (500, 8, .waits), (500, 9, .refused), (300, 12, .waits), (300, 13, .refused),
            (999, 5, .waits), (999, 6, .refused), (1_000, 5, .waits), (1_000, 6, .refused),
            (2_000, 5, .waits), (2_000, 6, .refused),
        ] as [(UInt32, Int, Kind)])
    private func partLimit(partTargetMs: UInt32, part: Int, kind: Kind) {
        var progress = usual
        progress.control = ServerControl(targetDurationMs: 4_000, partTargetMs: partTargetMs)
        #expect(Kind(answer("_HLS_msn=21&_HLS_part=\(part)", progress)) == kind)
    }

    @Test(
        "T15: parts ahead are counted over the end of a segment, as few as there may be",
        arguments: [(21, 5, .waits), (21, 6, .refused), (22, 5, .waits), (22, 6, .refused)]
            as [(Int, Int, Kind)])
    private func acrossSegments(segment: Int, part: Int, kind: Kind) {
        let query = "_HLS_msn=\(segment)&_HLS_part=\(part)"
        #expect(Kind(answer(query, segment == 21 ? between : usual)) == kind)
        // From the last part of the last whole segment on.
        #expect(Kind(answer("_HLS_msn=20&_HLS_part=\(part + 8)", between)) == kind)
    }

    @Test(
        "T15: a part without a segment and directives that cannot be understood are refused",
        arguments: ["_HLS_part=0", "_HLS_msn=x", "_HLS_skip=1", "_HLS_msn=1&_HLS_msn=1"])
    func malformed(query: String) {
        #expect(Kind(answer(query, usual)) == .refused)
    }

    @Test("T16: a request is held for three target durations")
    func longestWait() {
        #expect(usual.control?.longestWaitMs == 12_000)
    }

    @Test(
        "T17: a list that has ended ignores directives, whatever stands in them",
        arguments: [
            "_HLS_msn=21", "_HLS_msn=99&_HLS_part=0", "_HLS_part=0", "_HLS_skip=YES", "_HLS_msn=x",
        ])
    func ended(query: String) {
        var progress = usual
        progress.hasEnded = true
        #expect(answer(query, progress) == .send(.whole))
    }

    @Test(
        "a list that offers no low latency ignores directives",
        arguments: ["_HLS_msn=21", "_HLS_part=0", "_HLS_skip=YES", "_HLS_msn=x"])
    func notOffered(query: String) {
        var progress = usual
        progress.control = nil
        #expect(answer(query, progress) == .send(.plain))
    }

    @Test("T18: a delta is sent to a request that asks for one, also after waiting")
    func deltas() {
        #expect(answer("_HLS_skip=YES", usual) == .send(.delta))
        #expect(answer("_HLS_msn=20&_HLS_skip=v2", usual) == .send(.delta))
        #expect(
            answer("_HLS_msn=21&_HLS_part=3&_HLS_skip=YES", usual) == .wait(segment: 21, part: 3))
    }

    @Test("T20: other parameters change nothing", arguments: ["", "_HLS_msn=21", "_HLS_msn=99"])
    func foreign(query: String) {
        #expect(answer("token=a&\(query)&z=%00", usual) == answer(query, usual))
    }

    @Test(
        "news is the last whole segment, and what comes after it",
        arguments: [(0, false), (19, false), (20, true), (21, true), (22, true)])
    func news(_ segment: UInt64, _ isNews: Bool) {
        #expect(usual.isNews(segment: segment) == isNews)
    }

    @Test("numbers at the ends of their range are answered")
    func extremes() {
        for next: UInt64 in [0, 1, .max] {
            let progress = PlaylistProgress(
                nextSegment: next, nextParts: .max, lastParts: .max, control: usual.control,
                hasEnded: false)
            #expect(progress.isNews(segment: next) && progress.isNews(segment: .max))
            for number in ["0", "1", "9999999999999999999"] {
                for part in ["0", "9999999999999999999"] {
                    _ = answer("_HLS_msn=\(number)&_HLS_part=\(part)", progress)
                }
            }
        }
    }
}

// Those who wait for what a stream's index does not have yet. The loop is the test's: what is to be done
// later is done when it says so.

import LinuxIO
import Media
import SegmentRing
import Settings
import StreamBench
import StreamState
import Streams
import Testing

@testable import Delivery

/// What is to be done later.
private final class Later {
    private(set) var actions: [(afterMs: UInt64, action: () -> Void)] = []

    func add(_ afterMs: UInt64, _ action: @escaping () -> Void) {
        actions.append((afterMs, action))
    }

    /// Does what is due after so long.
    func run(upToMs: UInt64 = 0) {
        let due = actions.filter { $0.afterMs <= upToMs }
        actions.removeAll { $0.afterMs <= upToMs }
        for (_, action) in due { action() }
    }
}

/// A clock that a test moves, in microseconds.
private final class Clock {
    var nowUs: UInt64 = 0
}

@Suite struct IndexedStreamTests {
    private let bench: StreamBench
    private let broadcast: Broadcast
    private let stage: SegmentedRing
    private let stream: LiveStream
    private let later = Later()
    private let clock = Clock()
    private let streams: IndexedStreams

    init() throws {
        bench = try StreamBench()
        broadcast = try Broadcast("ffmpeg-vp9-opus.webm", times: 2, pieceBytes: { 2_000 })
        stage = try SegmentedRing(broadcast, path: try bench.ringPath())
        stage.ring.status.lastIngestBootMs = stage.ring.bootNowMs
        stream = try #require(bench.streams.find(bench.name))
        streams = IndexedStreams(
            later: { [later] in later.add($0, $1) }, clockUs: { [clock] in clock.nowUs })
    }

    private var indexed: IndexedStream { streams.index(of: stream) }

    private final class Outcomes {
        var all: [WaitOutcome] = []
    }

    private func wait(
        for point: SegmentPoint?, _ outcomes: Outcomes, untilMs: UInt64 = .max
    ) -> SegmentWait {
        indexed.wait(for: point, of: 0, untilMs: untilMs) { outcomes.all.append($0) }
    }

    private func append(from first: Int = 0, until isDone: () -> Bool) throws {
        for fragment in broadcast.fragments[first...] {
            if isDone() { return }
            try stage.append(fragment, of: broadcast)
            bench.streams.deliver()
        }
    }

    @Test("who waits for a part or a segment is told when it is there, and not before")
    func reached() throws {
        let part = Outcomes()
        let segment = Outcomes()
        _ = wait(for: SegmentPoint(ordinal: 1, part: 1), part)
        _ = wait(for: SegmentPoint(ordinal: 1), segment)
        later.run()
        #expect(part.all.isEmpty && stage.ring.slots.interested == 1)
        try append { !part.all.isEmpty }
        #expect(part.all == [.reached] && segment.all.isEmpty)
        #expect(indexed.index.segment(1, of: 0)?.parts.count == 2)
        try append { !segment.all.isEmpty }
        #expect(segment.all == [.reached] && part.all.count == 1)
        #expect(stage.ring.slots.interested == 0, "nobody waits any more")
    }

    @Test("what came before anybody waited is found without a doorbell")
    func missed() throws {
        indexed.refresh()
        try stage.appendAll(broadcast)
        let outcomes = Outcomes()
        _ = wait(for: SegmentPoint(ordinal: 1), outcomes)
        #expect(outcomes.all.isEmpty, "not before the call returns")
        later.run()
        #expect(outcomes.all == [.reached])
    }

    @Test("who waits for anything is told when everything was read")
    func current() {
        let outcomes = Outcomes()
        _ = wait(for: nil, outcomes)
        later.run()
        #expect(outcomes.all == [.reached] && indexed.isCurrent)
    }

    @Test("who has gone is not told, and may cancel twice")
    func cancelled() throws {
        let outcomes = Outcomes()
        let wait = self.wait(for: SegmentPoint(ordinal: 1), outcomes)
        wait.cancel()
        wait.cancel()
        #expect(stage.ring.slots.interested == 0)
        try stage.appendAll(broadcast)
        later.run()
        #expect(outcomes.all.isEmpty)
    }

    @Test("one who is told may cancel another, and wait again")
    func together() throws {
        let outcomes = Outcomes()
        let point = SegmentPoint(ordinal: 1)
        var second: SegmentWait?
        _ = indexed.wait(for: point, of: 0, untilMs: .max) { [self] in
            outcomes.all.append($0)
            second?.cancel()
            _ = wait(for: SegmentPoint(ordinal: 1_000), outcomes)
        }
        second = wait(for: point, outcomes)
        try stage.appendAll(broadcast)
        bench.streams.deliver()
        later.run()
        #expect(outcomes.all == [.reached])
        #expect(!indexed.isIdle)
        indexed.letGo()
        #expect(outcomes.all == [.reached, .replaced])
    }

    @Test("a wait is over when its time is, or when the worker goes")
    func given() {
        let outcomes = Outcomes()
        _ = wait(for: SegmentPoint(ordinal: 1), outcomes, untilMs: stream.nowMs)
        later.run()
        #expect(outcomes.all == [.timedOut])
        _ = wait(for: SegmentPoint(ordinal: 1), outcomes)
        bench.streams.endViewersOfThisWorker()
        #expect(outcomes.all == [.timedOut, .letGo])
    }

    @Test("when the stream has ended, its last segment is complete, and nobody waits for more")
    func ended() throws {
        let outcomes = Outcomes()
        _ = wait(for: SegmentPoint(ordinal: 1_000), outcomes)
        try stage.appendAll(broadcast)
        bench.streams.deliver()
        #expect(outcomes.all.isEmpty && !indexed.index.isFinished)
        #expect(indexed.index.segment(stage.ordinal, of: 0)?.isComplete == false)
        stream.end(.stopped)
        bench.streams.deliver()
        #expect(outcomes.all == [.ended] && indexed.index.isFinished)
        #expect(indexed.index.segment(stage.ordinal, of: 0)?.isComplete == true)
        _ = wait(for: SegmentPoint(ordinal: 1_000), outcomes)
        later.run()
        #expect(outcomes.all == [.ended, .ended])
    }

    @Test("those who have waited for the same are told in slices of the loop's turns")
    func slices() throws {
        let outcomes = Outcomes()
        for _ in 0..<10 {
            _ = indexed.wait(for: SegmentPoint(ordinal: 1), of: 0, untilMs: .max) { [clock] in
                clock.nowUs += Limits.answersSliceUs / 2
                outcomes.all.append($0)
            }
        }
        let others = Outcomes()
        let gone = wait(for: SegmentPoint(ordinal: 1), others)
        try append { !outcomes.all.isEmpty }
        #expect(outcomes.all.count == 2, "half a slice each")
        gone.cancel()
        later.run()
        #expect(outcomes.all.count == 4)
        for _ in 0..<10 { later.run() }
        #expect(outcomes.all == Array(repeating: .reached, count: 10))
        #expect(others.all.isEmpty, "it has gone while it stood in the line")
        #expect(indexed.isIdle)
    }

    @Test("what comes sooner is told before what comes later")
    func order() throws {
        var told: [Int] = []
        for ordinal in [3, 1, 2] {
            _ = indexed.wait(
                for: SegmentPoint(ordinal: UInt64(ordinal)), of: 0, untilMs: .max
            ) { _ in told.append(ordinal) }
        }
        _ = indexed.wait(for: SegmentPoint(ordinal: 1, part: 0), of: 0, untilMs: .max) { _ in
            told.append(0)
        }
        try stage.appendAll(broadcast)
        later.run()
        #expect(told == [0, 1, 2, 3])
    }

    @Test("only those whose time is over are told so, each in its time")
    func deadlines() {
        let late = SegmentWaits()
        let one = late.add(for: WaitTarget(point: nil, rendition: 0), untilMs: 100) { _ in }
        let other = late.add(for: WaitTarget(point: nil, rendition: 0), untilMs: 300) { _ in }
        #expect(late.settleLate(nowMs: 99).isEmpty)
        #expect(late.settleLate(nowMs: 299).first === one && late.earliestMs == 300)
        #expect(late.settleLate(nowMs: 300).first === other && late.earliestMs == .max)
        #expect(late.count == 2, "they have not been told yet")
    }

    @Test("all indexes of a worker share what is read in a turn")
    func budget() throws {
        let memory = IndexMemory(later: { [later] in later.add($0, $1) }, clockUs: { 0 })
        #expect(memory.allowedBytes(wasCurrent: false, turn: 1) == Limits.indexedBytesPerTurn)
        memory.hasRead(Limits.indexedBytesPerTurn)
        #expect(memory.allowedBytes(wasCurrent: false, turn: 1) <= 0)
        #expect(memory.allowedBytes(wasCurrent: true, turn: 1) == Limits.indexedNewsBytes)
        try stage.appendAll(broadcast)
        let one = IndexedStream(stream, memory: memory)
        let other = IndexedStream(stream, memory: memory)
        memory.hasRead(max(0, memory.allowedBytes(wasCurrent: false, turn: stream.turnNumber)))
        one.refresh()
        other.refresh()
        #expect(!one.isCurrent && !other.isCurrent, "nothing is left of this turn")
        later.run()
        #expect(one.isCurrent && other.isCurrent)
        #expect(memory.samples == 2 * one.index.sampleCount - unsettled(one) * 2)
    }

    @Test(
        "a broadcast that ended before it had records is one segment, and every worker has the same"
    )
    func unplanned() throws {
        for fragment in broadcast.fragments {
            try stage.append(fragment, of: broadcast, beginsSegment: false)
        }
        let all = try SegmentedRing(broadcast)
        try all.appendAll(broadcast)
        var reference = SegmentIndex.of(all)
        reference.finish()
        let pictures = reference.segments.reduce(0) {
            $0 + (reference.segment($1.ordinal, of: 0)?.packed.count ?? 0)
        }
        indexed.refresh()
        #expect(indexed.isCurrent && indexed.index.segments.isEmpty)
        stream.end(.stopped)
        var texts: Set<[UInt8]> = []
        for _ in 0..<2 {
            let other = IndexedStreams(later: { [later] in later.add($0, $1) }, clockUs: { 0 })
                .index(of: stream)
            stage.writer.release()
            other.refresh()
            later.run()
            #expect(other.isCurrent && other.index.isFinished)
            #expect(other.index.segments.map(\.ordinal) == [1])
            let segment = try #require(other.index.segment(1, of: 0))
            // All pictures of it: nothing before the first key frame can be shown.
            #expect(segment.packed.count == pictures && segment.ticks > 0)
            let view = try #require(other.packaged.view)
            let list = view.playlist(of: view.tracks.all[0])
            #expect(view.missingSegments(of: view.tracks.all[0], isForElement: false) == 0)
            texts.insert(list.text(.plain))
        }
        #expect(texts.count == 1)
        let lines = String(decoding: try #require(texts.first), as: UTF8.self)
        #expect(lines.contains("#EXTINF") && lines.hasSuffix("#EXT-X-ENDLIST\n"))
    }

    @Test("a broadcast that has records, or is long, is not taken for a short one")
    func planned() throws {
        try stage.appendAll(broadcast)
        var index = SegmentIndex.of(stage)
        let count = index.segments.count
        #expect(!index.beginUnplanned(in: stage.ring) && index.segments.count == count)
        var empty = SegmentIndex(tracks: stage.tracks)
        #expect(!empty.beginUnplanned(in: stage.ring) && empty.segments.isEmpty)
    }

    @Test("who stands in a line has no more of a turn than was left of it")
    func oneBudget() throws {
        let memory = IndexMemory(later: { [later] in later.add($0, $1) }, clockUs: { 0 })
        try stage.appendAll(broadcast)
        let one = IndexedStream(stream, memory: memory)
        var wasCurrent: [Bool] = []
        bench.loop.schedule(afterMs: 0) { [self] in
            memory.hasRead(memory.allowedBytes(wasCurrent: false, turn: stream.turnNumber))
            one.refresh()
            later.run()
            wasCurrent.append(one.isCurrent)
            bench.loop.schedule(afterMs: 1) { [self] in
                later.run()
                wasCurrent.append(one.isCurrent)
                bench.loop.stop()
            }
        }
        bench.loop.run()
        #expect(wasCurrent == [false, true])
    }

    /// Samples that came since the samples of an index were last counted.
    private func unsettled(_ indexed: IndexedStream) -> Int {
        indexed.index.sampleCount - indexed.samples
    }

    @Test("an index that must make room keeps half of its samples from the next segment on")
    func shrinks() throws {
        let whole = SegmentIndex.of(stage)
        #expect(whole.segments.isEmpty)
        try append {
            indexed.refresh()
            return indexed.index.segments.count >= 4
        }
        let count = indexed.index.sampleCount
        let appended =
            try #require(broadcast.fragments.firstIndex { $0.mediaTimeMs == stage.begunAtMs }) + 1
        indexed.shrink()
        let ordinal = indexed.index.segments.last?.ordinal
        try append(from: appended) {
            indexed.refresh()
            return indexed.index.segments.last?.ordinal != ordinal
        }
        #expect(indexed.index.sampleCount < count * 3 / 4)
        #expect(indexed.index.firstListed == indexed.index.segments.first?.ordinal)
    }

    @Test("a stream has one index, for as long as it has its name and somebody wants it")
    func kept() throws {
        let first = indexed
        #expect(indexed === first && streams.count == 1)
        later.run(upToMs: Limits.replacedRingMs)
        #expect(streams.count == 1)
        let outcomes = Outcomes()
        let wait = self.wait(for: SegmentPoint(ordinal: 1), outcomes)
        stage.ring.remove()
        later.run(upToMs: Limits.replacedRingMs)
        #expect(streams.count == 1, "somebody waits")
        wait.cancel()
        later.run(upToMs: Limits.replacedRingMs)
        #expect(streams.count == 0)
        #expect(later.actions.isEmpty, "there is nothing left to look after")
    }
}

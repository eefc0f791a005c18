// Whoever reads a ring, from wherever and however fast, finds the same segments: the same parts, samples
// and bytes for every name that two of them have.

import Media
import SegmentRing
import Testing

@testable import Delivery

/// One worker's index, which reads now and then.
private struct Reader {
    var index: SegmentIndex
    /// How far it has read, when it has read everything that there was.
    var head: UInt64?
    var scratch: [UInt8] = []

    /// Begins as if everything before some entry were gone.
    init(_ stage: SegmentedRing, _ random: inout Seeded) {
        let head = stage.ring.entryHead
        let first = UInt64.random(in: min(stage.ring.oldestSequence, head)...head, using: &random)
        index = SegmentIndex(tracks: stage.tracks, from: random.once(in: 3) ? 0 : first)
    }

    mutating func read(_ ring: Ring, mostBytes: Int) {
        let isCurrent = index.advance(in: ring, through: &scratch, mostBytes: mostBytes)
        head = isCurrent ? ring.entryHead : nil
    }

    mutating func readAll(_ ring: Ring) {
        repeat { read(ring, mostBytes: 1 << 20) } while head == nil
    }
}

@Suite struct IndexDeterminismTests {
    /// For every segment that both have, everything is the same; or as far as both have it, when one of
    /// them has not read as far.
    private func compare(
        _ one: Reader, _ other: Reader, _ stage: SegmentedRing, seed: UInt64
    ) throws {
        let isSameHead = one.head != nil && one.head == other.head
        let a = one.index
        let b = other.index
        for facts in a.segments {
            guard let theirs = b.facts(of: facts.ordinal) else { continue }
            // A record that is written twice, or long after: the one who has read on knows better.
            guard facts == theirs else {
                #expect(!isSameHead, "seed \(seed)")
                continue
            }
            for track in stage.tracks.indices {
                let mine = a.segment(facts.ordinal, of: track)
                let his = b.segment(facts.ordinal, of: track)
                let areBothComplete = mine?.isComplete == true && his?.isComplete == true
                if isSameHead || areBothComplete {
                    #expect(mine == his, "seed \(seed), segment \(facts.ordinal)")
                }
                if areBothComplete, mine?.isEmpty == false, facts.ordinal % 4 == 0 {
                    try compareBodies(a, b, facts.ordinal, track, stage, seed: seed)
                }
                let parts = zip(mine?.parts ?? [], his?.parts ?? [])
                #expect(parts.allSatisfy { $0 == $1 }, "seed \(seed)")
            }
        }
        guard isSameHead, let first = a.segments.first?.ordinal,
            let theirFirst = b.segments.first?.ordinal
        else { return }
        #expect(a.segments.last?.ordinal == b.segments.last?.ordinal, "seed \(seed)")
        #expect(a.plan == b.plan)
        #expect(max(a.firstListed, theirFirst) == max(b.firstListed, first), "seed \(seed)")
    }

    private func compareBodies(
        _ a: SegmentIndex, _ b: SegmentIndex, _ ordinal: UInt64, _ track: Int,
        _ stage: SegmentedRing, seed: UInt64
    ) throws {
        let mine = a.body(of: ordinal, rendition: track, from: stage.ring)
        let his = b.body(of: ordinal, rendition: track, from: stage.ring)
        #expect(mine?.byteCount == his?.byteCount && mine != nil, "seed \(seed)")
        // A reader that has not read on does not know yet what was overwritten.
        guard let mine, let his, let first = a.facts(of: ordinal)?.sequence,
            first >= stage.ring.oldestSequence
        else { return }
        #expect(
            try bytes(of: mine, pieceBytes: 1 << 16) == bytes(of: his, pieceBytes: 1 << 16),
            "seed \(seed)")
    }

    /// A broadcast that comes back, cut at random, in a ring that may be small, with whatever may be in
    /// a ring beside it.
    private func run(
        seed: UInt64, isSound: Bool, isAsWritten: Bool = false
    ) throws -> (segments: UInt64, met: Int) {
        var random = Seeded(seed)
        let recording = try #require(Broadcast.recordings.randomElement(using: &random))
        let broadcast = try Broadcast(recording, times: isAsWritten ? 6 : 3) {
            Int.random(in: 1...4_000, using: &random)
        }
        let isSmall = random.once(in: 2)
        let stage = try SegmentedRing(
            broadcast, dataBytes: isSmall ? 1 << 18 : 1 << 23,
            entries: isSmall ? 1 << 8 : 1 << 12,
            partTargetMs: [nil, 200, 300, 1_000].randomElement(using: &random) ?? nil,
            firstOrdinal: UInt64.random(in: 1...1_000, using: &random))
        var readers = [Reader(stage, &random)]
        var met = 0
        for fragment in broadcast.fragments where fragment.bytes.count <= 1 << 16 {
            if isAsWritten {
                try stage.appendAsWritten(fragment, of: broadcast)
            } else {
                try append(fragment, of: broadcast, to: stage, isSound: isSound, &random)
            }
            if random.once(in: 10) { readers.append(Reader(stage, &random)) }
            if readers.count > 4 {
                readers.remove(at: Int.random(in: readers.indices, using: &random))
            }
            for index in readers.indices where random.once(in: 4) {
                readers[index].read(
                    stage.ring, mostBytes: Int.random(in: 1...200_000, using: &random))
            }
            guard random.once(in: 3) else { continue }
            readers[0].readAll(stage.ring)
            for reader in readers {
                try compare(readers[0], reader, stage, seed: seed)
                met += reader.head == readers[0].head ? 1 : 0
            }
        }
        for index in readers.indices { readers[index].readAll(stage.ring) }
        readers.append(Reader(stage, &random))
        readers[readers.count - 1].readAll(stage.ring)
        for reader in readers {
            try compare(readers[0], reader, stage, seed: seed)
        }
        return (stage.ordinal, met)
    }

    private func append(
        _ fragment: Fragment, of broadcast: Broadcast, to stage: SegmentedRing, isSound: Bool,
        _ random: inout Seeded
    ) throws {
        if !isSound { try addOddities(to: stage, &random) }
        let isCut = fragment.isClusterStart || !isSound
        let begins: Bool? = isCut && random.once(in: 12) ? true : nil
        let isDamaged = !isSound && random.once(in: 20)
        try stage.append(
            fragment, of: broadcast, beginsSegment: begins,
            recordTimes: random.once(in: 4) ? 2 : 1
        ) { bytes in
            guard isDamaged else { return }
            let place = Int.random(in: bytes.indices, using: &random)
            bytes[place] ^= UInt8.random(in: 1...255, using: &random)
        }
    }

    private func addOddities(to stage: SegmentedRing, _ random: inout Seeded) throws {
        if random.once(in: 15) {
            for _ in 0..<Int.random(in: 1...100, using: &random) {
                try stage.append(RingKind(rawValue: 77), [1, 2, 3])
            }
        }
        if random.once(in: 60) { try stage.append(.segmentRecord, [1, 2, 3]) }
        if random.once(in: 60) { try stage.repeatRecord() }
        if random.once(in: 20) { stage.disturbClocks() }
        if random.once(in: 200) {
            try stage.append(.segmentRecord, .init(repeating: 0, count: 40_000))
        }
    }

    @Test("readers of a sound ring agree", arguments: 0..<20 as Range<UInt64>)
    func sound(seed: UInt64) throws {
        let (segments, met) = try run(seed: seed, isSound: true)
        #expect(segments > 2 && met > 3)
    }

    @Test("readers of a ring with all kinds of damage agree", arguments: 100..<120 as Range<UInt64>)
    func damaged(seed: UInt64) throws {
        let (segments, met) = try run(seed: seed, isSound: false)
        #expect(segments > 2 && met > 3)
    }

    @Test("readers of what the parser writes agree", arguments: 200..<210 as Range<UInt64>)
    func written(seed: UInt64) throws {
        let (segments, met) = try run(seed: seed, isSound: true, isAsWritten: true)
        #expect(segments > 1 && met > 3)
    }
}

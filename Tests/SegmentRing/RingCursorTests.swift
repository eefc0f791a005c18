// What a reader that follows a ring is given, and what becomes of it when it falls behind. Each of these is
// one story; RingCursorModelTests tries them in all orders.

import Testing

@testable import SegmentRing

@Suite struct RingCursorTests {
    private let scratch = ScratchDirectory()

    /// A ring of 4 KiB and eight entries unless more are wanted.
    private func create(entries: Int = 8, dataBytes: Int = 4_096) throws -> RingWriter {
        try Ring.create(
            path: scratch.ring,
            geometry: RingGeometry(
                dataBytes: dataBytes, entries: entries, initializationBytes: 0, carryBytes: 0,
                stateBytes: 0),
            initialization: [], state: [])
    }

    private let liveEdge = RingCursor.JumpPolicy.toNewestIndependent(lagAllowedMs: 1_000)

    /// The sequence of the next entry, taken as a whole; nil when there is none.
    private func take(_ cursor: inout RingCursor, _ ring: Ring) throws -> UInt64? {
        guard case .entry(let entry) = cursor.next(in: ring) else { return nil }
        var bytes = [UInt8](repeating: 0, count: entry.length)
        let count = bytes.withUnsafeMutableBytes { cursor.copy(from: ring, into: $0) }
        try #require(count == entry.length)
        #expect(KnownMedia.isFragment(bytes, entry.sequence))
        return entry.sequence
    }

    private func takeAll(_ cursor: inout RingCursor, _ ring: Ring) throws -> [UInt64] {
        var taken: [UInt64] = []
        while let sequence = try take(&cursor, ring) { taken.append(sequence) }
        return taken
    }

    @Test("a reader waits for a place to start, and again at the live edge")
    func newest() throws {
        let writer = try create()
        var cursor = RingCursor(.newest, policy: liveEdge)
        #expect(cursor.next(in: writer.ring) == .wait)
        try writer.appendKnown(length: 10)
        #expect(cursor.next(in: writer.ring) == .wait)
        try writer.appendKnown(length: 10, flags: .independent)
        try writer.appendKnown(length: 10)
        #expect(try takeAll(&cursor, writer.ring) == [1, 2])
        #expect(cursor.next(in: writer.ring) == .wait)
        try writer.appendKnown(length: 10)
        #expect(try takeAll(&cursor, writer.ring) == [3])
    }

    @Test(
        "a reader can start as far back as the ring goes",
        arguments: [(0, 16), (30, 12), (31, 12), (60, 12), (70, 8), (100_000, 8)]
            as [(UInt64, UInt64)])
    func rewound(byMs: UInt64, first: UInt64) throws {
        let writer = try create(entries: 16)
        for sequence in 0..<19 {
            try writer.appendKnown(length: 10, flags: sequence % 4 == 0 ? .independent : [])
        }
        var cursor = RingCursor(.rewound(byMs: byMs), policy: liveEdge)
        #expect(try takeAll(&cursor, writer.ring) == Array(first...18))
        #expect(cursor.jumps == 0)
    }

    @Test(
        "a reader can start at an entry that it names, whatever it is, and is lapped when that is gone"
    )
    func named() throws {
        let writer = try create()
        var early = RingCursor(.entry(1), policy: .never)
        #expect(early.next(in: writer.ring) == .wait)
        #expect(early.nextSequence == 1)
        for _ in 0..<3 { try writer.appendKnown(length: 10) }
        try writer.appendKnown(.segmentRecord, length: 5)
        try writer.appendKnown(length: 10)
        var late = RingCursor(.entry(0), policy: .never)
        #expect(try takeAll(&early, writer.ring) == [1, 2, 4])
        #expect(early.nextSequence == 5)
        for _ in 0..<8 { try writer.appendKnown(length: 10) }
        #expect(late.next(in: writer.ring) == .lapped)
        #expect(late.isLapped && late.nextSequence == 0)
    }

    @Test("a reader can pass over an entry of which it has taken nothing")
    func skip() throws {
        let writer = try create()
        for _ in 0..<3 { try writer.appendKnown(length: 10, flags: .independent) }
        var cursor = RingCursor(.entry(0), policy: .never)
        cursor.skip()
        #expect(try take(&cursor, writer.ring) == 0)
        _ = cursor.next(in: writer.ring)
        cursor.skip()
        guard case .entry(let entry) = cursor.next(in: writer.ring) else { return }
        #expect(entry.sequence == 2)
        var byte: [UInt8] = [0]
        _ = byte.withUnsafeMutableBytes { cursor.copy(from: writer.ring, into: $0) }
        cursor.skip()
        #expect(cursor.isInsideEntry && cursor.offset == 1)
    }

    @Test("bytes of an entry can be had by their position")
    func position() throws {
        let writer = try create()
        try writer.appendKnown(length: 3)
        try writer.appendKnown(length: 10)
        guard case .entry(let entry) = writer.ring.lookup(1) else { return }
        var bytes = [UInt8](repeating: 0, count: 4)
        func copy(_ position: UInt64) -> Bool {
            bytes.withUnsafeMutableBytes { writer.ring.copy(position: position, into: $0) }
        }
        #expect(copy(entry.position + 2))
        #expect(bytes == Array(KnownMedia.fragment(1, length: 10)[2..<6]))
        for position in [UInt64.max, 1 << 62] { #expect(!copy(position)) }
        for _ in 0..<8 { try writer.appendKnown(length: 900) }
        #expect(!copy(entry.position))
    }

    @Test("an entry is given in pieces of any size, and is the next one until its end")
    func pieces() throws {
        for pieceBytes in 1...11 {
            let writer = try create()
            try writer.appendKnown(length: 10, flags: .independent)
            try writer.appendKnown(length: 0)
            try writer.appendKnown(length: 7)
            var cursor = RingCursor(.newest, policy: liveEdge)
            var taken: [UInt64: [UInt8]] = [:]
            var piece = [UInt8](repeating: 0, count: pieceBytes)
            while case .entry(let entry) = cursor.next(in: writer.ring) {
                #expect(cursor.isInsideEntry)
                let offset = cursor.offset
                #expect(offset == taken[entry.sequence]?.count ?? 0)
                let count = try #require(
                    piece.withUnsafeMutableBytes { cursor.copy(from: writer.ring, into: $0) })
                taken[entry.sequence, default: []] += piece.prefix(count)
                #expect(cursor.isInsideEntry == (offset + count < entry.length))
            }
            #expect(
                taken == [
                    0: KnownMedia.fragment(0, length: 10), 1: [],
                    2: KnownMedia.fragment(2, length: 7),
                ])
        }
    }

    @Test("looking at bytes takes none of them")
    func peek() throws {
        let writer = try create()
        try writer.appendKnown(length: 10, flags: .independent)
        var cursor = RingCursor(.newest, policy: liveEdge)
        var bytes = [UInt8](repeating: 0, count: 4)
        func peek(_ position: Int) -> Bool {
            bytes.withUnsafeMutableBytes { cursor.peek(in: writer.ring, at: position, into: $0) }
        }
        #expect(!peek(0))
        _ = cursor.next(in: writer.ring)
        #expect(peek(6))
        #expect(bytes == Array(KnownMedia.fragment(0, length: 10)[6...]))
        #expect(cursor.offset == 0)
        // What is outside is not there; the entry is still the next one.
        #expect(!peek(7))
        #expect(try takeAll(&cursor, writer.ring) == [0])
    }

    @Test("a reader passes over kinds that it does not take")
    func kinds() throws {
        let writer = try create(entries: 128)
        for _ in 0..<3 {
            try writer.appendKnown(.segmentRecord, length: 5)
            try writer.appendKnown(length: 10, flags: .independent)
            try writer.appendKnown(RingKind(rawValue: 77), length: 3)
        }
        var media = RingCursor(.rewound(byMs: .max), policy: liveEdge)
        #expect(try takeAll(&media, writer.ring) == [1, 4, 7])
        var both = RingCursor(
            .rewound(byMs: .max), kinds: [.media, .segmentRecord], policy: liveEdge)
        #expect(try takeAll(&both, writer.ring) == [1, 3, 4, 6, 7])
        var records = RingCursor(.newest, kinds: .segmentRecord, policy: .never)
        #expect(try takeAll(&records, writer.ring) == [])
        try writer.appendKnown(.segmentRecord, length: 5)
        #expect(try takeAll(&records, writer.ring) == [9])
        // However many there are, each call ends, and the last one is past them.
        for _ in 0..<100 { try writer.appendKnown(RingKind(rawValue: 77), length: 0) }
        try writer.appendKnown(length: 10)
        #expect(media.next(in: writer.ring) == .wait)
        #expect(try takeAll(&media, writer.ring) == [110])
    }

    @Test("who is too far behind goes on at the newest independent entry, and that is counted")
    func jump() throws {
        let writer = try create(entries: 64)
        try writer.appendKnown(length: 10, flags: .independent, bootMs: 1_000)
        var cursor = RingCursor(.newest, policy: liveEdge)
        var patient = RingCursor(.newest, policy: .never)
        #expect(try takeAll(&cursor, writer.ring) == [0])
        #expect(try takeAll(&patient, writer.ring) == [0])
        try writer.appendKnown(length: 10, flags: .independent, bootMs: 2_000)
        try writer.appendKnown(length: 10, flags: .independent, bootMs: 2_500)
        try writer.appendKnown(length: 10, bootMs: 3_000)
        #expect(try take(&cursor, writer.ring) == 1)
        try writer.appendKnown(length: 10, flags: .independent, bootMs: 3_501)
        #expect(try takeAll(&cursor, writer.ring) == [4])
        #expect(cursor.jumps == 1)
        // With nothing independent to go on at, it stays.
        try writer.appendKnown(length: 10, bootMs: 3_600)
        try writer.appendKnown(length: 10, bootMs: 9_000)
        #expect(try takeAll(&cursor, writer.ring) == [5, 6])
        #expect(cursor.jumps == 1)
        #expect(try takeAll(&patient, writer.ring) == Array(1...6))
    }

    @Test("a reader that started back in time may be as much further behind, and does not catch up")
    func rewoundLag() throws {
        let writer = try create(entries: 64)
        for sequence in 0..<5 as Range<UInt64> {
            try writer.appendKnown(length: 10, flags: .independent, bootMs: sequence * 500)
        }
        var cursor = RingCursor(.rewound(byMs: 2_000), policy: liveEdge)
        #expect(try take(&cursor, writer.ring) == 0)
        cursor.catchUp()
        try writer.appendKnown(length: 10, bootMs: 3_500)
        #expect(try take(&cursor, writer.ring) == 1)
        try writer.appendKnown(length: 10, bootMs: 4_001)
        #expect(try take(&cursor, writer.ring) == 4)
    }

    @Test("a reader's lag is how much older than the newest media that is which comes next")
    func lag() throws {
        let writer = try create(entries: 64)
        for sequence in 0..<5 as Range<UInt64> {
            try writer.appendKnown(length: 10, flags: .independent, bootMs: sequence * 500)
        }
        var cursor = RingCursor(.rewound(byMs: 1_500), policy: .never)
        #expect(cursor.lagMs(in: writer.ring) == nil)
        #expect(try take(&cursor, writer.ring) == 1)
        #expect(cursor.lagMs(in: writer.ring) == 0, "it started back in time")
        try writer.appendKnown(length: 10, bootMs: 3_600)
        #expect(cursor.lagMs(in: writer.ring) == 1_100)
        #expect(try takeAll(&cursor, writer.ring) == [2, 3, 4, 5])
        #expect(cursor.lagMs(in: writer.ring) == 0)
        for _ in 0..<64 { try writer.appendKnown(length: 10, bootMs: 4_000) }
        try writer.appendKnown(length: 10, bootMs: 5_000)
        #expect(cursor.lagMs(in: writer.ring) == nil, "what comes next is gone")
    }

    @Test("catching up skips to the live edge once, and not before there is anything to skip")
    func catchUp() throws {
        let writer = try create(entries: 64)
        try writer.appendKnown(length: 10, flags: .independent)
        var cursor = RingCursor(.newest, policy: liveEdge)
        cursor.catchUp()
        try writer.appendKnown(length: 10)
        #expect(try takeAll(&cursor, writer.ring) == [0, 1])
        cursor.catchUp()
        for _ in 2...4 { try writer.appendKnown(length: 10, flags: .independent) }
        #expect(try takeAll(&cursor, writer.ring) == [4])
        for _ in 5...6 { try writer.appendKnown(length: 10, flags: .independent) }
        #expect(try takeAll(&cursor, writer.ring) == [5, 6])
        #expect(cursor.jumps == 1)
    }

    @Test("overwritten between two entries: who may jump does, who may not is lapped for ever")
    func lappedBetween() throws {
        let writer = try create()
        try writer.appendKnown(length: 10, flags: .independent)
        var jumping = RingCursor(.newest, policy: liveEdge)
        var patient = RingCursor(.newest, policy: .never)
        #expect(try take(&jumping, writer.ring) == 0)
        #expect(try take(&patient, writer.ring) == 0)
        for _ in 0..<12 { try writer.appendKnown(length: 10) }
        #expect(jumping.next(in: writer.ring) == .wait)
        #expect(patient.next(in: writer.ring) == .lapped)
        try writer.appendKnown(length: 10, flags: .independent)
        #expect(try takeAll(&jumping, writer.ring) == [13])
        #expect(jumping.jumps == 1)
        #expect(patient.next(in: writer.ring) == .lapped)
    }

    @Test("overwritten inside of an entry: lapped for ever, whatever the policy")
    func lappedInside() throws {
        for policy in [liveEdge, .never] {
            let writer = try create()
            try writer.appendKnown(length: 1_000, flags: .independent)
            var cursor = RingCursor(.newest, policy: policy)
            _ = cursor.next(in: writer.ring)
            var piece = [UInt8](repeating: 0, count: 10)
            func copy() -> Int? {
                piece.withUnsafeMutableBytes { cursor.copy(from: writer.ring, into: $0) }
            }
            #expect(copy() == 10)
            for _ in 0..<5 { try writer.appendKnown(length: 1_000, flags: .independent) }
            #expect(copy() == nil)
            #expect(cursor.next(in: writer.ring) == .lapped)
            try writer.appendKnown(length: 10, flags: .independent)
            #expect(cursor.next(in: writer.ring) == .lapped)
            #expect(cursor.jumps == 0)
        }
    }

    @Test("overwritten before anything was taken: the reader starts as if it came now")
    func lappedAtStart() throws {
        for policy in [liveEdge, .never] {
            let writer = try create()
            try writer.appendKnown(length: 1_000, flags: .independent)
            var cursor = RingCursor(.rewound(byMs: .max), policy: policy)
            guard case .entry = cursor.next(in: writer.ring) else {
                Issue.record("there is a place to start")
                return
            }
            for _ in 0..<5 { try writer.appendKnown(length: 1_000, flags: .independent) }
            var piece = [UInt8](repeating: 0, count: 10)
            let count = piece.withUnsafeMutableBytes { cursor.copy(from: writer.ring, into: $0) }
            #expect(count == nil)
            #expect(try take(&cursor, writer.ring) == writer.ring.oldestSequence)
            #expect(cursor.jumps == 0)
        }
    }
}

// A ring and a reader of it beside a model of both that is simple enough to be believed: a list of all entries
// there ever were, and three rules. Operations in random order, which follow from a seed; what the
// reader is given has to be what the model says, byte for byte.

import Testing

@testable import SegmentRing

/// All entries there ever were, and which of them a ring still has.
private struct ModelRing {
    struct Entry: Equatable {
        let kind: RingKind
        let isIndependent: Bool
        let length: Int
        let position: Int
        let bootMs: UInt64
    }

    let geometry: RingGeometry
    private(set) var entries: [Entry] = []

    var end: Int { entries.last.map { $0.position + $0.length } ?? 0 }
    var edgeMs: UInt64 { entries.last?.bootMs ?? 0 }

    mutating func append(_ kind: RingKind, independent: Bool, length: Int, bootMs: UInt64) {
        entries.append(
            Entry(
                kind: kind, isIndependent: independent, length: length, position: end,
                bootMs: bootMs))
    }

    /// Whether the byte at `offset` of an entry has not been written over.
    func isThere(_ index: Int, offset: Int = 0) -> Bool {
        end - entries[index].position - offset <= geometry.dataBytes
    }

    /// Whether an entry can be found in the index, and its first byte is there.
    func isKnown(_ index: Int) -> Bool {
        entries.count - index <= geometry.entries && isThere(index)
    }

    var newestIndependent: Int? {
        entries.lastIndex(where: \.isIndependent).flatMap { isKnown($0) ? $0 : nil }
    }

    /// The oldest entry with an eighth of the ring to spare.
    private var oldest: Int {
        let kept = geometry.entries - geometry.entries / 8 - 1
        let bytes = geometry.dataBytes - geometry.dataBytes / 8
        return entries.indices.first {
            entries.count - $0 <= kept && end - entries[$0].position <= bytes
        } ?? entries.count
    }

    func independent(atOrBefore bootMs: UInt64) -> Int? {
        let safe = oldest..<entries.count
        let independent = safe.filter { entries[$0].isIndependent }
        return independent.last { entries[$0].bootMs <= bootMs } ?? independent.first
            ?? newestIndependent
    }
}

/// What a reader has got, and what it should get next.
private struct ModelReader {
    let start: RingCursor.Start
    let kinds: [RingKind]
    let lagAllowedMs: UInt64?
    private var next: Int?
    private(set) var inside: (index: Int, offset: Int)?
    private var hasTaken = false
    private var mustCatchUp = false
    private(set) var isLapped = false
    private(set) var jumps = 0

    init(_ start: RingCursor.Start, kinds: [RingKind], lagAllowedMs: UInt64?) {
        self.start = start
        self.kinds = kinds
        guard case .rewound(let byMs) = start else {
            self.lagAllowedMs = lagAllowedMs
            return
        }
        self.lagAllowedMs = lagAllowedMs.map { $0 + byMs }
    }

    mutating func catchUp() { mustCatchUp = start == .newest && hasTaken }

    /// The index of the next entry; nil: wait, or lapped.
    mutating func step(_ ring: ModelRing) -> Int? {
        if let inside { return inside.index }
        if isLapped { return nil }
        if !hasTaken, let index = next, index < ring.entries.count, !ring.isKnown(index) {
            next = nil
        }
        if next == nil { next = first(ring) }
        guard var index = next else { return nil }
        if hasTaken, index < ring.entries.count, !ring.isKnown(index) {
            guard lagAllowedMs != nil else {
                isLapped = true
                return nil
            }
            guard jump(ring, past: index) else { return nil }
            index = next ?? index
        }
        while index < ring.entries.count, !kinds.contains(ring.entries[index].kind) { index += 1 }
        next = index
        guard index < ring.entries.count else { return nil }
        let lateMs = ring.edgeMs - ring.entries[index].bootMs
        let isLate = mustCatchUp || (hasTaken && lateMs > lagAllowedMs ?? .max)
        mustCatchUp = false
        if isLate, jump(ring, past: index) { index = next ?? index }
        inside = (index, 0)
        return index
    }

    private func first(_ ring: ModelRing) -> Int? {
        guard case .rewound(let byMs) = start else { return ring.newestIndependent }
        return ring.independent(atOrBefore: ring.edgeMs - min(byMs, ring.edgeMs))
    }

    private mutating func jump(_ ring: ModelRing, past index: Int) -> Bool {
        guard lagAllowedMs != nil, let newest = ring.newestIndependent, newest > index else {
            return false
        }
        next = newest
        jumps += 1
        return true
    }

    /// How many bytes a buffer gets; nil when they are gone.
    mutating func take(_ ring: ModelRing, bufferBytes: Int) -> Int? {
        guard let (index, offset) = inside else { return 0 }
        guard ring.isThere(index, offset: offset) else {
            isLapped = offset > 0
            inside = nil
            return nil
        }
        let count = min(bufferBytes, ring.entries[index].length - offset)
        if offset + count > 0 || ring.entries[index].length == 0 { hasTaken = true }
        inside = (index, offset + count)
        if offset + count == ring.entries[index].length {
            inside = nil
            next = index + 1
        }
        return count
    }
}

@Suite struct RingCursorModelTests {
    /// A ring with its model, and some readers with theirs.
    private struct Stage {
        var writer: RingWriter
        var model: ModelRing
        var readers: [(cursor: RingCursor, model: ModelReader)] = []
        var bootMs: UInt64 = 1_000
        /// How often several entries could be taken at once.
        var runs = 0

        mutating func append(_ generator: inout SeededRandom) throws {
            let most = generator.once(in: 4) ? model.geometry.fragmentBytes : 200
            let length = generator.once(in: 10) ? 0 : Int.random(in: 0...most, using: &generator)
            bootMs += generator.once(in: 30) ? 3_000 : UInt64.random(in: 0...60, using: &generator)
            if generator.once(in: 5) {
                let kind =
                    generator.once(in: 2)
                    ? RingKind.segmentRecord
                    : RingKind(rawValue: .random(in: 3...(.max), using: &generator))
                try writer.appendKnown(kind, length: length, bootMs: bootMs)
                model.append(kind, independent: false, length: length, bootMs: bootMs)
            } else {
                let independent = generator.once(in: 6)
                try writer.appendKnown(
                    length: length, flags: independent ? .independent : [], bootMs: bootMs)
                model.append(.media, independent: independent, length: length, bootMs: bootMs)
            }
        }

        /// Another writer takes over where this one stops.
        mutating func changeWriter() throws {
            writer.release()
            writer = try #require(try writer.ring.acquireWriter(slot: 0))
        }

        mutating func addReader(_ generator: inout SeededRandom) {
            let start: RingCursor.Start =
                generator.once(in: 2)
                ? .newest : .rewound(byMs: .random(in: 0...2_000, using: &generator))
            let kinds: [RingKind] = generator.once(in: 3) ? [.media, .segmentRecord] : [.media]
            let lagMs: UInt64? =
                generator.once(in: 3) ? nil : .random(in: 0...2_000, using: &generator)
            let cursor = RingCursor(
                start, kinds: kinds.count == 2 ? [.media, .segmentRecord] : .media,
                policy: lagMs.map { .toNewestIndependent(lagAllowedMs: $0) } ?? .never)
            readers.append((cursor, ModelReader(start, kinds: kinds, lagAllowedMs: lagMs)))
            if readers.count > 4 { readers.removeFirst() }
        }

        /// One step of one reader: what comes next, and perhaps some bytes of it.
        mutating func read(_ generator: inout SeededRandom) throws {
            guard let chosen = readers.indices.randomElement(using: &generator) else { return }
            let step = readers[chosen].cursor.next(in: writer.ring)
            let expected = readers[chosen].model.step(model)
            switch step {
            case .entry(let entry):
                try #require(Int(entry.sequence) == expected)
                #expect(entry.kind == model.entries[Int(entry.sequence)].kind)
            case .wait:
                try #require(expected == nil && !readers[chosen].model.isLapped)
            case .lapped:
                try #require(expected == nil && readers[chosen].model.isLapped)
            }
            #expect(readers[chosen].cursor.jumps == readers[chosen].model.jumps)
            // Sometimes the writer is quicker than the reader.
            for _ in 0..<(generator.once(in: 8) ? 6 : 0) { try append(&generator) }
            try take(chosen, &generator)
        }

        /// Several entries at once, if the reader finds some: the same that it would get one by one.
        mutating func readRun(_ generator: inout SeededRandom) throws {
            guard let chosen = readers.indices.randomElement(using: &generator) else { return }
            var buffer = [UInt8](repeating: 0, count: .random(in: 0...2_000, using: &generator))
            let run = buffer.withUnsafeMutableBytes {
                readers[chosen].cursor.takeRun(from: writer.ring, into: $0)
            }
            guard let run else { return }
            runs += 1
            var position = 0
            for sequence in run.start..<run.end {
                let next = readers[chosen].model.step(model)
                try #require(next == Int(sequence))
                #expect(model.entries[Int(sequence)].kind == .media)
                let taken = readers[chosen].model.take(model, bufferBytes: .max)
                let count = try #require(taken)
                for offset in 0..<count {
                    try #require(buffer[position + offset] == KnownMedia.byte(sequence, offset))
                }
                position += count
            }
            #expect(position == run.bytes && !readers[chosen].cursor.isInsideEntry)
            #expect(readers[chosen].cursor.jumps == readers[chosen].model.jumps)
        }

        private mutating func take(_ chosen: Int, _ generator: inout SeededRandom) throws {
            let inside = readers[chosen].model.inside
            let bufferBytes = Int.random(in: 0...400, using: &generator)
            var buffer = [UInt8](repeating: 0, count: bufferBytes)
            let count = buffer.withUnsafeMutableBytes {
                readers[chosen].cursor.copy(from: writer.ring, into: $0)
            }
            let expected = readers[chosen].model.take(model, bufferBytes: bufferBytes)
            try #require(count == expected)
            #expect(readers[chosen].cursor.isInsideEntry == (readers[chosen].model.inside != nil))
            guard let count, let inside else { return }
            for index in 0..<count {
                try #require(
                    buffer[index] == KnownMedia.byte(UInt64(inside.index), inside.offset + index))
            }
        }
    }

    /// The same seeds each time, and some that nobody has tried; a failure names its seed.
    private static let seeds =
        Array(1...40 as ClosedRange<UInt64>) + (0..<10).map { _ in UInt64.random(in: 0...(.max)) }

    @Test("readers get what a simple model of ring and reader says", arguments: seeds)
    func model(seed: UInt64) throws {
        var generator = SeededRandom(seed)
        let scratch = ScratchDirectory()
        let geometry = RingGeometry(
            dataBytes: 4_096, entries: generator.once(in: 2) ? 8 : 64, initializationBytes: 0,
            carryBytes: 0, stateBytes: 0)
        var stage = Stage(
            writer: try Ring.create(
                path: scratch.ring, geometry: geometry, initialization: [], state: []),
            model: ModelRing(geometry: geometry))
        for _ in 0..<2_000 {
            switch Int.random(in: 0..<100, using: &generator) {
            case 0..<20: try stage.append(&generator)
            case 20..<22: try stage.changeWriter()
            case 22..<25: stage.addReader(&generator)
            case 25..<28:
                guard let chosen = stage.readers.indices.randomElement(using: &generator) else {
                    continue
                }
                stage.readers[chosen].cursor.catchUp()
                stage.readers[chosen].model.catchUp()
            case 28..<50: try stage.readRun(&generator)
            default: try stage.read(&generator)
            }
        }
        #expect(stage.runs > 0)
    }
}

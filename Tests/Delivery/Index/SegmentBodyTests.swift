// Segments and parts as bytes, out of a real ring.

import HTTP
import Media
import SegmentRing
import Streams
import Testing

@testable import Delivery

/// All bytes of a body, read in pieces.
func bytes(
    of body: SegmentBody, range: Range<Int>? = nil, pieceBytes: Int = 1_000
) throws -> [UInt8] {
    if let range { body.narrow(to: range) }
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: pieceBytes)
    while true {
        let production = piece.withUnsafeMutableBytes { body.produce(into: $0) }
        switch production {
        case .bytes(let count): all += piece.prefix(count)
        case .last(let count): return all + piece.prefix(count)
        default: try #require(Bool(false), "the body ends with its last byte")
        }
    }
}

@Suite struct SegmentBodyTests {
    @Test(
        "what a list has named can be fetched for a while longer",
        arguments: ["chromium-vp9-opus.webm", "chromium-h264-opus.mkv", "ffmpeg-av1-opus.webm"])
    func fetchable(recording: String) throws {
        let broadcast = try Broadcast(recording, times: 5) { 3_000 }
        let dataBytes = 1 << 17
        let stage = try SegmentedRing(broadcast, dataBytes: dataBytes)
        var index = SegmentIndex(tracks: stage.tracks)
        var lastListed: [UInt64: UInt64] = [:]
        var newestFirst: UInt64 = 0
        for (place, fragment) in broadcast.fragments.enumerated() {
            guard fragment.bytes.count <= dataBytes / 4 else { continue }
            try stage.append(fragment, of: broadcast)
            index.readAll(stage.ring)
            #expect(index.firstListed >= newestFirst, "lists only go forward")
            newestFirst = index.firstListed
            let position = try #require(stage.ring.newestEntry?.position)
            for facts in index.segments where facts.ordinal >= index.firstListed {
                lastListed[facts.ordinal] = position
            }
            guard place % 4 == 0 else { continue }
            for (ordinal, lastPosition) in lastListed
            where position - lastPosition <= UInt64(dataBytes / 8) {
                let segment = try #require(index.segment(ordinal, of: 0))
                guard segment.isComplete, !segment.isEmpty else { continue }
                let body = try #require(index.body(of: ordinal, rendition: 0, from: stage.ring))
                #expect(try bytes(of: body, pieceBytes: 1 << 16).count == segment.byteCount)
            }
        }
        #expect(try #require(index.segments.first).ordinal > 1, "the ring has gone round")
    }

    @Test("a part can be had from any byte to any other", arguments: [1, 7, 5_000])
    func ranges(pieceBytes: Int) throws {
        let broadcast = try Broadcast("chromium-audio-only.webm")
        let stage = try SegmentedRing(broadcast)
        try stage.appendAll(broadcast)
        let index = SegmentIndex.of(stage)
        func body() throws -> SegmentBody {
            try #require(index.body(of: 1, rendition: 0, from: stage.ring))
        }
        let whole = try bytes(of: body())
        let parts = try #require(index.segment(1, of: 0)?.parts)
        #expect(try whole.count == body().byteCount && parts.count > 1)
        #expect(whole.count == parts.reduce(0) { $0 + Int($1.byteCount) })
        let header = Int(parts[0].headerBytes)
        let borders = [
            0, 1, header - 1, header, header + 1, whole.count / 2, whole.count - 1, whole.count,
        ]
        for lower in borders {
            for upper in borders where upper > lower {
                let part = try bytes(of: body(), range: lower..<upper, pieceBytes: pieceBytes)
                #expect(part == [UInt8](whole[lower..<upper]))
            }
        }
    }

    @Test("a segment is its parts one after the other, each a fragment of its samples")
    func fragments() throws {
        let broadcast = try Broadcast("chromium-h264-opus.mkv")
        let stage = try SegmentedRing(broadcast)
        try stage.appendAll(broadcast)
        let index = SegmentIndex.of(stage)
        for track in stage.tracks.indices {
            let segment = try #require(index.segment(2, of: track))
            var all: [UInt8] = []
            for (place, part) in segment.parts.enumerated() {
                let body = try #require(
                    index.body(
                        of: 2, rendition: track, parts: place..<place + 1, from: stage.ring))
                let found = try bytes(of: body)
                let fragment = try #require(
                    MP4Fragment(
                        segment.samples(of: part), trackID: MP4Track.onlyID,
                        sequenceNumber: 2 << 8 + UInt32(place), beginsSegment: place == 0,
                        referenceTime: place == 0 ? try reference(index, track) : nil))
                #expect(found.starts(with: fragment.header))
                #expect(found.count == fragment.byteCount && found.count == Int(part.byteCount))
                all += found
            }
            let whole = try #require(index.body(of: 2, rendition: track, from: stage.ring))
            #expect(try bytes(of: whole) == all)
            #expect(all.count == Int(segment.byteCount))
            let first = try #require(segment.samples(of: segment.parts[0]).first)
            #expect(
                index.keyFrameBytes(of: 2, rendition: track)
                    == UInt64(segment.parts[0].headerBytes + first.byteCount))
        }
        let newest = index.segments.count
        #expect(index.body(of: UInt64(newest), rendition: 0, from: stage.ring) == nil)
        for parts in [0..<0, 0..<1_000, 999..<1_000] {
            #expect(index.body(of: 2, rendition: 0, parts: parts, from: stage.ring) == nil)
        }
        #expect(index.body(of: 2, rendition: 9, from: stage.ring) == nil)
        #expect(index.body(of: 0, rendition: 0, from: stage.ring) == nil)
    }

    private func reference(_ index: SegmentIndex, _ track: Int) throws -> ProducerReferenceTime {
        let facts = try #require(index.facts(of: 2))
        let timescale = try #require(index.timescale(of: track))
        return ProducerReferenceTime(
            wallMs: facts.wallMs,
            mediaTime: UInt64(facts.mediaTimeMs) * UInt64(timescale) / 1_000)
    }

    @Test(
        "a body holds neither its ring nor more than one header, and ends when the ring has to go")
    func letGo() throws {
        let broadcast = try Broadcast("chromium-vp9-opus.webm")
        var stage: SegmentedRing? = try SegmentedRing(broadcast)
        let body: SegmentBody
        let hold: RingHold
        weak var ring: Ring?
        do {
            let stage = try #require(stage)
            try stage.appendAll(broadcast)
            let index = SegmentIndex.of(stage)
            hold = RingHold(stage.ring)
            ring = stage.ring
            body = try #require(index.body(of: 2, rendition: 0, from: hold))
            let segment = try #require(index.segment(2, of: 0))
            let headers = segment.parts.map { Int($0.headerBytes) }
            #expect(headers.count > 3)
            #expect(body.heldBytes > segment.packed.count * 16)
            #expect(body.heldBytes < segment.packed.count * 16 + headers.reduce(0, +))
        }
        var piece = [UInt8](repeating: 0, count: 100)
        let first = piece.withUnsafeMutableBytes { body.produce(into: $0) }
        guard case .bytes(100) = first else {
            Issue.record("\(first)")
            return
        }
        stage = nil
        #expect(ring != nil)
        hold.letGo()
        #expect(ring == nil)
        let last = piece.withUnsafeMutableBytes { body.produce(into: $0) }
        guard case .abort = last else {
            Issue.record("\(last)")
            return
        }
    }

    @Test("a body whose bytes are overwritten cannot be completed")
    func overwritten() throws {
        let broadcast = try Broadcast("chromium-vp9-opus.webm")
        let stage = try SegmentedRing(broadcast, dataBytes: 1 << 19)
        for fragment in broadcast.fragments where stage.ordinal < 3 {
            try stage.append(fragment, of: broadcast)
        }
        let index = SegmentIndex.of(stage)
        let body = try #require(index.body(of: 2, rendition: 0, from: stage.ring))
        for _ in 0..<8 {
            try stage.append(RingKind(rawValue: 9), .init(repeating: 0, count: 1 << 17))
        }
        var piece = [UInt8](repeating: 0, count: 100)
        var production = piece.withUnsafeMutableBytes { body.produce(into: $0) }
        while case .bytes = production {
            production = piece.withUnsafeMutableBytes { body.produce(into: $0) }
        }
        guard case .abort = production else {
            Issue.record("\(production)")
            return
        }
    }
}

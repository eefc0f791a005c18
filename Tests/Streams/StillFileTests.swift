// Stills as files: beside a ring, and those that stay.

import LinuxIO
import Media
import SegmentRing
import Settings
import StreamBench
import StreamState
import Testing

@testable import Streams

@Suite struct StillFileTests {
    private let bench: StreamBench
    private let last: LastStills

    init() throws {
        bench = try StreamBench()
        last = try LastStills(settings: bench.settings, slot: 0, logger: bench.logger)
    }

    private var path: String { "\(bench.streamDirectory)/\(StudioStill.fileName)" }
    private let sample = Still(form: .jpeg, bytes: Array("picture".utf8))

    private func mark(of still: Still?) -> UInt8? { still.map { $0.bytes[30] } }

    private func stream() throws -> LiveStream { try #require(bench.streams.find(bench.name)) }

    // MARK: The format

    @Test("a file is read back as it was written")
    func roundTrip() throws {
        for form in Still.Form.allCases {
            let file = StillFile(
                Still(form: form, bytes: [0, 10, 255]), epoch: .max, publisher: 1 << 63,
                timeMs: 12_345)
            #expect(StillFile(decoding: file.encoded) == file)
        }
    }

    @Test("a file with any byte changed, or of any other length, is none")
    func damage() {
        let bytes = StillFile(sample, epoch: 7, publisher: 8, timeMs: 9).encoded
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 0x80
            #expect(StillFile(decoding: other) == nil, "byte \(index)")
            #expect(StillFile(decoding: Array(bytes.prefix(index))) == nil)
        }
        #expect(StillFile(decoding: bytes + [0]) == nil)
    }

    // MARK: Beside a ring

    @Test("a studio's still counts for its own ring, and until half a minute more was broadcast")
    func studio() throws {
        let writer = try bench.makeRing()
        defer { writer.release() }
        let ring = writer.ring
        var studio = StudioStill(of: bench.name, dataDirectory: bench.directory, slot: 0)
        #expect(studio.timeMs(in: ring) == nil)
        func write(epoch: UInt64, timeMs: UInt64, form: Still.Form = .jpeg) throws {
            let still = Still(form: form, bytes: sample.bytes)
            let file = StillFile(still, epoch: epoch, publisher: 0, timeMs: timeMs)
            try FileSystem.write(file.encoded, to: path, through: path + ".new")
        }
        let nowMs = ring.bootNowMs
        try write(epoch: ring.epoch &+ 1, timeMs: nowMs)
        #expect(studio.timeMs(in: ring) == nil)
        try write(epoch: ring.epoch, timeMs: nowMs + 600_000)
        #expect(studio.timeMs(in: ring) == nil)
        try write(epoch: ring.epoch, timeMs: nowMs, form: .webM)
        #expect(studio.timeMs(in: ring) == nil)
        try write(epoch: ring.epoch, timeMs: nowMs)
        #expect(studio.timeMs(in: ring) == nowMs)
        #expect(studio.read(of: ring)?.still == sample)
        let oldMs = ring.status.lastIngestBootMs - Limits.studioStillFreshMs - 1
        try write(epoch: ring.epoch, timeMs: oldMs)
        #expect(studio.timeMs(in: ring) == nil)
        #expect(studio.lastMs(in: ring) == oldMs)
    }

    @Test("a stream's folder goes with its ring although a still is in it")
    func folder() throws {
        let writer = try bench.makeRing()
        try FileSystem.write(
            StillFile(sample, epoch: writer.ring.epoch, publisher: 0, timeMs: 1).encoded,
            to: path, through: path + ".new")
        let stream = try stream()
        bench.streams.remove(stream)
        writer.release()
        #expect(!FileSystem.exists(bench.streamDirectory))
    }

    @Test("a still that another version has left without its ring goes")
    func leftOver() throws {
        _ = try bench.ringPath()
        try FileSystem.write([1, 2, 3], to: path, through: path + ".new")
        #expect(bench.streams.find(bench.name) == nil)
        #expect(!FileSystem.exists(path))
    }

    // MARK: The key frame

    @Test("the newest key frame is taken, and sound that came later is passed over")
    func newest() throws {
        let writer = try bench.makeRing()
        defer { writer.release() }
        let stream = try stream()
        guard case .none = stream.stillChoice else {
            Issue.record("there is none yet")
            return
        }
        try bench.append(StreamBench.keyFrame(mark: 1), to: writer)
        try bench.append(StreamBench.keyFrame(mark: 2), to: writer)
        try bench.append(StreamBench.keyFrame(mark: 3), [], to: writer)
        for _ in 0..<5 { try bench.append([9], [.independent, .withoutPicture], to: writer) }
        guard case .keyFrame(let entry, .webP) = stream.stillChoice else {
            Issue.record("there is one")
            return
        }
        #expect(entry.sequence == 1)
        #expect(mark(of: stream.still(stream.stillChoice)) == 2)
    }

    @Test("of a frame that shows nothing by itself, the one before is taken")
    func before() throws {
        let writer = try bench.makeRing()
        defer { writer.release() }
        let stream = try stream()
        try bench.append(StreamBench.keyFrame(mark: 1), to: writer)
        for _ in 0..<2 {
            var hidden = StreamBench.keyFrame(mark: 2)
            hidden[31] &= ~0x10
            try bench.append(hidden, to: writer)
        }
        #expect(mark(of: stream.still(stream.stillChoice)) == 1)
        try bench.append(StreamBench.keyFrame(mark: 3), to: writer)
        #expect(mark(of: stream.still(stream.stillChoice)) == 3)
    }

    // MARK: Those that stay

    @Test("the still of a broadcast that is over stays, and the next one's takes its place")
    func stays() throws {
        for number: UInt8 in 1...2 {
            let writer = try bench.makeRing()
            try bench.append(StreamBench.keyFrame(mark: number), to: writer)
            last.keep(of: writer.ring, bench.name)
            let file = try #require(last.find(bench.name))
            #expect(mark(of: file.still) == number)
            #expect(file.epoch == writer.ring.epoch)
            writer.release()
            writer.ring.remove()
        }
        // One without a picture leaves nothing.
        let writer = try bench.makeRing()
        defer { writer.release() }
        last.keep(of: writer.ring, bench.name)
        #expect(last.find(bench.name) == nil && last.names.isEmpty)
    }

    @Test("nothing stays of a broadcast that is unlisted, or may have been")
    func unlisted() throws {
        let writer = try bench.makeRing()
        defer { writer.release() }
        try bench.append(StreamBench.keyFrame(mark: 1), to: writer)
        let about = "\(bench.streamDirectory)/\(AboutFile.name)"
        for said in [#"{"words":{"unlisted":true},"profile":{}}"#, "spoilt"] {
            last.keep(of: writer.ring, bench.name)
            #expect(last.find(bench.name) != nil)
            try FileSystem.write(Array(said.utf8), to: about, through: about + ".new")
            last.keep(of: writer.ring, bench.name)
            #expect(last.find(bench.name) == nil)
            try FileSystem.removeFile(about)
        }
    }

    @Test("the oldest go when there are too many, or too much")
    func bounds() throws {
        let writer = try bench.makeRing()
        defer { writer.release() }
        try bench.append(StreamBench.keyFrame(mark: 1, bytes: 1_000), to: writer)
        let names = try ["one", "two", "three", "four"].map { try StreamName($0) }
        for name in names { last.keep(of: writer.ring, name) }
        /// Writes them anew, one after the other on the clock of files, which is coarse.
        func set(_ order: [Int]) throws {
            var lastNs: Int64 = 0
            for index in order {
                let path = "\(bench.directory)/stills/\(names[index])"
                let bytes = try FileSystem.contents(of: path, limitBytes: 1 << 20)
                repeat {
                    try FileSystem.write(bytes, to: path, through: path + ".new")
                } while FileSystem.stamp(of: path)?.changedNs ?? 0 <= lastNs
                lastNs = FileSystem.stamp(of: path)?.changedNs ?? 0
            }
        }
        try set([2, 0, 1, 3])
        last.removeOldest(mostFiles: 3, mostBytes: 1 << 20)
        #expect(last.names.map(\.text) == ["four", "one", "two"])
        last.removeOldest(mostFiles: 3, mostBytes: 2_500)
        #expect(last.names.map(\.text) == ["four", "two"])
        last.removeOldest(mostFiles: 0, mostBytes: 0)
        #expect(last.names.isEmpty)
    }

    @Test("one worker at a time looks whose they are")
    func turns() throws {
        let other = try LastStills(settings: bench.settings, slot: 1, logger: bench.logger)
        #expect(last.takeTurn())
        #expect(!other.takeTurn())
        last.giveTurnBack()
        #expect(other.takeTurn())
        other.giveTurnBack()
    }
}

// What a viewer is sent of a real ring in a temporary directory.

import Glibc
import Media
import SegmentRing
import Testing

@testable import Delivery

@Suite struct WebMViewerTests {
    private static let initialization: [UInt8] = Array("INIT".utf8)

    /// A ring of its own, removed with the test.
    private final class Stage {
        let directory: String
        let writer: RingWriter
        private var bootMs: UInt64 = 1_000_000

        init(dataBytes: Int = 1 << 20) throws {
            var template = Array("/tmp/weir-viewer-XXXXXX".utf8CString)
            directory = unsafe String(cString: mkdtemp(&template))
            writer = try Ring.create(
                path: directory + "/ring",
                geometry: RingGeometry(
                    dataBytes: dataBytes, entries: 1024, initializationBytes: 64, carryBytes: 64,
                    stateBytes: 64),
                initialization: WebMViewerTests.initialization, state: [])
        }

        deinit {
            unlink(directory + "/ring")
            rmdir(directory)
        }

        var ring: Ring { writer.ring }

        /// A cluster of `payload` at a media time, `afterMs` later on the ring's clock.
        func cluster(
            _ timeMs: Int64, _ payload: String, isKey: Bool = true, afterMs: UInt64 = 0
        ) throws {
            bootMs += afterMs
            try append(
                WebMViewerTests.cluster(timeMs, payload), isKey ? .independent : .groupStart,
                timeMs)
        }

        func more(_ timeMs: Int64, _ payload: String) throws {
            try append(Array(payload.utf8), [], timeMs)
        }

        /// What is not media.
        func record(_ kind: RingKind = .segmentRecord) throws {
            try Array("record".utf8).withUnsafeBytes {
                try writer.append(kind, $0, bootMs: bootMs)
            }
        }

        private func append(_ bytes: [UInt8], _ flags: FragmentFlags, _ timeMs: Int64) throws {
            try bytes.withUnsafeBytes {
                try writer.append(
                    $0, flags: flags, mediaTimeMs: timeMs, durationMs: 100,
                    bootMs: bootMs, state: [])
            }
        }
    }

    fileprivate static func cluster(_ timeMs: Int64, _ payload: String) -> [UInt8] {
        var bytes: [UInt8] = [
            0x1F, 0x43, 0xB6, 0x75, 1, 255, 255, 255, 255, 255, 255, 255, 0xE7, 0x88,
        ]
        bytes += (0..<8).map { UInt8(truncatingIfNeeded: timeMs >> Int64(56 - 8 * $0)) }
        return bytes + Array(payload.utf8)
    }

    /// Everything the viewer gives, `pieceBytes` at a time.
    private func drain(_ viewer: inout WebMViewer, _ ring: Ring, pieceBytes: Int = 4096) -> [UInt8]
    {
        var all: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        while true {
            let outcome = piece.withUnsafeMutableBytes { viewer.read(from: ring, into: $0) }
            guard case .bytes(let count) = outcome else { return all }
            all += piece.prefix(count)
        }
    }

    @Test("a viewer gets the init, then the newest key frame re-based to 0, then what follows")
    func newest() throws {
        let stage = try Stage()
        try stage.cluster(1_000, "old")
        try stage.cluster(2_000, "new")
        try stage.more(2_100, "+more")
        var viewer = WebMViewer(start: .newest, maxLagMs: 10_000)
        let expected = Self.initialization + Self.cluster(0, "new") + Array("+more".utf8)
        #expect(drain(&viewer, stage.ring) == expected)
        try stage.cluster(3_000, "next", isKey: false)
        #expect(drain(&viewer, stage.ring) == Self.cluster(1_000, "next"))
    }

    @Test("what is not media is not sent, and neither stops nor delays what is")
    func otherKinds() throws {
        let stage = try Stage()
        try stage.record()
        try stage.cluster(1_000, "a")
        try stage.record()
        try stage.record(RingKind(rawValue: 999))
        try stage.more(1_100, "+b")
        try stage.record()
        var viewer = WebMViewer(start: .newest, maxLagMs: 10_000)
        let expected = Self.initialization + Self.cluster(0, "a") + Array("+b".utf8)
        #expect(drain(&viewer, stage.ring) == expected)
        try stage.cluster(1_200, "c")
        try stage.record()
        #expect(drain(&viewer, stage.ring) == Self.cluster(200, "c"))
        #expect(viewer.jumps == 0)
    }

    @Test("what is late keeps its time, and what comes with it as well", arguments: [0, 1])
    func late(before count: Int) throws {
        let stage = try Stage()
        for index in 0..<count {
            try stage.cluster(1_800 + Int64(index), "before", isKey: false)
            try stage.cluster(1_300 + Int64(index), "late", isKey: false)
        }
        try stage.cluster(2_000, "key")
        if count == 0 { try stage.cluster(1_500, "late", isKey: false) }
        var reader = WebMViewer(start: .newest, maxLagMs: 10_000)
        var expected = Self.initialization + Self.cluster(500, "key")
        if count == 0 { expected += Self.cluster(0, "late") }
        #expect(drain(&reader, stage.ring) == expected)
        try stage.cluster(1_540, "later", isKey: false)
        try stage.cluster(2_040, "picture", isKey: false)
        #expect(
            drain(&reader, stage.ring)
                == Self.cluster(40, "later") + Self.cluster(540, "picture"))
    }

    @Test("the bytes are the same however small the pieces are", arguments: 1...40)
    func pieces(_ pieceBytes: Int) throws {
        let stage = try Stage()
        try stage.cluster(0x0102_0304_0506, "abc")
        try stage.cluster(0x0102_0304_0806, "def", isKey: false)
        var viewer = WebMViewer(start: .rewound(byMs: 1_000), maxLagMs: 10_000)
        let expected =
            Self.initialization + Self.cluster(0, "abc") + Self.cluster(0x300, "def")
        #expect(drain(&viewer, stage.ring, pieceBytes: pieceBytes) == expected)
    }

    @Test("without a key frame a viewer waits with the init in hand")
    func noKeyframe() throws {
        let stage = try Stage()
        try stage.cluster(0, "delta", isKey: false)
        var viewer = WebMViewer(start: .newest, maxLagMs: 10_000)
        #expect(drain(&viewer, stage.ring) == Self.initialization)
        try stage.cluster(500, "key")
        #expect(drain(&viewer, stage.ring) == Self.cluster(0, "key"))
    }

    @Test("a viewer too far behind jumps to the newest key frame, and its time has no gap")
    func jump() throws {
        let stage = try Stage()
        try stage.cluster(0, "a")
        var viewer = WebMViewer(start: .newest, maxLagMs: 2_000)
        #expect(drain(&viewer, stage.ring) == Self.initialization + Self.cluster(0, "a"))
        try stage.cluster(100, "skipped", afterMs: 100)
        try stage.cluster(9_000, "delta", isKey: false, afterMs: 4_000)
        try stage.cluster(10_000, "b", afterMs: 4_000)
        #expect(drain(&viewer, stage.ring) == Self.cluster(100, "b"))
        #expect(viewer.jumps == 1)
    }

    @Test("a viewer whose window was shut goes on at the newest key frame, once")
    func heldBack() throws {
        let stage = try Stage()
        try stage.cluster(0, "a")
        var viewer = WebMViewer(start: .newest, maxLagMs: 60_000)
        // Before it has had anything, it begins at the live edge anyway.
        viewer.catchUp()
        #expect(drain(&viewer, stage.ring) == Self.initialization + Self.cluster(0, "a"))
        try stage.cluster(1_000, "skipped")
        try stage.cluster(2_000, "b")
        viewer.catchUp()
        #expect(drain(&viewer, stage.ring) == Self.cluster(100, "b"))
        try stage.cluster(3_000, "c")
        try stage.cluster(4_000, "d")
        #expect(
            drain(&viewer, stage.ring) == Self.cluster(1_100, "c") + Self.cluster(2_100, "d"))
        #expect(viewer.jumps == 1)
        // There is nothing newer to go on at.
        viewer.catchUp()
        try stage.cluster(5_000, "e")
        #expect(drain(&viewer, stage.ring) == Self.cluster(3_100, "e"))
        #expect(viewer.jumps == 1)
    }

    @Test("nor does a shut window throw to the live edge who asked to start earlier")
    func heldBackInThePast() throws {
        let stage = try Stage()
        try stage.cluster(0, "a")
        var viewer = WebMViewer(start: .rewound(byMs: 30_000), maxLagMs: 60_000)
        _ = drain(&viewer, stage.ring)
        try stage.cluster(1_000, "b")
        try stage.cluster(2_000, "c")
        viewer.catchUp()
        #expect(
            drain(&viewer, stage.ring) == Self.cluster(1_000, "b") + Self.cluster(2_000, "c"))
        #expect(viewer.jumps == 0)
    }

    @Test("a viewer who asked to start earlier is not thrown to the live edge")
    func rewound() throws {
        let stage = try Stage()
        for second in 0..<10 {
            try stage.cluster(Int64(second) * 1_000, "\(second)", afterMs: 1_000)
        }
        var viewer = WebMViewer(start: .rewound(byMs: 5_000), maxLagMs: 2_000)
        let bytes = drain(&viewer, stage.ring)
        #expect(bytes.starts(with: Self.initialization + Self.cluster(0, "4")))
        #expect(viewer.jumps == 0)
    }

    // MARK: Silence

    @Test(
        "what fills a silence is one whole Void element, however small the pieces are",
        arguments: 1...5)
    func filler(pieceBytes: Int) throws {
        let stage = try Stage()
        try stage.cluster(0, "a")
        var viewer = WebMViewer(start: .newest, maxLagMs: 10_000)
        var expected = Self.initialization + Self.cluster(0, "a")
        #expect(drain(&viewer, stage.ring, pieceBytes: pieceBytes) == expected)
        viewer.fillSilence()
        viewer.fillSilence()
        #expect(drain(&viewer, stage.ring, pieceBytes: pieceBytes) == [0xEC, 0x81, 0])
        #expect(drain(&viewer, stage.ring, pieceBytes: pieceBytes) == [])
        // Media that comes before the filler is out goes behind it.
        viewer.fillSilence()
        try stage.more(100, "+b")
        try stage.cluster(200, "c")
        expected = [0xEC, 0x81, 0] + Array("+b".utf8) + Self.cluster(200, "c")
        #expect(drain(&viewer, stage.ring, pieceBytes: pieceBytes) == expected)
    }

    @Test("who waits for a first key frame gets it behind the init")
    func fillerBeforeMedia() throws {
        let stage = try Stage()
        var viewer = WebMViewer(start: .newest, maxLagMs: 10_000)
        #expect(drain(&viewer, stage.ring) == Self.initialization)
        viewer.fillSilence()
        try stage.cluster(7, "key")
        #expect(drain(&viewer, stage.ring) == [0xEC, 0x81, 0] + Self.cluster(0, "key"))
    }

    @Test("nothing is filled in the middle of an entry")
    func noFillerInside() throws {
        let stage = try Stage()
        try stage.cluster(0, "abc")
        var viewer = WebMViewer(start: .newest, maxLagMs: 10_000)
        var piece = [UInt8](repeating: 0, count: Self.initialization.count + 10)
        _ = piece.withUnsafeMutableBytes { viewer.read(from: stage.ring, into: $0) }
        viewer.fillSilence()
        #expect(piece + drain(&viewer, stage.ring) == Self.initialization + Self.cluster(0, "abc"))
    }

    // MARK: A picture that falls silent

    /// A picture for ten seconds, a key frame every second; then only sound, where one can begin.
    private func pictureThatStops(soundSeconds: Int) throws -> Stage {
        let stage = try Stage()
        for second in 0..<10 {
            try stage.cluster(Int64(second) * 1_000, "picture \(second)", afterMs: 1_000)
        }
        for second in 10..<10 + soundSeconds {
            try stage.cluster(
                Int64(second) * 1_000, "sound \(second)", isKey: second >= 12, afterMs: 1_000)
        }
        return stage
    }

    @Test(
        "when the picture has fallen silent, who comes now hears the live edge, and who goes back sees",
        arguments: [
            (.newest, "sound 29"), (.rewound(byMs: 5_000), "sound 24"),
            (.rewound(byMs: 19_000), "picture 9"), (.rewound(byMs: 20_000), "picture 9"),
            (.rewound(byMs: 60_000), "picture 0"),
        ] as [(RingCursor.Start, String)])
    func silentPicture(start: RingCursor.Start, first: String) throws {
        let stage = try pictureThatStops(soundSeconds: 20)
        var viewer = WebMViewer(start: start, maxLagMs: 10_000)
        let bytes = drain(&viewer, stage.ring)
        #expect(bytes.starts(with: Self.initialization + Self.cluster(0, first)))
        #expect(viewer.jumps == 0)
    }

    @Test(
        "a viewer too far behind in a picture that has stopped jumps to the sound at the live edge")
    func jumpToSound() throws {
        let stage = try Stage()
        try stage.cluster(0, "picture")
        var viewer = WebMViewer(start: .newest, maxLagMs: 2_000)
        #expect(drain(&viewer, stage.ring) == Self.initialization + Self.cluster(0, "picture"))
        try stage.cluster(1_000, "skipped", isKey: false, afterMs: 1_000)
        try stage.cluster(4_000, "sound", afterMs: 3_000)
        try stage.cluster(5_000, "more sound", afterMs: 1_000)
        #expect(drain(&viewer, stage.ring) == Self.cluster(100, "more sound"))
        #expect(viewer.jumps == 1)
    }

    @Test("a viewer overrun between two entries jumps, one overrun inside an entry is lapped")
    func overrun() throws {
        let stage = try Stage(dataBytes: 4096)
        let filler = String(repeating: "x", count: 900)
        try stage.cluster(0, filler)
        var between = WebMViewer(start: .newest, maxLagMs: 60_000)
        var inside = between
        _ = drain(&between, stage.ring)
        var piece = [UInt8](repeating: 0, count: 100)
        _ = piece.withUnsafeMutableBytes { inside.read(from: stage.ring, into: $0) }
        for index in 1...8 { try stage.cluster(Int64(index) * 1_000, filler) }
        let outcome = piece.withUnsafeMutableBytes { inside.read(from: stage.ring, into: $0) }
        #expect(outcome == .lapped)
        #expect(drain(&between, stage.ring) == Self.cluster(100, filler))
        #expect(between.jumps == 1)
    }
}

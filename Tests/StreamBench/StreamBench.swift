// A worker's streams without its connections, in a data directory that goes away with it.

import Glibc
import LinuxIO
import Logging
import Media
import SegmentRing
import Settings
import StreamState
import Streams
import Telemetry

package final class StreamBench {
    package let directory: String
    package let settings: Settings
    package let loop: EventLoop
    package let logger: Logger
    package let counters: SlotCounters
    package let board: SlotBoard
    package let doorbells: Doorbells
    package let changes: StreamChanges
    package let streams: LiveStreams
    package let name: StreamName
    private let noted: Noted

    private final class Noted {
        var names: [StreamName] = []
    }

    /// Streams of whose end the history was told.
    package var ended: [StreamName] { noted.names }

    /// The beginning of a broadcast with one VP8 track: EBML header, Segment, Info, Tracks.
    package static let header: [UInt8] = {
        let track = element(
            [0xAE],
            element([0xD7], [1]) + element([0x73, 0xC5], [1]) + element([0x83], [1])
                + element([0x86], Array("V_VP8".utf8))
                + element([0xE0], element([0xB0], [64]) + element([0xBA], [64])))
        return element([0x1A, 0x45, 0xDF, 0xA3], element([0x42, 0x82], Array("webm".utf8)))
            + [0x18, 0x53, 0x80, 0x67, 0xFF]
            + element([0x15, 0x49, 0xA9, 0x66], element([0x2A, 0xD7, 0xB1], [0x0F, 0x42, 0x40]))
            + element([0x16, 0x54, 0xAE, 0x6B], track)
    }()

    private static func element(_ id: [UInt8], _ content: [UInt8]) -> [UInt8] {
        id + [0x80 | UInt8(content.count)] + content
    }

    /// What a ring of that broadcast begins with.
    package func initialization() throws -> [UInt8] {
        var ingest = WebMIngest(limits: mediaLimits)
        var batch = FragmentBatch()
        let result = try ingest.push(Self.header.span, into: &batch)
        guard case .initialization(let initialization) = result.event else { return [] }
        return initialization.bytes
    }

    package init() throws {
        var template = Array("/tmp/weir-worker-XXXXXX".utf8CString)
        directory = String(cString: mkdtemp(&template))
        var given = GivenSettings()
        given[.data] = .init(texts: [directory], source: .flag)
        given[.cert] = .init(texts: ["/none"], source: .flag)
        given[.key] = .init(texts: ["/none"], source: .flag)
        given[.ringSize] = .init(texts: ["1M"], source: .flag)
        let bell = try EventDescriptor()
        settings = try Settings(given, processors: 1)
        loop = try EventLoop()
        logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        counters = SlotCounters(try CounterPage.create(slots: 1), slot: 0)
        board = try SlotBoard()
        board.show(
            SlotReport(state: .serving, generation: 1, processID: getpid(), startedBootMs: 0),
            slot: 0)
        doorbells = try Doorbells(
            adopting: [dup(bell.descriptor.raw)], ownSlot: 0, board: board)
        changes = StreamChanges(counters: counters, doorbells: doorbells)
        let noted = Noted()
        self.noted = noted
        streams = try LiveStreams(
            environment: StreamsEnvironment(
                loop: loop, logger: logger, counters: counters, changes: changes,
                settings: settings, isServerStart: true, logsForAll: true),
            noteEnd: { _, name in
                noted.names.append(name)
                return true
            })
        name = try StreamName("somebody")
    }

    package var mediaLimits: MediaLimits { MediaLimits(ringBytes: settings.ringBytes) }
    package var ringGeometry: RingGeometry { RingGeometry(ringBytes: settings.ringBytes) }

    deinit {
        try? FileSystem.removeTree(directory)
    }

    package var streamDirectory: String { "\(directory)/live/\(name)" }

    /// Where the stream's ring is or will be; the directory is there.
    package func ringPath() throws -> String {
        try streams.makeStreamDirectory(name)
        return streams.ringPath(name)
    }

    // MARK: Damage

    package func contents() throws -> [UInt8] {
        try FileSystem.contents(of: streams.ringPath(name), limitBytes: 1 << 24)
    }

    /// Puts other bytes into the ring's place, as a new file.
    package func replace(_ bytes: [UInt8]) throws {
        try FileSystem.write(bytes, to: try ringPath(), through: "\(directory)/other")
    }

    package func replace(_ bytes: [UInt8], word: UInt64, at offset: Int) throws {
        var bytes = bytes
        bytes.store(word, at: offset)
        try replace(bytes)
    }
}

extension [UInt8] {
    /// Little-endian, like all numbers of a ring.
    package mutating func store(_ word: UInt64, at offset: Int) {
        for index in 0..<8 { self[offset + index] = UInt8(truncatingIfNeeded: word >> (8 * index)) }
    }

    package func word(at offset: Int) -> UInt64 {
        self[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

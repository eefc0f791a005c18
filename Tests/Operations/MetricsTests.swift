// Figures as Prometheus reads them (text exposition format 0.0.4).

import SegmentRing
import StreamBench
import StreamState
import Streams
import Testing

@testable import Operations
@testable import Telemetry

@Suite struct MetricsTests {
    private let bench: StreamBench
    private let counters: SlotCounters
    private let board: SlotBoard
    private let lines: [Substring]

    init() throws {
        bench = try StreamBench()
        counters = SlotCounters(try CounterPage.create(slots: 3), slot: 1)
        counters.add(.requests, 7)
        counters.page.add(.requests, 5, slot: 2)
        counters.set(.descriptorsAllowed, 1_024)
        counters.set(.connectionsOpen, 4)
        counters.add(.publishersHeldBackMs, 1_500)
        counters.add(.responses, cell: MetricLabels.responseCell(route: 6, status: 200))
        counters.observe(.request, cell: 6, us: 2_000)
        for us in [1, 1, 1_000_000_000] as [UInt64] { counters.observe(.loopTurn, us: us) }
        board = try SlotBoard()
        board.set(.reloads, 3)
        board.set(.certificateExpiresUnixS, 1_900_000_000)
        board.show(
            SlotReport(state: .draining, generation: 1, processID: 1, startedBootMs: 1), slot: 40)
        lines = Self.lines(bench, counters.page, board)
    }

    private static func lines(
        _ bench: StreamBench, _ page: CounterPage, _ board: SlotBoard
    ) -> [Substring] {
        let catalog = StreamCatalog(
            source: bench.streams, changes: bench.changes, loop: bench.loop)
        let metrics = Metrics(
            counters: page, figures: HTTPFigures(counters: SlotCounters(page, slot: 0)),
            facts: ReportedFacts(
                catalog: catalog, counters: page, board: board, dataDirectory: "/"))
        return metrics.text.split(separator: "\n")
    }

    private func value(_ sample: String) -> Double? { Self.value(sample, in: lines) }

    private static func value(_ sample: String, in lines: [Substring]) -> Double? {
        lines.first { $0.hasPrefix(sample + " ") }?.split(separator: " ").last.flatMap {
            Double($0)
        }
    }

    @Test("each metric of the table is described once, before its samples")
    func families() {
        var described: [String] = []
        for line in lines {
            if line.hasPrefix("# TYPE ") {
                described.append(String(line.split(separator: " ")[2]))
            } else if !line.hasPrefix("#") {
                let name = line.prefix { $0 != "{" && $0 != " " }
                #expect(described.last.map { name.hasPrefix($0) } == true, "\(line)")
            }
        }
        #expect(described == MetricTable.sections.flatMap(\.rows).map(\.name))
    }

    @Test("counters are sums over all slots, whoever has them now")
    func sums() {
        #expect(value("weir_requests_total") == 12)
        #expect(value("weir_publishers_held_back_seconds_total") == 1.5)
        #expect(value(#"weir_responses_total{route="watch",status="2xx"}"#) == 1)
        #expect(value(#"weir_responses_total{route="watch",status="5xx"}"#) == 0)
    }

    @Test("only processes that live have figures of their own")
    func processes() {
        #expect(value(#"weir_connections_open{worker="1"}"#) == 4)
        #expect(value(#"weir_process_max_fds{worker="1"}"#) == 1_024)
        #expect(lines.count { $0.hasPrefix("weir_process_max_fds{") } == 1)
        #expect(value(#"weir_worker_loop_busy_seconds_total{worker="1"}"#) == 1_000.000002)
    }

    @Test("buckets are cumulative, and the last one has everything")
    func histogram() {
        let buckets = lines.filter { $0.hasPrefix("weir_loop_turn_seconds_bucket") }
            .compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
        #expect(buckets.count == Histogram.loopTurn.boundsUs.count + 1)
        #expect(buckets == buckets.sorted())
        #expect(buckets.first == 2)
        #expect(buckets.last == 3)
        #expect(value("weir_loop_turn_seconds_count") == 3)
        #expect(value("weir_loop_turn_seconds_sum") == 1_000.000002)
        let watch = #"weir_request_duration_seconds_bucket{route="watch",le="#
        #expect(value(watch + #""0.001"}"#) == 0)
        #expect(value(watch + #""0.0025"}"#) == 1)
    }

    @Test("numbers that no process can have counted do no harm")
    func impossible() {
        let page = counters.page
        for slot in 0...page.supervisorSlot { page.set(.requests, .max, slot: slot) }
        var text = MetricsText()
        let row = MetricTable.sections.flatMap(\.rows).first { $0.name == "weir_loop_turn_seconds" }
        if let row { text.begin(row) }
        text.histogram(
            [], bounds: [1, 2], HistogramCounts(buckets: [.max, .max, 3], sumUs: .max))
        #expect(text.lines.contains("weir_loop_turn_seconds_count 1\n"))
        #expect(Self.lines(bench, page, board).contains("weir_requests_total 18446744073709551612"))
    }

    @Test("the board says what slots, reloads and the certificate do")
    func reported() {
        #expect(value("weir_reloads_total") == 3)
        #expect(value("weir_last_reload_successful") == 1)
        #expect(value("weir_certificate_expiry_timestamp_seconds") == 1_900_000_000)
        #expect(value(#"weir_workers{state="draining"}"#) == 1)
        #expect(value(#"weir_workers{state="serving"}"#) == 0)
    }

    private func publish(_ text: String) throws -> Ring {
        let name = try StreamName(text)
        try bench.streams.makeStreamDirectory(name)
        let writer = try Ring.create(
            path: bench.streams.ringPath(name),
            geometry: RingGeometry(
                dataBytes: 4_096, entries: 64, initializationBytes: 4_096, carryBytes: 0,
                stateBytes: 0),
            initialization: bench.initialization(), state: [], slot: 0)
        writer.ring.status.lastIngestBootMs = writer.ring.bootNowMs
        return writer.ring
    }

    @Test("of many streams those with the most viewers have metrics, and the rest is counted")
    func bounded() throws {
        for number in 0..<4 {
            try publish("stream\(number)").status.setViewerCount(UInt32(number), slot: 0)
        }
        let (shown, leftOut) = StreamFigures.most(of: bench.streams.all(), limit: 2)
        #expect(shown.map(\.name) == ["stream2", "stream3"])
        #expect(shown.map { $0.value(of: .streamViewers) } == [2, 3])
        #expect(leftOut == 2)
        let all = Self.lines(bench, counters.page, board)
        #expect(Self.value("weir_streams_left_out", in: all) == 0)
        #expect(Self.value(#"weir_stream_viewers{stream="stream3"}"#, in: all) == 3)
        #expect(try #require(Self.value("weir_ring_bytes", in: all)) > 0)
    }

    @Test("values of labels cannot break out of their quotes")
    func escaping() throws {
        let row = try #require(
            MetricTable.sections.flatMap(\.rows).first { $0.labels == ["stream"] })
        var text = MetricsText()
        text.begin(row)
        text.sample(["a\"b\\c\nd"], 1)
        #expect(text.lines.hasSuffix(#"{stream="a\"b\\c\nd"} 1"# + "\n"))
    }
}

// Figures as Prometheus reads them (text exposition format 0.0.4).

import StreamBench
import Streams
import Telemetry
import Testing

@testable import Operations

@Suite struct MetricsTests {
    private let bench: StreamBench
    private let lines: [Substring]

    init() throws {
        bench = try StreamBench()
        bench.counters.add(.requests, 7)
        for us in [1, 1, 1_000_000_000] as [UInt64] { bench.counters.observe(.loopTurn, us: us) }
        let metrics = Metrics(
            catalog: StreamCatalog(
                source: bench.streams, changes: bench.changes, loop: bench.loop),
            counters: bench.counters.page, figures: HTTPFigures(counters: bench.counters))
        lines = metrics.text.split(separator: "\n")
    }

    private func value(_ sample: String) -> Double? {
        lines.first { $0.hasPrefix(sample + " ") }?.split(separator: " ").last.flatMap {
            Double($0)
        }
    }

    @Test("each family is described once, before its samples")
    func families() {
        var described: [String] = []
        for line in lines {
            if line.hasPrefix("# TYPE ") {
                described.append(String(line.split(separator: " ")[2]))
            } else if !line.hasPrefix("#") {
                let name = line.prefix { $0 != "{" }
                #expect(described.last.map { name.hasPrefix($0) } == true, "\(line)")
            }
        }
        #expect(Set(described).count == described.count)
        for counter in Counter.allCases { #expect(described.contains(counter.metricName)) }
    }

    @Test("what a worker has counted is told as its own")
    func counted() {
        #expect(value("\(Counter.requests.metricName){worker=\"0\"}") == 7)
        #expect(value("\(Counter.requests.metricName){worker=\"supervisor\"}") == 0)
    }

    @Test("buckets are cumulative, and the last one has everything")
    func histogram() {
        let name = Histogram.loopTurn.metricName
        let buckets = lines.filter { $0.hasPrefix(name + "_bucket") }
            .compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
        #expect(buckets.count == Histogram.boundsUs.count + 1)
        #expect(buckets == buckets.sorted())
        #expect(buckets.first == 2)
        #expect(buckets.last == 3)
        #expect(value("\(name)_count{worker=\"0\"}") == 3)
        #expect(value("\(name)_sum{worker=\"0\"}") == 1_000.000002)
    }
}

// Figures for Prometheus (text exposition format 0.0.4): what all processes have counted, and what is
// live. Any worker reports the figures of all.

import Settings
import StreamState
import Streams
import Telemetry

struct Metrics {
    private let catalog: StreamCatalog
    private let counters: CounterPage
    private let figures: HTTPFigures

    init(catalog: StreamCatalog, counters: CounterPage, figures: HTTPFigures) {
        self.catalog = catalog
        self.counters = counters
        self.figures = figures
    }

    var text: String {
        figures.publish()
        var text = MetricsText()
        text.family("weir_build_info", "gauge", "The version that runs.")
        text.sample("weir_build_info", ["version": Version.current], 1)
        addCounters(to: &text)
        addHistograms(to: &text)
        addStreams(to: &text)
        return text.lines
    }

    private func addCounters(to text: inout MetricsText) {
        for counter in Counter.allCases {
            let name = counter.metricName
            text.family(name, counter.isGauge ? "gauge" : "counter", counter.help)
            for slot in 0..<counters.slots {
                text.sample(name, ["worker": "\(slot)"], counters.get(counter, slot: slot))
            }
            text.sample(
                name, ["worker": "supervisor"],
                counters.get(counter, slot: counters.supervisorSlot))
        }
    }

    private func addHistograms(to text: inout MetricsText) {
        for histogram in Histogram.allCases {
            text.family(histogram.metricName, "histogram", histogram.help)
            for slot in 0..<counters.slots {
                text.histogram(
                    histogram.metricName, worker: slot, counters.counts(of: histogram, slot: slot))
            }
        }
    }

    private func addStreams(to text: inout MetricsText) {
        let streams = catalog.all()
        catalog.refreshFigures()
        text.family("weir_streams", "gauge", "Streams by state.")
        for state in [StreamState.live, .paused, .ended] {
            let count = streams.count { $0.state == state }
            text.sample("weir_streams", ["state": state.rawValue], UInt64(count))
        }
        let current = streams.filter { $0.state != .ended }
        text.family("weir_stream_viewers", "gauge", "Viewers of a stream.")
        for stream in current {
            let viewers = UInt64(stream.ring.status.viewerCount)
            text.sample("weir_stream_viewers", ["stream": stream.name.text], viewers)
        }
        text.family(
            "weir_stream_packaged_viewers", "gauge",
            "Those viewers of a stream who watch by HLS or DASH, estimated.")
        for stream in current {
            text.sample(
                "weir_stream_packaged_viewers", ["stream": stream.name.text],
                UInt64(stream.ring.status.packagedViewerCount))
        }
        text.family("weir_stream_bitrate_bps", "gauge", "Bits per second of a stream, lately.")
        for stream in current {
            text.sample(
                "weir_stream_bitrate_bps", ["stream": stream.name.text],
                stream.figures.bitrateBps)
        }
    }
}

/// Builds the text. Label values are ours and need no escaping.
private struct MetricsText {
    private(set) var lines = ""

    mutating func family(_ name: String, _ type: String, _ help: String) {
        lines += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    mutating func sample(
        _ name: String, _ labels: KeyValuePairs<String, String>, _ value: UInt64
    ) {
        sample(name, labels, "\(value)")
    }

    private mutating func sample(
        _ name: String, _ labels: KeyValuePairs<String, String>, _ value: String
    ) {
        let list = labels.map { "\($0.key)=\"\($0.value)\"" }.joined(separator: ",")
        lines += "\(name){\(list)} \(value)\n"
    }

    /// Prometheus wants cumulative buckets: each counts everything up to its bound.
    mutating func histogram(_ name: String, worker: Int, _ counts: HistogramCounts) {
        var total: UInt64 = 0
        for (index, count) in counts.buckets.enumerated() {
            total += count
            let bound =
                index < Histogram.boundsUs.count
                ? "\(Double(Histogram.boundsUs[index]) / 1e6)" : "+Inf"
            sample("\(name)_bucket", ["worker": "\(worker)", "le": bound], total)
        }
        let sumS = Double(counts.sumUs) / 1e6
        sample("\(name)_sum", ["worker": "\(worker)"], "\(sumS)")
        sample("\(name)_count", ["worker": "\(worker)"], total)
    }
}

// Figures for Prometheus: what all processes have counted, and what is live. Any worker reports the
// figures of all. Which there are, and what they mean, is in MetricTable.
//
// Counters and distributions are sums over all slots, because workers come and go: so they survive a
// worker, and never go back. What says something about one process has a label for it, and is shown as
// long as the process lives.

import Telemetry

struct Metrics {
    private let counters: CounterPage
    private let figures: HTTPFigures
    private let facts: ReportedFacts

    init(counters: CounterPage, figures: HTTPFigures, facts: ReportedFacts) {
        self.counters = counters
        self.figures = figures
        self.facts = facts
    }

    var text: String {
        figures.publish()
        let seen = facts.now()
        var text = MetricsText()
        for row in MetricTable.sections.flatMap(\.rows) {
            text.begin(row)
            switch row.source {
            case .sum(let counter): text.sample([], counters.total(counter))
            case .processes(let counter): addProcesses(counter, to: &text)
            case .labelled(let counter):
                for series in counter.series {
                    text.sample(series.values, counters.total(counter, cell: series.cell))
                }
            case .histogram(let histogram):
                for series in histogram.series {
                    text.histogram(
                        series.values, bounds: histogram.boundsUs,
                        counters.total(histogram, cell: series.cell))
                }
            case .reported(let metric):
                for sample in seen.samples(of: metric) { text.sample(sample.labels, sample.value) }
            }
        }
        return text.lines
    }

    private func addProcesses(_ counter: Counter, to text: inout MetricsText) {
        for slot in facts.livingSlots {
            text.sample(["\(slot)"], counters.get(counter, slot: slot))
        }
        // It passes connections on, and keeps none.
        guard counter != .connectionsOpen else { return }
        let slot = counters.supervisorSlot
        if facts.isLiving(slot) { text.sample(["supervisor"], counters.get(counter, slot: slot)) }
    }
}

// The table of metrics: names as Prometheus wants them, and places on the counter page that builds can
// share.

import Testing

@testable import Telemetry

struct MetricTableTests {
    private static let rows = MetricTable.sections.flatMap(\.rows)

    @Test("no two metrics have one name")
    func unique() {
        #expect(Set(Self.rows.map(\.name)).count == Self.rows.count)
    }

    @Test("names are Prometheus's: weir_, small letters, base units, _total for what only grows")
    func style() {
        let otherUnits = ["milliseconds", "microseconds", "minutes", "bits", "bps", "ms", "us"]
        for row in Self.rows {
            let name = row.name
            #expect(name.hasPrefix("weir_"))
            #expect(name.allSatisfy { $0 == "_" || ("a"..."z").contains($0) }, "\(name)")
            #expect(name.hasSuffix("_total") == (row.kind == .counter), "\(name)")
            #expect(name.split(separator: "_").allSatisfy { !otherUnits.contains(String($0)) })
            #expect(row.perUnit == 1 || name.contains("seconds"), "\(name)")
        }
    }

    @Test("every metric is explained in sentences that fit into a table")
    func explained() {
        for row in Self.rows {
            #expect(row.help.hasSuffix("."), "\(row.name)")
            #expect(row.advice.isEmpty || row.advice.hasSuffix("."), "\(row.name)")
            #expect(!(row.help + row.advice).contains { $0.isNewline || $0 == "|" }, "\(row.name)")
        }
    }

    @Test("what is counted is shown, and shown once")
    func complete() {
        var counters: [Counter] = []
        var labelled: [LabelledCounter] = []
        var histograms: [Histogram] = []
        var reported: [ReportedMetric] = []
        for row in Self.rows {
            switch row.source {
            case .sum(let counter), .processes(let counter): counters.append(counter)
            case .labelled(let counter): labelled.append(counter)
            case .histogram(let histogram): histograms.append(histogram)
            case .reported(let metric): reported.append(metric)
            }
        }
        #expect(counters.sorted { $0.rawValue < $1.rawValue } == Counter.allCases)
        #expect(labelled.count == LabelledCounter.allCases.count)
        #expect(Set(labelled) == Set(LabelledCounter.allCases))
        #expect(histograms.sorted { $0.rawValue < $1.rawValue } == Histogram.allCases)
        #expect(reported.count == ReportedMetric.allCases.count)
        #expect(Set(reported) == Set(ReportedMetric.allCases))
    }

    @Test("every place in a slot belongs to one number, and is inside of the slot")
    func places() {
        var taken: Set<Int> = []
        for counter in Counter.allCases { #expect(taken.insert(counter.rawValue).inserted) }
        for counter in LabelledCounter.allCases {
            for word in counter.words { #expect(taken.insert(word).inserted) }
            for series in counter.series { #expect(series.cell < counter.words.count) }
        }
        #expect(taken.allSatisfy { $0 < CounterPage.histogramWord })
        for histogram in Histogram.allCases {
            let first = CounterPage.histogramWord + histogram.firstCell * Histogram.cellWords
            for word in first..<first + histogram.cells * Histogram.cellWords {
                #expect(taken.insert(word).inserted, "\(histogram)")
            }
            #expect(histogram.series.allSatisfy { $0.cell < histogram.cells })
        }
        #expect(taken.allSatisfy { (0..<CounterPage.strideWords).contains($0) })
    }

    @Test("places stay where they are: another build counts there as well")
    func stable() {
        let places = Counter.allCases.map { "\($0.rawValue) \($0)" }
        #expect(Array(places.prefix(Self.places.count)) == Self.places, "only add at the end")
        #expect(LabelledCounter.responses.words == 256..<768)
        #expect(LabelledCounter.storeErrors.words == 768..<784)
        let cells = Histogram.allCases.sorted { $0.firstCell < $1.firstCell }.map {
            "\($0.firstCell) \($0) \($0.boundsUs.first ?? 0)...\($0.boundsUs.last ?? 0)"
        }
        #expect(
            Array(cells.prefix(Self.cells.count)) == Self.cells, "other bounds need another place")
        #expect(MetricLabels.routes[..<4] == ["none", "home", "go-live", "player"])
        #expect(
            MetricLabels.routes[23...26] == ["ready", "metrics", "redirect", "acme-challenge"][...])
        #expect(MetricLabels.storeOperations[..<3] == ["check", "user", "user-change"])
        #expect(MetricLabels.responseCell(route: 3, status: 404) == 28)
    }

    private static let places = [
        "0 connectionsOpen", "1 viewers", "2 packagedViewers", "3 publishers", "4 connections",
        "5 connectionsRefused", "6 connectionsOverShare", "7 handshakes", "8 handshakeFailures",
        "9 requests", "10 bytesSent", "11 bytesReceived", "12 viewerJumps", "13 viewersLapped",
        "14 ingestBytes", "15 mediaLosses", "16 ingestChunks", "17 publishersHeldBack",
        "18 publishersHeldBackMs", "19 abuseCloses", "20 eventSubscribers", "21 streamChanges",
        "22 credentialChanges", "23 signIns", "24 signInsRefused", "25 accountsUnanswered",
        "26 accountsAnswering", "27 loopTurns", "28 workerRestarts", "29 workersReady",
        "30 processorUs", "31 residentBytes", "32 anonymousBytes", "33 descriptorsOpen",
        "34 descriptorsAllowed", "35 requestsHeldNow", "36 requestsHeld",
    ]
    private static let cells = [
        "0 request 1000...30000000", "64 loopTurn 200...2000000", "65 handshake 1000...5000000",
        "66 viewerLag 50000...60000000", "67 ingestGap 20000...60000000",
        "68 keyFrameDistance 250000...30000000", "69 heldBack 10000...30000000",
        "70 storeLatency 250...5000000",
    ]

    @Test("a status that is none counts like no response")
    func oddStatuses() {
        let none = MetricLabels.responseCell(route: 0, status: 0)
        #expect(MetricLabels.responseCell(route: 0, status: -1) == none)
        #expect(MetricLabels.responseCell(route: 0, status: 999) == none + 5)
    }

    @Test("a route of a name that is not in the list counts like none")
    func unknownRoute() {
        #expect(MetricLabels.number(ofRoute: "watch") == 6)
        #expect(MetricLabels.number(ofRoute: "weather") == 0)
    }

    @Test("bounds of distributions ascend, and leave room for the rest and the sum")
    func bounds() {
        for histogram in Histogram.allCases {
            let bounds = histogram.boundsUs
            #expect(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "\(histogram)")
            #expect(bounds.count < Histogram.sumWord, "\(histogram)")
        }
    }
}

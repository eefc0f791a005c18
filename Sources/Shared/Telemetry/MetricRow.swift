// One metric as Prometheus sees it, and what people are told about it.

package struct MetricRow: Sendable {
    package enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    /// Where its numbers come from.
    package enum Source: Sendable {
        /// The sum over all slots.
        case sum(Counter)
        /// Each living process by itself.
        case processes(Counter)
        /// The sum over all slots, for each value of the labels.
        case labelled(LabelledCounter)
        /// The sum over all slots, for each value of the label, if there is one.
        case histogram(Histogram)
        /// Found out when somebody asks.
        case reported(ReportedMetric)
    }

    /// In the style of Prometheus: unit last, base units only, `_total` for what only grows. It never
    /// changes once it is released.
    package let name: String
    package let kind: Kind
    /// The names of the labels, without `le`.
    package let labels: [String]
    package let source: Source
    /// How many of what is counted make one unit.
    package let perUnit: Double
    /// One sentence: what it is.
    package let help: String
    /// For operators: what to do about it, or when to look at it; empty if there is nothing to say.
    package let advice: String

    /// A number that processes keep on the counter page.
    init(
        _ counter: Counter, _ name: String, perProcess: Bool = false, perUnit: Double = 1,
        _ help: String, advice: String = ""
    ) {
        self.init(
            name, counter.isGauge ? .gauge : .counter, labels: perProcess ? ["worker"] : [],
            perProcess ? .processes(counter) : .sum(counter), perUnit: perUnit, help, advice)
    }

    init(
        _ counter: LabelledCounter, _ name: String, labels: [String], _ help: String,
        advice: String = ""
    ) {
        self.init(name, .counter, labels: labels, .labelled(counter), help, advice)
    }

    init(
        _ histogram: Histogram, _ name: String, labels: [String] = [], _ help: String,
        advice: String = ""
    ) {
        self.init(
            name, .histogram, labels: labels, .histogram(histogram), perUnit: 1_000_000, help,
            advice)
    }

    init(
        _ reported: ReportedMetric, _ kind: Kind, _ name: String, labels: [String] = [],
        perUnit: Double = 1, _ help: String, advice: String = ""
    ) {
        self.init(name, kind, labels: labels, .reported(reported), perUnit: perUnit, help, advice)
    }

    private init(
        _ name: String, _ kind: Kind, labels: [String], _ source: Source, perUnit: Double = 1,
        _ help: String, _ advice: String
    ) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.source = source
        self.perUnit = perUnit
        self.help = help
        self.advice = advice
    }
}

/// What no process counts: it is looked up when somebody asks for the metrics.
package enum ReportedMetric: CaseIterable, Sendable {
    case build, uptime, generation, workersWanted, workersByState, drains, stopping
    case reloads, reloadFailures, reloadTime, reloadSuccess, reloadDuration, upgrades
    case certificateExpiry, loopBusy
    case streamsByState, streamsLeftOut, ringBytes, dataFree, dataSize
    case streamViewers, streamPackagedViewers, streamBitrate, streamKeyFrameDistance
    case streamSilence, streamLag, streamHeldBack, streamIngest, streamLosses
}

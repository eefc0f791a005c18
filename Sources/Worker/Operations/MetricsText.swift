// The text format in which Prometheus reads metrics (0.0.4). Pure.

import Telemetry

struct MetricsText {
    private(set) var lines = ""
    private var row: MetricRow?

    /// Begins the samples of a metric.
    mutating func begin(_ row: MetricRow) {
        self.row = row
        // As Prometheus wants it in a help text.
        let help = Self.escaped(row.help, alsoQuotes: false)
        lines += "# HELP \(row.name) \(help)\n# TYPE \(row.name) \(row.kind.rawValue)\n"
    }

    /// - Parameter labels: the values, in the order of the metric's labels.
    mutating func sample(_ labels: [String], _ count: UInt64) {
        guard let row else { return }
        let value = row.perUnit == 1 ? "\(count)" : "\(Double(count) / row.perUnit)"
        add("", labels, bound: nil, value)
    }

    /// Prometheus wants cumulative buckets: each counts everything up to its bound.
    mutating func histogram(_ labels: [String], bounds: [UInt64], _ counts: HistogramCounts) {
        guard let row else { return }
        var total: UInt64 = 0
        for (index, count) in counts.buckets.enumerated() {
            total &+= count
            let bound = index < bounds.count ? "\(Double(bounds[index]) / row.perUnit)" : "+Inf"
            add("_bucket", labels, bound: bound, "\(total)")
        }
        add("_sum", labels, bound: nil, "\(Double(counts.sumUs) / row.perUnit)")
        add("_count", labels, bound: nil, "\(total)")
    }

    private mutating func add(
        _ suffix: String, _ labels: [String], bound: String?, _ value: String
    ) {
        guard let row else { return }
        precondition(labels.count == row.labels.count, "each label has a value")
        lines += row.name
        lines += suffix
        var separator = "{"
        for (name, value) in zip(row.labels, labels) {
            lines += separator + name + "=\"" + Self.escaped(value, alsoQuotes: true) + "\""
            separator = ","
        }
        if let bound {
            lines += separator + "le=\"" + bound + "\""
            separator = ","
        }
        if separator == "," { lines += "}" }
        lines += " "
        lines += value
        lines += "\n"
    }

    private static func escaped(_ text: String, alsoQuotes: Bool) -> String {
        guard text.utf8.contains(where: { $0 == 0x5C || $0 == 0x0A || $0 == 0x22 }) else {
            return text
        }
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += #"\\"#
            case "\n": escaped += #"\n"#
            case "\"" where alsoQuotes: escaped += #"\""#
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}

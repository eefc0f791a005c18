// Distributions that Weir keeps: how many values fell below each of some bounds.

/// One distribution per process slot in the shared counter page, after the counters. The raw value is its
/// place there.
package enum Histogram: Int, CaseIterable, Sendable {
    /// How long turns of a worker's event loop took.
    case loopTurn

    /// Upper bounds in microseconds, ascending. Values above the last have a bucket of their own.
    package static let boundsUs: [UInt64] = [
        200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 500_000, 2_000_000,
    ]

    /// Buckets, then the sum of all values.
    static let words = boundsUs.count + 2

    /// The bucket of a value.
    static func bucket(of valueUs: UInt64) -> Int {
        boundsUs.firstIndex { valueUs <= $0 } ?? boundsUs.count
    }

    /// In the style of Prometheus: in seconds.
    package var metricName: String {
        switch self {
        case .loopTurn: "weir_loop_turn_seconds"
        }
    }

    /// One line.
    package var help: String {
        switch self {
        case .loopTurn: "How long turns of a worker's event loop took, waiting not counted."
        }
    }
}

/// One slot's part of a distribution.
package struct HistogramCounts: Sendable, Equatable {
    /// How many values each bucket has, in the order of `Histogram.boundsUs`, and those above.
    package let buckets: [UInt64]
    package let sumUs: UInt64
}

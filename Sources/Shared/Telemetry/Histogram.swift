// Distributions that Weir keeps: how many values fell below each of some bounds. MetricTable says what
// they mean outside.
//
// A distribution has cells of 16 words on the counter page, which are two cache lines: up to 15 buckets,
// then the sum of all values. `firstCell` is its place, and with the bounds it never changes: a
// distribution that needs other bounds gets a new place (see Counter.swift).

/// One distribution per process slot, or one for each value of a label.
package enum Histogram: Int, CaseIterable, Sendable {
    /// How long turns of the event loop took.
    case loopTurn
    /// From the turn of the loop in which a request's header section came to its response's head. A cell
    /// for each of `MetricLabels.routes`.
    case request
    /// From the moment a worker had a connection to the end of the TLS handshake.
    case handshake
    /// How far viewers were behind the newest media when they were looked at.
    case viewerLag
    /// Between two pieces of media of one stream.
    case ingestGap
    /// Media time between two key frames of one stream.
    case keyFrameDistance
    /// How long a publisher was held back, each time.
    case heldBack
    /// How long the store of accounts took. A cell for each of `MetricLabels.storeOperations`.
    case storeLatency

    /// Upper bounds in microseconds, ascending, 14 at most. Values above the last have a bucket of their
    /// own.
    package var boundsUs: [UInt64] {
        switch self {
        case .loopTurn:
            [
                200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 500_000, 2_000_000,
            ]
        case .request:
            [
                1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
                2_500_000, 5_000_000, 10_000_000, 30_000_000,
            ]
        case .handshake:
            [
                1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
                2_500_000, 5_000_000,
            ]
        case .viewerLag:
            [
                50_000, 100_000, 250_000, 500_000, 1_000_000, 2_000_000, 4_000_000, 8_000_000,
                15_000_000, 30_000_000, 60_000_000,
            ]
        case .ingestGap:
            [
                20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000,
                10_000_000, 30_000_000, 60_000_000,
            ]
        case .keyFrameDistance:
            [
                250_000, 500_000, 1_000_000, 1_500_000, 2_000_000, 3_000_000, 4_000_000, 6_000_000,
                8_000_000, 10_000_000, 15_000_000, 30_000_000,
            ]
        case .heldBack:
            [
                10_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
                10_000_000, 30_000_000,
            ]
        case .storeLatency:
            [
                250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
                1_000_000, 2_500_000, 5_000_000,
            ]
        }
    }

    /// How many cells there are room for.
    var cells: Int {
        switch self {
        case .request: MetricLabels.mostRoutes
        case .storeLatency: 16
        default: 1
        }
    }

    /// The place of its first cell among those of all distributions.
    var firstCell: Int {
        switch self {
        case .request: 0
        case .loopTurn: 64
        case .handshake: 65
        case .viewerLag: 66
        case .ingestGap: 67
        case .keyFrameDistance: 68
        case .heldBack: 69
        case .storeLatency: 70
        }
    }

    // MARK: Cells

    static let cellWords = 16
    /// The place of the sum of all values in a cell, behind the buckets.
    static let sumWord = cellWords - 1

    /// All bounds in one list, `cellWords` for each distribution, filled up with the greatest number: found
    /// without counting references.
    private static let allBoundsUs: [UInt64] = allCases.flatMap { histogram in
        let bounds = histogram.boundsUs
        return bounds + [UInt64](repeating: .max, count: cellWords - bounds.count)
    }

    /// The bucket of a value.
    func bucket(of valueUs: UInt64) -> Int {
        var index = rawValue * Self.cellWords
        while Self.allBoundsUs[index] < valueUs { index += 1 }
        return index - rawValue * Self.cellWords
    }
}

/// A distribution, or what one slot has of it.
package struct HistogramCounts: Sendable, Equatable {
    /// How many values each bucket has, in the order of `Histogram.boundsUs`, and those above.
    package var buckets: [UInt64]
    package var sumUs: UInt64
}

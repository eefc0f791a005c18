// What the metrics say of one stream. There may be thousands, and Prometheus keeps every series that it has
// ever seen: so only some have metrics of their own.

import Settings
import StreamState
import Streams
import Telemetry

struct StreamFigures {
    let name: String
    private let stream: LiveStream

    /// The streams with the most viewers that have not ended, by name, and how many there are besides.
    static func most(
        of streams: [LiveStream], limit: Int = Limits.streamsInMetrics
    ) -> (shown: [StreamFigures], leftOut: Int) {
        let current = streams.filter { $0.state != .ended }
        guard current.count > limit else { return (current.map(StreamFigures.init), 0) }
        // Counts change while they are sorted by.
        var counted = current.map { (stream: $0, viewers: $0.ring.status.viewerCount) }
        counted.sort { $0.viewers > $1.viewers }
        let shown = counted.prefix(limit).map { StreamFigures($0.stream) }
        return (shown.sorted { $0.name < $1.name }, current.count - limit)
    }

    private init(_ stream: LiveStream) {
        self.stream = stream
        name = stream.name.text
    }

    /// Nil if it is not known, or if the metric is not about streams.
    func value(of metric: ReportedMetric) -> UInt64? {
        let status = stream.ring.status
        return switch metric {
        case .streamViewers: UInt64(status.viewerCount)
        case .streamPackagedViewers: UInt64(status.packagedViewerCount)
        case .streamBitrate: stream.figures.bitrateBps / 8
        case .streamKeyFrameDistance: stream.figures.keyframeIntervalMs
        case .streamSilence: stream.silenceMs
        case .streamLag: stream.lagMs
        case .streamHeldBack: status.heldBackMs
        case .streamIngest: status.bytesIngested
        case .streamLosses: status.losses
        default: nil
        }
    }
}

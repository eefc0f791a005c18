// How often the viewers of a stream are woken. Each wake-up costs every viewer a TLS record and a system
// call, however little it carries. So the more viewers a worker has, the longer it gathers data, up to a
// bound that no viewer can notice. The crowd of one stream waits longest, because it is woken all at once;
// viewers of other streams take their time, too, so that a worker of many small streams is not worn out by
// sending a little often.

import Settings

enum DeliveryPace {
    /// Milliseconds between two deliveries to the same viewers.
    ///
    /// - Parameters:
    ///   - viewers: of the stream, in this worker.
    ///   - all: of all streams, in this worker.
    static func intervalMs(viewers: Int, of all: Int) -> UInt64 {
        let ofStreamMs = min(gatheredMs(viewers), Limits.deliveryIntervalLongestMs)
        let ofWorkerMs = min(gatheredMs(all), Limits.deliveryIntervalOfFewLongestMs)
        return max(ofStreamMs, ofWorkerMs)
    }

    private static func gatheredMs(_ viewers: Int) -> UInt64 {
        Limits.doorbellIntervalMs + UInt64(viewers) / Limits.viewersPerMsOfGathering
    }
}

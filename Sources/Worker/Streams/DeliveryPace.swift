// How often the viewers of a stream are woken. Each wake-up costs every viewer a TLS record and a system
// call, however little it carries. So the more viewers a worker has, the longer it gathers data, up to a
// bound that no viewer can notice.

import Settings

enum DeliveryPace {
    /// Milliseconds between two deliveries to the same viewers.
    static func intervalMs(viewers: Int) -> UInt64 {
        let gatheredMs = UInt64(viewers) / Limits.viewersPerMsOfGathering
        return min(Limits.doorbellIntervalMs + gatheredMs, Limits.deliveryIntervalLongestMs)
    }
}

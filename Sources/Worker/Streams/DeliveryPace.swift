// How often the viewers of a stream are woken. Each wake-up costs every viewer a TLS record and a
// system call, whatever little it carries; so the more viewers a worker has, the longer it gathers,
// up to a bound that nobody watching can tell.

import Settings

enum DeliveryPace {
    /// Milliseconds between two deliveries to the same viewers.
    static func intervalMs(viewers: Int) -> UInt64 {
        let gatheredMs = UInt64(viewers) / Limits.viewersPerDeliveryMs
        return min(Limits.doorbellIntervalMs + gatheredMs, Limits.deliveryIntervalLongestMs)
    }
}

// The Date field (RFC 9110 section 6.6.1), made once a second at most.

import Glibc
import LinuxIO

/// The current time as an IMF-fixdate. Owned by the loop's thread.
struct HTTPDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private var madeAtMs: UInt64?
    private var cached = ""

    /// `nowMs` is the loop's monotonic time; it only decides when the text is made anew.
    mutating func text(nowMs: UInt64) -> String {
        if let madeAtMs, nowMs < madeAtMs + 1_000 { return cached }
        madeAtMs = nowMs
        cached = Self.format(unixSeconds: Int(WallClock.nowMs() / 1_000))
        return cached
    }

    /// For example "Sun, 06 Nov 1994 08:49:37 GMT".
    static func format(unixSeconds: Int) -> String {
        var seconds = time_t(unixSeconds)
        var parts = unsafe tm()
        _ = unsafe gmtime_r(&seconds, &parts)
        let day = unsafe days[Int(parts.tm_wday)]
        let month = unsafe months[Int(parts.tm_mon)]
        let date = unsafe "\(pad(parts.tm_mday)) \(month) \(parts.tm_year + 1900)"
        let time = unsafe "\(pad(parts.tm_hour)):\(pad(parts.tm_min)):\(pad(parts.tm_sec))"
        return "\(day), \(date) \(time) GMT"
    }

    private static func pad(_ number: Int32) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}

// Points in time as text (RFC 3339, UTC).

import Glibc

enum Timestamp {
    /// For example "2026-01-31T08:15:30.250Z".
    static func rfc3339(wallClockMs: UInt64) -> String {
        var seconds = time_t(clamping: wallClockMs / 1_000)
        var parts = tm()
        _ = unsafe gmtime_r(&seconds, &parts)
        let date = [
            padded(Int(parts.tm_year) + 1900, 4), padded(Int(parts.tm_mon) + 1, 2),
            padded(Int(parts.tm_mday), 2),
        ].joined(separator: "-")
        let time = [parts.tm_hour, parts.tm_min, parts.tm_sec]
            .map { padded(Int($0), 2) }.joined(separator: ":")
        return "\(date)T\(time).\(padded(Int(wallClockMs % 1_000), 3))Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}

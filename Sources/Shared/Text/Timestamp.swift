// Wall-clock milliseconds as RFC 3339 text, in UTC.

package enum Timestamp {
    /// For example "2026-03-01T12:30:05.007Z". `ms` counts from 1970-01-01T00:00:00Z.
    package static func rfc3339(ms: UInt64) -> String {
        "\(CivilTime(ms: ms).text).\(Int(ms % 1_000).padded(to: 3))Z"
    }
}

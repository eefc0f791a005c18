// The Date field (RFC 9110 section 6.6.1), made once a second at most.
//
// Unsafe use: the bytes lie in one allocation, owned here and freed in deinit, which always holds a
// whole date. Callers that get its address copy from it at once.

import LinuxIO
import Text

/// The current time as an IMF-fixdate. Owned by the loop's thread.
@safe
final class HTTPDate {
    /// 1970 began with a Thursday.
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    /// The length of every date up to the year 9999.
    static let byteCount = 29

    private var madeAtMs: UInt64?
    private var cached = ""
    /// The text, always at the same address.
    private let storage: UnsafeMutablePointer<UInt8>

    init() {
        unsafe storage = .allocate(capacity: Self.byteCount)
        unsafe storage.initialize(repeating: UInt8(ascii: " "), count: Self.byteCount)
    }

    deinit {
        unsafe storage.deallocate()
    }

    /// `nowMs` is the loop's monotonic time; it only decides when the text is made anew.
    func text(nowMs: UInt64) -> String {
        refresh(nowMs: nowMs)
        return cached
    }

    /// Where its `byteCount` bytes are.
    func bytes(nowMs: UInt64) -> UnsafeMutablePointer<UInt8> {
        refresh(nowMs: nowMs)
        return unsafe storage
    }

    private func refresh(nowMs: UInt64) {
        if let madeAtMs, nowMs < madeAtMs + 1_000 { return }
        madeAtMs = nowMs
        cached = Self.format(unixSeconds: WallClock.nowMs() / 1_000)
        for (index, byte) in cached.utf8.prefix(Self.byteCount).enumerated() {
            unsafe storage[index] = byte
        }
    }

    /// For example "Sun, 06 Nov 1994 08:49:37 GMT".
    static func format(unixSeconds: UInt64) -> String {
        let time = CivilTime(ms: unixSeconds * 1_000)
        let day = days[Int(unixSeconds / 86_400 % 7)]
        let date = "\(time.day.padded(to: 2)) \(months[time.month - 1]) \(time.year)"
        let clock = [time.hour, time.minute, time.second].map { $0.padded(to: 2) }
        return "\(day), \(date) \(clock.joined(separator: ":")) GMT"
    }
}

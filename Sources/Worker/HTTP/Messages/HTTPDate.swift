// The Date field (RFC 9110 section 6.6.1), made once a second at most.
//
// Unsafe use: the bytes lie in one allocation, owned here and freed in deinit, which always holds a
// whole date. Callers that get its address copy from it at once.

import Glibc
import LinuxIO

/// The current time as an IMF-fixdate. Owned by the loop's thread.
@safe
final class HTTPDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
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
        cached = Self.format(unixSeconds: Int(WallClock.nowMs() / 1_000))
        for (index, byte) in cached.utf8.prefix(Self.byteCount).enumerated() {
            unsafe storage[index] = byte
        }
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

// Figures in words, as the page's scripts put them (Assets/common/format.js, stream-words.js): what
// the server renders must not change when the script takes over.

extension Words {
    /// How long a stream has been live: "live for 12 minutes", "live for 2 hours".
    func live(forMs ms: UInt64) -> String {
        let minutes = Int(clamping: ms / 60_000)
        switch minutes {
        case ..<1: return self("live.moment")
        case ..<60: return self("live.minutes", count: minutes)
        case ..<(48 * 60): return self("live.hours", count: minutes / 60)
        default: return self("live.days", count: minutes / (24 * 60))
        }
    }

    /// When a session was last seen, and from where: sessions note it once an hour. `address` is nil
    /// when it is not known.
    func seen(msAgo: UInt64, from address: String?) -> String {
        let hours = Int(clamping: msAgo / 3_600_000)
        guard let address else {
            switch hours {
            case ..<1: return self("sessions.recent")
            case ..<48: return self("sessions.hours", count: hours)
            default: return self("sessions.days", count: hours / 24)
            }
        }
        switch hours {
        case ..<1: return self("sessions.recent-from", ["address": address])
        case ..<48: return self("sessions.hours-from", count: hours, ["address": address])
        default: return self("sessions.days-from", count: hours / 24, ["address": address])
        }
    }

    /// "1:02:03", "1:05".
    static func duration(ms: UInt64) -> String {
        let seconds = ms / 1_000
        let twoDigits = { (number: UInt64) in (number < 10 ? "0" : "") + String(number) }
        let minutes = seconds / 60 % 60
        let end = twoDigits(seconds % 60)
        if seconds < 3_600 { return "\(minutes):\(end)" }
        return "\(seconds / 3_600):\(twoDigits(minutes)):\(end)"
    }

    /// In thousands, one decimal below 10: "1.2 MB", "12 GB".
    func bytes(_ bytes: UInt64) -> String {
        var unit = 0
        var unitBytes: UInt64 = 1
        // From 999.5 of one unit on, the next one says it.
        while unit < Self.byteUnits.count, bytes >= (1_999 * unitBytes + 1) / 2 {
            unit += 1
            unitBytes *= 1_000
        }
        if unit == 0 { return "\(bytes) \(self("unit.bytes"))" }
        let name = Self.byteUnits[unit - 1]
        let tenths = Self.rounded(bytes, by: unitBytes / 10)
        if tenths < 100 { return "\(numbers.text(tenths: tenths)) \(name)" }
        return "\(Self.rounded(bytes, by: unitBytes)) \(name)"
    }

    private static func rounded(_ number: UInt64, by divisor: UInt64) -> UInt64 {
        let (quotient, rest) = number.quotientAndRemainder(dividingBy: divisor)
        return quotient + (rest >= divisor - rest ? 1 : 0)
    }

    private static let byteUnits = ["kB", "MB", "GB", "TB"]
}

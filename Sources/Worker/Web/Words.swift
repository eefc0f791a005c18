// Figures in words, as the page's scripts put them (Assets/common/format.js, stream-words.js): what
// the server renders must not change when the script takes over.

enum Words {
    /// "1 viewer", "1,234 viewers".
    static func count(_ count: Int, _ one: String, _ many: String) -> String {
        "\(grouped(count)) \(count == 1 ? one : many)"
    }

    /// How long something has been going on: "for 12 minutes", "for 2 hours", "for 3 days".
    static func since(ms: UInt64) -> String {
        let minutes = Int(clamping: ms / 60_000)
        switch minutes {
        case ..<1: return "for less than a minute"
        case ..<60: return "for \(count(minutes, "minute", "minutes"))"
        case ..<(48 * 60): return "for \(count(minutes / 60, "hour", "hours"))"
        default: return "for \(count(minutes / (24 * 60), "day", "days"))"
        }
    }

    /// When a session was last seen: sessions note it once an hour.
    static func seen(msAgo: UInt64) -> String {
        let hours = Int(clamping: msAgo / 3_600_000)
        switch hours {
        case ..<1: return "seen within the last hour"
        case ..<48: return "last seen \(count(hours, "hour", "hours")) ago"
        default: return "last seen \(count(hours / 24, "day", "days")) ago"
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
    static func bytes(_ bytes: UInt64) -> String {
        var unit = 0
        var unitBytes: UInt64 = 1
        // From 999.5 of one unit on, the next one says it.
        while unit < byteUnits.count - 1, bytes >= (1_999 * unitBytes + 1) / 2 {
            unit += 1
            unitBytes *= 1_000
        }
        let name = byteUnits[unit]
        if unit == 0 { return "\(bytes) \(name)" }
        let tenths = rounded(bytes, by: unitBytes / 10)
        if tenths < 100 { return "\(tenths / 10).\(tenths % 10) \(name)" }
        return "\(rounded(bytes, by: unitBytes)) \(name)"
    }

    private static func rounded(_ number: UInt64, by divisor: UInt64) -> UInt64 {
        let (quotient, rest) = number.quotientAndRemainder(dividingBy: divisor)
        return quotient + (rest >= divisor - rest ? 1 : 0)
    }

    private static let byteUnits = ["bytes", "kB", "MB", "GB", "TB"]

    /// What people call a codec: "VP9" for "vp9"; an unknown one as it is.
    static func codec(_ codec: String) -> String { codecNames[codec] ?? codec }

    private static let codecNames = [
        "vp8": "VP8", "vp9": "VP9", "av1": "AV1", "h264": "H.264", "hevc": "H.265",
        "vvc": "H.266", "theora": "Theora", "opus": "Opus", "vorbis": "Vorbis", "aac": "AAC",
        "flac": "FLAC", "mp3": "MP3",
    ]

    /// Thousands apart: "1,234,567". `number` is not negative.
    private static func grouped(_ number: Int) -> String {
        var groups: [String] = []
        var rest = number
        while rest >= 1_000 {
            let digits = String(rest % 1_000)
            groups.append(String(repeating: "0", count: 3 - digits.count) + digits)
            rest /= 1_000
        }
        return ([String(rest)] + groups.reversed()).joined(separator: ",")
    }
}

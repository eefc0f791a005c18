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

// Quantities with a unit, from and to text: sizes in bytes, times in seconds. Pure, and strict:
// text that is not fully understood is refused, because half-understood settings are worse than
// none.

/// Sizes. Units are binary: K, M and G, also written KiB, MiB and GiB.
package enum ByteSize {
    /// The bytes that `text` stands for; nil if it is not a size or does not fit.
    package static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits.count <= 18, let number = Int(digits) else { return nil }
        guard let shift = shift(ofUnit: text.dropFirst(digits.count)) else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
        return overflow ? nil : bytes
    }

    /// The shortest exact text, for example "32M".
    package static func text(_ bytes: Int) -> String {
        for (unit, shift) in [("G", 30), ("M", 20), ("K", 10)]
        where bytes != 0 && bytes % (1 << shift) == 0 {
            return "\(bytes >> shift)\(unit)"
        }
        return "\(bytes)"
    }

    private static func shift(ofUnit unit: Substring) -> Int? {
        switch unit {
        case "", "B": 0
        case "K", "k", "KiB": 10
        case "M", "MiB": 20
        case "G", "GiB": 30
        default: nil
        }
    }
}

/// Times, written in seconds and held in milliseconds.
package enum Seconds {
    /// The milliseconds that `text` stands for ("15", "1.5", "0.25"); nil if it is not a time.
    package static func parseMs(_ text: String) -> UInt64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy(isDigits) else { return nil }
        guard parts[0].count <= 12, let whole = UInt64(parts[0]) else { return nil }
        guard parts.count == 2 else { return whole * 1_000 }
        guard parts[1].count <= 3 else { return nil }
        let padded = parts[1] + String(repeating: "0", count: 3 - parts[1].count)
        return UInt64(padded).map { whole * 1_000 + $0 }
    }

    /// The shortest exact text, for example "1.5".
    package static func text(ms: UInt64) -> String {
        let remainder = ms % 1_000
        guard remainder != 0 else { return "\(ms / 1_000)" }
        var decimals = String(String(1_000 + remainder).dropFirst())
        while decimals.hasSuffix("0") { decimals.removeLast() }
        return "\(ms / 1_000).\(decimals)"
    }

    private static func isDigits(_ text: Substring) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && $0.isNumber }
    }
}

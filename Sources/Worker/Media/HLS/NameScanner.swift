// Reads names and numbers out of bytes from a network, from left to right. It holds a position, and the
// bytes are given to each call.
//
// Unsafe use: the bytes of texts that are in the program are read, up to their ends.

struct NameScanner {
    private var range: Range<Int>

    /// - Parameter range: lies in the bytes of all calls.
    init(at range: Range<Int>) { self.range = range }

    var isAtEnd: Bool { range.isEmpty }

    /// Passes over a text if it comes next.
    mutating func take(_ text: StaticString, in bytes: Span<UInt8>) -> Bool {
        let end = range.lowerBound + text.utf8CodeUnitCount
        guard end <= range.upperBound, Self.equals(text, at: range.lowerBound..<end, in: bytes)
        else { return false }
        range = end..<range.upperBound
        return true
    }

    /// A decimal number of at most nineteen digits, which always fits.
    mutating func number(in bytes: Span<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        let start = range.lowerBound
        while let byte = next(in: bytes), Self.isDigit(byte) {
            guard range.lowerBound - start < 19 else { return nil }
            value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
            range = range.lowerBound + 1..<range.upperBound
        }
        return range.lowerBound > start ? value : nil
    }

    /// A decimal number in the only form in which we write it: without zeros in front.
    mutating func canonicalNumber(in bytes: Span<UInt8>) -> UInt64? {
        let start = range.lowerBound
        let startsWithZero = next(in: bytes) == UInt8(ascii: "0")
        guard let value = number(in: bytes), !startsWithZero || range.lowerBound - start == 1
        else { return nil }
        return value
    }

    /// Sixteen hexadecimal digits, in lower case.
    mutating func hexadecimal64(in bytes: Span<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for _ in 0..<16 {
            guard let byte = next(in: bytes) else { return nil }
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                value = value << 4 | UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                value = value << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
            range = range.lowerBound + 1..<range.upperBound
        }
        return value
    }

    private func next(in bytes: Span<UInt8>) -> UInt8? {
        range.isEmpty ? nil : bytes[range.lowerBound]
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    static func equals(
        _ text: StaticString, at range: Range<Int>, in bytes: Span<UInt8>
    ) -> Bool {
        guard text.utf8CodeUnitCount == range.count else { return false }
        let start = unsafe text.utf8Start
        for index in range {
            guard unsafe bytes[index] == start[index - range.lowerBound] else { return false }
        }
        return true
    }
}

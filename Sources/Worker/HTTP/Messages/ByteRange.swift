// Which part of a representation a request asks for: the field Range (RFC 9110, section 14).
//
// Pure. Only single ranges of bytes are served. A field is ignored, as the RFC allows, if it names
// several ranges or another unit, or cannot be understood: several ranges would need a body of many
// parts, which costs more than it gains.

package struct ByteRange: Equatable, Sendable {
    package let first: Int
    /// Inclusive.
    package let last: Int

    package var count: Int { last - first + 1 }

    /// The meaning of the field Range.
    package enum Request: Equatable, Sendable {
        /// All of the representation, as if there were no such field.
        case whole
        case part(ByteRange)
        /// The range lies outside the representation.
        case unsatisfiable
    }

    /// The meaning of a field for a representation of `length` bytes.
    package static func read(_ field: Span<UInt8>, length: Int) -> Request {
        guard let equals = field.firstIndex(of: UInt8(ascii: "=")),
            field.extracting(0..<equals).equalsIgnoringCase("bytes")
        else { return .whole }
        let spec = field.extracting(field.trimmed(equals + 1..<field.count))
        guard let dash = spec.firstIndex(of: UInt8(ascii: "-")) else { return .whole }
        let before = spec.extracting(0..<dash)
        let behind = spec.extracting(dash + 1..<spec.count)
        if before.isEmpty { return suffix(number(behind), length) }
        guard let first = number(before) else { return .whole }
        if behind.isEmpty { return part(from: first, to: .max, length) }
        guard let last = number(behind), last >= first else { return .whole }
        return part(from: first, to: last, length)
    }

    private static func part(from first: Int, to last: Int, _ length: Int) -> Request {
        guard first < length else { return .unsatisfiable }
        return .part(ByteRange(first: first, last: min(last, length - 1)))
    }

    /// The last `count` bytes.
    private static func suffix(_ count: Int?, _ length: Int) -> Request {
        guard let count else { return .whole }
        guard count > 0 else { return .unsatisfiable }
        // No range can say "nothing".
        guard length > 0 else { return .whole }
        return .part(ByteRange(first: max(0, length - count), last: length - 1))
    }

    /// Digits only. A value too large for Int is larger than anything we have.
    private static func number(_ digits: Span<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.allSatisfy(HTTP1Character.isDigit) else { return nil }
        var number = 0
        for index in digits.indices {
            let (product, isLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isLarger) = product.addingReportingOverflow(Int(digits[index] & 0x0F))
            if isLarge || isLarger { return .max }
            number = sum
        }
        return number
    }

    /// The field Content-Range of a 206.
    package func contentRange(of length: Int) -> String { "bytes \(first)-\(last)/\(length)" }

    /// The field Content-Range of a 416.
    package static func unsatisfied(length: Int) -> String { "bytes */\(length)" }
}

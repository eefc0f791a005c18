// A received header section in one allocation: the fields lie one after another as
// (name length, value length, name, value), and become Strings only when somebody asks for them.
// At hundreds of thousands of requests a second, a String per field would be most of the cost.

/// The fields of one request in their order, pseudo-header fields kept apart.
struct HeaderBlock: Sendable {
    /// How many bytes a new block makes room for: a browser's request usually fits.
    private static let initialBytes = 512

    private(set) var fieldCount = 0
    /// Names and values added up, pseudo-header fields included.
    private(set) var contentBytes = 0
    /// Each field: two little-endian 16-bit lengths, then the name, then the value.
    private var bytes: [UInt8] = []
    private(set) var method = 0..<0
    private(set) var scheme = 0..<0
    private(set) var authority = 0..<0
    private(set) var path = 0..<0
    private var fieldsStart = 0

    init() {
        bytes.reserveCapacity(Self.initialBytes)
    }

    /// Appends one field. Names and values longer than 65535 bytes must have been refused before.
    mutating func append(name: Span<UInt8>, value: Span<UInt8>) {
        precondition(name.count <= UInt16.max && value.count <= UInt16.max, "fields are bounded")
        fieldCount += 1
        contentBytes += name.count + value.count
        if name.count > 1, name[0] == UInt8(ascii: ":") {
            appendPseudo(name: name, value: value)
            return
        }
        bytes.append(UInt8(truncatingIfNeeded: name.count))
        bytes.append(UInt8(truncatingIfNeeded: name.count >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value.count))
        bytes.append(UInt8(truncatingIfNeeded: value.count >> 8))
        append(name)
        append(value)
    }

    /// Pseudo-header fields come before all others (RFC 9113 section 8.3), so their values stand at
    /// the start of the bytes, and `fieldsStart` is where the others begin.
    private mutating func appendPseudo(name: Span<UInt8>, value: Span<UInt8>) {
        let range = bytes.count..<bytes.count + value.count
        switch (name.count, name[1]) {
        case (5, UInt8(ascii: "p")): path = range
        case (7, UInt8(ascii: "m")): method = range
        case (7, UInt8(ascii: "s")): scheme = range
        case (10, UInt8(ascii: "a")): authority = range
        default: return
        }
        append(value)
        fieldsStart = bytes.count
    }

    private mutating func append(_ span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { buffer in unsafe bytes.append(contentsOf: buffer) }
    }

    /// The bytes of a range as text; bytes that are not UTF-8 are replaced.
    func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// Calls `body` with the ranges of each field's name and value, until it returns false.
    func forEachField(_ body: (_ name: Range<Int>, _ value: Range<Int>) -> Bool) {
        var position = fieldsStart
        while position < bytes.count {
            let nameCount = Int(bytes[position]) | Int(bytes[position + 1]) << 8
            let valueCount = Int(bytes[position + 2]) | Int(bytes[position + 3]) << 8
            let nameEnd = position + 4 + nameCount
            guard body(position + 4..<nameEnd, nameEnd..<nameEnd + valueCount) else { return }
            position = nameEnd + valueCount
        }
    }

    /// Whether `:authority` names the same host.
    func hasAuthority(_ other: [UInt8]) -> Bool {
        Authority.areSame(bytes.span.extracting(authority), other.span)
    }

    /// Whether the bytes of a range are exactly those of `text`.
    func matches(_ range: Range<Int>, _ text: String) -> Bool {
        let utf8 = text.utf8
        return range.count == utf8.count && bytes[range].elementsEqual(utf8)
    }
}

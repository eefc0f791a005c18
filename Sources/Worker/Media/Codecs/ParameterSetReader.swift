// Reads the lists of parameter sets in a decoder configuration (avcC, hvcC): numbers, and sets behind
// their length of two bytes (ISO/IEC 14496-15 sections 5.3.3.1 and 8.3.3.1). Past the end it gives
// nothing, so that a list is as long as the bytes allow.

struct ParameterSetReader {
    private let bytes: [UInt8]
    /// Of the next byte.
    private(set) var position: Int

    init(_ bytes: [UInt8], from start: Int) {
        self.bytes = bytes
        position = start
    }

    /// A number of one or two bytes.
    mutating func number(bytes count: Int) -> Int? {
        guard bytes.count - position >= count else { return nil }
        defer { position += count }
        return bytes[position..<position + count].reduce(0) { $0 << 8 | Int($1) }
    }

    /// The next set; nil if it is cut off, and for none at all.
    mutating func set() -> [UInt8]? {
        guard let count = number(bytes: 2), count > 0, bytes.count - position >= count else {
            return nil
        }
        defer { position += count }
        return [UInt8](bytes[position..<position + count])
    }
}

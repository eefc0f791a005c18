// Takes a snapshot apart, front to back. Snapshots come back from a file that other processes write, so
// each value is checked like any other input. All numbers are big-endian.

struct SnapshotReader {
    private let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func unsigned(_ count: Int) throws(MediaError) -> UInt64 {
        guard bytes.count - position >= count else {
            throw .malformed("a parser snapshot is cut off")
        }
        var value: UInt64 = 0
        for index in position..<position + count { value = value << 8 | UInt64(bytes[index]) }
        position += count
        return value
    }

    mutating func byte() throws(MediaError) -> UInt8 { UInt8(try unsigned(1)) }

    mutating func bytes(_ count: Int) throws(MediaError) -> [UInt8] {
        guard count >= 0, bytes.count - position >= count else {
            throw .malformed("a parser snapshot is cut off")
        }
        position += count
        return [UInt8](bytes[position - count..<position])
    }

    mutating func time(_ range: ClosedRange<Int64>) throws(MediaError) -> Int64 {
        let value = Int64(bitPattern: try unsigned(8))
        guard range.contains(value) else {
            throw .malformed("a time in a parser snapshot is out of range")
        }
        return value
    }
}

// The encoding of control messages. Every datagram has the same length, so a cut one is noticed
// without a length field, and every byte that a message does not use is zero, so one message has
// exactly one encoding. Numbers are little-endian; both ends are of one build, but the format is
// written down rather than left to the compiler, so that it can be checked and fuzzed.
//
//   0  2  version       2  2  kind       4  4  zero       8 ...  fields, then zeros
//
// Pure: no I/O, no clock.

package enum ControlDatagram {
    /// The version that this build speaks. It changes whenever a message does.
    package static let version: UInt16 = 3
    /// The length of every datagram: the header, and room for the longest messages (ticketKeys, ended).
    package static let byteCount = 176
    /// Version, kind and four bytes of zero.
    static let headerBytes = 8
}

/// Why a datagram is not one of ours. Its sender is broken or hostile.
package enum ControlError: Error, Equatable {
    /// Not ControlDatagram.byteCount bytes long.
    case wrongLength(Int)
    case wrongVersion(UInt16)
    case unknownKind(UInt16)
    /// A field holds a value that has no meaning.
    case invalidField
    /// Bytes that the message does not use are not zero.
    case notZero
}

/// Builds one datagram.
struct DatagramWriter {
    private(set) var bytes: [UInt8] = []

    init(kind: UInt16) {
        bytes.reserveCapacity(ControlDatagram.byteCount)
        put(ControlDatagram.version)
        put(kind)
        put(UInt32(0))
    }

    mutating func put<Number: FixedWidthInteger & UnsignedInteger>(_ number: Number) {
        for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
        }
    }

    mutating func put(_ block: [UInt8]) {
        bytes += block
    }

    /// The datagram, filled up with zeros.
    consuming func finish() -> [UInt8] {
        precondition(bytes.count <= ControlDatagram.byteCount, "a message fits its datagram")
        bytes += [UInt8](repeating: 0, count: ControlDatagram.byteCount - bytes.count)
        return bytes
    }
}

/// Takes one datagram apart. The length is checked once, at the start; no message has more fields than
/// a datagram has room for, so reading them cannot run over the end.
struct DatagramReader {
    private let bytes: [UInt8]
    private var offset = 0
    let kind: UInt16

    init(_ bytes: [UInt8]) throws(ControlError) {
        guard bytes.count == ControlDatagram.byteCount else {
            throw .wrongLength(bytes.count)
        }
        self.bytes = bytes
        let version = Self.number(UInt16.self, in: bytes, at: 0)
        guard version == ControlDatagram.version else { throw .wrongVersion(version) }
        kind = Self.number(UInt16.self, in: bytes, at: 2)
        guard Self.number(UInt32.self, in: bytes, at: 4) == 0 else { throw .notZero }
        offset = ControlDatagram.headerBytes
    }

    mutating func take<Number: FixedWidthInteger & UnsignedInteger>(
        _ type: Number.Type
    ) -> Number {
        defer { offset += Number.bitWidth / 8 }
        return Self.number(type, in: bytes, at: offset)
    }

    mutating func take(byteCount: Int) -> [UInt8] {
        defer { offset += byteCount }
        return Array(bytes[offset..<offset + byteCount])
    }

    /// Whether there is nothing left to take.
    var isAtEnd: Bool { offset == bytes.count }

    /// Checks that nothing but zeros is left.
    func finish() throws(ControlError) {
        guard bytes[offset...].allSatisfy({ $0 == 0 }) else { throw .notZero }
    }

    private static func number<Number: FixedWidthInteger & UnsignedInteger>(
        _ type: Number.Type, in bytes: [UInt8], at offset: Int
    ) -> Number {
        var number: Number = 0
        for index in (0..<Number.bitWidth / 8).reversed() {
            number = number << 8 | Number(bytes[offset + index])
        }
        return number
    }
}

// Encodes and decodes what a worker says to the supervisor. The decoder must expect anything,
// because the worker may have been taken over.

extension ToSupervisor {
    private enum Kind: UInt16 {
        case ready = 0x101
        case ended = 0x102
        case drained = 0x103
        case pong = 0x104
        case failed = 0x105
        case slotReleased = 0x106
        case client = 0x110
    }

    /// The message as one datagram. Traps on a negative process ID, which no process has, and if
    /// there are no connection numbers or too many of them.
    package func encoded() -> [UInt8] {
        switch self {
        case .ready(let version, let processID, let certificateExpiresUnixS):
            precondition(processID > 0, "a process ID is positive")
            var writer = DatagramWriter(kind: Kind.ready.rawValue)
            writer.put(version)
            writer.put(UInt32(processID))
            writer.put(certificateExpiresUnixS)
            return writer.finish()
        case .failed(let piece):
            precondition((1...Self.reasonPieceBytes).contains(piece.count), "it fits a message")
            precondition(!piece.contains(0), "text has no zeros")
            var writer = DatagramWriter(kind: Kind.failed.rawValue)
            writer.put(piece)
            return writer.finish()
        case .slotReleased(let slot):
            var writer = DatagramWriter(kind: Kind.slotReleased.rawValue)
            writer.put(slot)
            return writer.finish()
        case .ended(let numbers):
            precondition((1...Self.endedPerMessage).contains(numbers.count), "they fit a message")
            precondition(!numbers.contains(0), "numbers of connections begin with 1")
            var writer = DatagramWriter(kind: Kind.ended.rawValue)
            for number in numbers { writer.put(number) }
            return writer.finish()
        case .client(let number, let address):
            precondition(number > 0, "numbers of connections begin with 1")
            precondition(Self.isAddress(byteCount: address.count), "the address of a client")
            var writer = DatagramWriter(kind: Kind.client.rawValue)
            writer.put(number)
            writer.put(UInt8(address.count))
            writer.put(address)
            return writer.finish()
        case .drained:
            return DatagramWriter(kind: Kind.drained.rawValue).finish()
        case .pong(let token):
            var writer = DatagramWriter(kind: Kind.pong.rawValue)
            writer.put(token)
            return writer.finish()
        }
    }

    /// The message of one datagram.
    package init(decoding datagram: [UInt8]) throws(ControlError) {
        var reader = try DatagramReader(datagram)
        switch Kind(rawValue: reader.kind) {
        case .ready:
            let version = reader.take(UInt16.self)
            guard let processID = Int32(exactly: reader.take(UInt32.self)), processID > 0 else {
                throw .invalidField
            }
            self = .ready(
                version: version, processID: processID,
                certificateExpiresUnixS: reader.take(UInt64.self))
        case .failed:
            self = .failed(try Self.takePiece(from: &reader))
        case .slotReleased:
            self = .slotReleased(slot: reader.take(UInt8.self))
        case .ended:
            self = .ended(try Self.takeNumbers(from: &reader))
        case .client:
            let number = reader.take(UInt64.self)
            let byteCount = Int(reader.take(UInt8.self))
            guard number > 0, Self.isAddress(byteCount: byteCount) else { throw .invalidField }
            self = .client(number: number, address: reader.take(byteCount: byteCount))
        case .drained:
            self = .drained
        case .pong:
            self = .pong(token: reader.take(UInt64.self))
        case nil:
            throw .unknownKind(reader.kind)
        }
        try reader.finish()
    }

    /// Bytes up to the first 0, or to the end.
    private static func takePiece(from reader: inout DatagramReader) throws(ControlError) -> [UInt8]
    {
        var piece: [UInt8] = []
        while !reader.isAtEnd {
            let byte = reader.take(UInt8.self)
            if byte == 0 { break }
            piece.append(byte)
        }
        guard !piece.isEmpty else { throw .invalidField }
        return piece
    }

    /// IPv4 or IPv6.
    private static func isAddress(byteCount: Int) -> Bool { byteCount == 4 || byteCount == 16 }

    /// Numbers up to the first 0, or to the end.
    private static func takeNumbers(from reader: inout DatagramReader) throws(ControlError)
        -> [UInt64]
    {
        var numbers: [UInt64] = []
        while !reader.isAtEnd {
            let number = reader.take(UInt64.self)
            if number == 0 { break }
            numbers.append(number)
        }
        guard !numbers.isEmpty else { throw .invalidField }
        return numbers
    }
}

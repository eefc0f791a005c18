// Encodes and decodes what the supervisor says to a worker.

extension ToWorker {
    private enum Kind: UInt16 {
        case connection = 1
        case drain = 2
        case ticketKeys = 3
        case ping = 4
    }

    /// The message as one datagram. Traps on a ticket key of the wrong length and on connection 0,
    /// because we make both ourselves.
    package func encoded() -> [UInt8] {
        switch self {
        case .connection(let number, let listener):
            var writer = DatagramWriter(kind: Kind.connection.rawValue)
            precondition(number > 0, "numbers of connections begin with 1")
            writer.put(number)
            writer.put(listener.rawValue)
            return writer.finish()
        case .drain(let timeoutMs):
            var writer = DatagramWriter(kind: Kind.drain.rawValue)
            writer.put(timeoutMs)
            return writer.finish()
        case .ticketKeys(let current, let previous):
            precondition(current.count == Self.ticketKeyBytes, "a ticket key has one length")
            precondition(previous.map { $0.count == Self.ticketKeyBytes } ?? true)
            var writer = DatagramWriter(kind: Kind.ticketKeys.rawValue)
            writer.put(UInt8(previous == nil ? 0 : 1))
            writer.put(current)
            writer.put(previous ?? [])
            return writer.finish()
        case .ping(let token):
            var writer = DatagramWriter(kind: Kind.ping.rawValue)
            writer.put(token)
            return writer.finish()
        }
    }

    /// The message of one datagram.
    package init(decoding datagram: [UInt8]) throws(ControlError) {
        var reader = try DatagramReader(datagram)
        switch Kind(rawValue: reader.kind) {
        case .connection:
            let number = reader.take(UInt64.self)
            guard number > 0, let listener = ListenerKind(rawValue: reader.take(UInt8.self)) else {
                throw .invalidField
            }
            self = .connection(number: number, from: listener)
        case .drain:
            self = .drain(timeoutMs: reader.take(UInt32.self))
        case .ticketKeys:
            let hasPrevious = reader.take(UInt8.self)
            guard hasPrevious <= 1 else { throw .invalidField }
            let current = reader.take(byteCount: Self.ticketKeyBytes)
            let previous = hasPrevious == 1 ? reader.take(byteCount: Self.ticketKeyBytes) : nil
            self = .ticketKeys(current: current, previous: previous)
        case .ping:
            self = .ping(token: reader.take(UInt64.self))
        case nil:
            throw .unknownKind(reader.kind)
        }
        try reader.finish()
    }
}

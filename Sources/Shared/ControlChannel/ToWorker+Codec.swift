// Encodes and decodes what the supervisor says to a worker.

extension ToWorker {
    private enum Kind: UInt16 {
        case connection = 1
        case drain = 2
        case ticketKeys = 3
        case ping = 4
        case lead = 5
        case releaseSlot = 6
        case refuse = 0x10
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
        case .refuse(let number):
            precondition(number > 0, "numbers of connections begin with 1")
            var writer = DatagramWriter(kind: Kind.refuse.rawValue)
            writer.put(number)
            return writer.finish()
        case .drain(let timeoutMs, let closesIdle):
            var writer = DatagramWriter(kind: Kind.drain.rawValue)
            writer.put(timeoutMs)
            writer.put(UInt8(closesIdle ? 1 : 0))
            return writer.finish()
        case .lead:
            return DatagramWriter(kind: Kind.lead.rawValue).finish()
        case .releaseSlot(let slot):
            var writer = DatagramWriter(kind: Kind.releaseSlot.rawValue)
            writer.put(slot)
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
        case .refuse:
            let number = reader.take(UInt64.self)
            guard number > 0 else { throw .invalidField }
            self = .refuse(number: number)
        case .drain:
            let timeoutMs = reader.take(UInt32.self)
            let closesIdle = reader.take(UInt8.self)
            guard closesIdle <= 1 else { throw .invalidField }
            self = .drain(timeoutMs: timeoutMs, closesIdle: closesIdle == 1)
        case .lead:
            self = .lead
        case .releaseSlot:
            self = .releaseSlot(reader.take(UInt8.self))
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

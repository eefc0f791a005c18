// Which connection is read from or sent to next. An event of a socket only puts its connection into a
// line here. The work is done in slices of the loop's turns, a small piece of one connection at a time:
//
//   - Live media comes before everything else. When there is more of it than fits, it leaves the rest a
//     small part of each turn.
//   - Clients take turns, and so do the connections of one client: a client with a thousand connections
//     waits as long for each of them as a client with one waits for it.
//
// A connection is in each line at most once, so lines are never longer than there are connections.
//
// Owner: the loop's thread.

import LinuxIO
import Settings

final class ConnectionTurns: TurnTask {
    /// The lines, in the order in which a turn of the loop serves them.
    enum Kind: Int, CaseIterable {
        /// Bytes to receive, or received already, on a connection with live media.
        case mediaInput
        /// Live media to be sent.
        case mediaOutput
        case input
        case output
    }

    /// Clients with connections that wait, by kind. Each has a line of its connections.
    private var lines = InlineArray<4, Line<ClientShare>>(repeating: Line())

    init() {
        precondition(lines.count == Kind.allCases.count, "there is a line of each kind")
    }

    deinit {
        for kind in Kind.allCases {
            while popFirst(kind) != nil {}
        }
    }

    /// The connection has work to do; it is done in this turn of the loop or soon after.
    func add(_ connection: Connection, to kind: Kind) {
        guard connection.waiting.insert(kind) else { return }
        let client = connection.client
        var waiting = client.waiting[kind.rawValue]
        if waiting.isEmpty { append(client, kind) }
        waiting.append(connection, kind)
        client.waiting[kind.rawValue] = waiting
    }

    var hasWork: Bool {
        !isEmpty(.mediaInput) || !isEmpty(.mediaOutput) || !isEmpty(.input) || !isEmpty(.output)
    }

    func work() {
        serve(.mediaInput, us: Limits.mediaSliceUs)
        serve(.mediaOutput, us: Limits.mediaSliceUs)
        let isMediaLeft = !isEmpty(.mediaInput) || !isEmpty(.mediaOutput)
        let sliceUs = isMediaLeft ? Limits.squeezedSliceUs : Limits.requestSliceUs
        serve(.input, us: sliceUs)
        serve(.output, us: sliceUs)
    }

    /// The first connection of the client whose turn it is, which then goes to the end of the line.
    private func popFirst(_ kind: Kind) -> Connection? {
        var clients = lines[kind.rawValue]
        guard let client = clients.popFirst(kind) else { return nil }
        lines[kind.rawValue] = clients
        var waiting = client.waiting[kind.rawValue]
        let connection = waiting.popFirst(kind)
        client.waiting[kind.rawValue] = waiting
        if !waiting.isEmpty { append(client, kind) }
        return connection
    }

    private func append(_ client: ClientShare, _ kind: Kind) {
        var clients = lines[kind.rawValue]
        clients.append(client, kind)
        lines[kind.rawValue] = clients
    }

    private func isEmpty(_ kind: Kind) -> Bool { lines[kind.rawValue].isEmpty }

    private func serve(_ kind: Kind, us: UInt64) {
        guard !isEmpty(kind) else { return }
        let slice = TurnSlice(us: us)
        repeat {
            guard let connection = popFirst(kind) else { return }
            connection.waiting.remove(kind)
            switch kind {
            case .mediaInput, .input: connection.takeInputTurn()
            case .mediaOutput, .output: connection.takeOutputTurn()
            }
        } while !slice.isOver
    }

    /// The lines that one connection is in.
    struct Places {
        private var bits: UInt8 = 0

        /// False: the connection is in that line already.
        fileprivate mutating func insert(_ kind: Kind) -> Bool {
            let bit: UInt8 = 1 << UInt8(kind.rawValue)
            guard bits & bit == 0 else { return false }
            bits |= bit
            return true
        }

        fileprivate mutating func remove(_ kind: Kind) {
            bits &= ~(1 << UInt8(kind.rawValue))
        }

        var isEmpty: Bool { bits == 0 }

        func contains(_ kind: Kind) -> Bool { bits & 1 << UInt8(kind.rawValue) != 0 }
    }
}

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

    private var lines = Kind.allCases.map(FairLine.init)

    /// The connection has work to do; it is done in this turn of the loop or soon after.
    func add(_ connection: Connection, to kind: Kind) {
        guard connection.waiting.insert(kind) else { return }
        lines[kind.rawValue].append(connection)
    }

    var hasWork: Bool { lines.contains { !$0.isEmpty } }

    func work() {
        serve(.mediaInput, us: Limits.mediaSliceUs)
        serve(.mediaOutput, us: Limits.mediaSliceUs)
        let isMediaLeft = !isEmpty(.mediaInput) || !isEmpty(.mediaOutput)
        let sliceUs = isMediaLeft ? Limits.squeezedSliceUs : Limits.requestSliceUs
        serve(.input, us: sliceUs)
        serve(.output, us: sliceUs)
    }

    private func isEmpty(_ kind: Kind) -> Bool { lines[kind.rawValue].isEmpty }

    private func serve(_ kind: Kind, us: UInt64) {
        guard !isEmpty(kind) else { return }
        let slice = TurnSlice(us: us)
        repeat {
            guard let connection = lines[kind.rawValue].popFirst() else { return }
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

/// A line of clients, each with a line of its connections.
private struct FairLine {
    private let kind: ConnectionTurns.Kind
    private var clients = Line<ClientShare>()

    init(_ kind: ConnectionTurns.Kind) {
        self.kind = kind
    }

    var isEmpty: Bool { clients.isEmpty }

    mutating func append(_ connection: Connection) {
        let client = connection.client
        if client.waiting[kind.rawValue].isEmpty { clients.append(client) }
        client.waiting[kind.rawValue].append(connection)
    }

    /// The first connection of the client whose turn it is, which then goes to the end of the line.
    mutating func popFirst() -> Connection? {
        guard let client = clients.popFirst() else { return nil }
        let connection = client.waiting[kind.rawValue].popFirst()
        if !client.waiting[kind.rawValue].isEmpty { clients.append(client) }
        return connection
    }
}

// Who waits for their turn at one stream, in the order of arrival. The line is short (a few dozen, see
// Limits), so that one pass over it costs microseconds; what comes again and again with every request
// is counted instead. Pure.

struct WaitingLine<Member: AnyObject> {
    private struct Entry {
        let member: Member
        let chunk: ChunkNumber?
        let connectionID: UInt64
    }

    private var entries: [Entry] = []
    private var countPerConnection: [UInt64: Int] = [:]

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }
    var members: [Member] { entries.map(\.member) }

    func count(ofConnection connectionID: UInt64) -> Int {
        countPerConnection[connectionID, default: 0]
    }

    /// - Parameter isFirst: it comes back, and goes before all others.
    mutating func add(
        _ member: Member, chunk: ChunkNumber?, connectionID: UInt64, isFirst: Bool = false
    ) {
        let entry = Entry(member: member, chunk: chunk, connectionID: connectionID)
        entries.insert(entry, at: isFirst ? 0 : entries.count)
        countPerConnection[connectionID, default: 0] += 1
    }

    /// Whether it was there.
    @discardableResult
    mutating func remove(_ member: Member) -> Bool {
        guard let index = entries.firstIndex(where: { $0.member === member }) else { return false }
        let connectionID = entries.remove(at: index).connectionID
        let left = count(ofConnection: connectionID) - 1
        countPerConnection[connectionID] = left == 0 ? nil : left
        return true
    }

    /// Those for whom there may be something to decide when it is this chunk's turn: all but the later
    /// chunks of the same broadcast, which have to wait in any case.
    func candidates(whenTurnOf turn: ChunkNumber?) -> [Member] {
        entries.compactMap { entry in
            if let turn, let chunk = entry.chunk, chunk.session == turn.session,
                chunk.number > turn.number
            {
                return nil
            }
            return entry.member
        }
    }
}

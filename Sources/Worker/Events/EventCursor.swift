// One subscriber's place in the table of events, which says what to tell it next. It holds a version, a
// name and at most one event that is being sent, however slowly the subscriber reads.
//
//   beginning ─► listing: all streams by name, as they are when their turn comes ─► following
//
// A change during the listing is newer than the version where following starts, so it is told again, and
// nothing is missed. A subscriber to one stream follows from the beginning.
//
// Owner: the worker's loop thread. Unsafe: the caller's buffer, valid for the length of the call and
// never written past its count.

struct EventCursor {
    enum Scope: Equatable, Sendable {
        case all
        case one(String)
    }

    private enum Phase {
        case beginning
        /// Streams up to `name` have been told.
        case listing(after: String?, since: UInt64)
        /// Changes up to `since` have been told.
        case following(since: UInt64)
    }

    private let scope: Scope
    private var phase: Phase
    /// A subscriber to one stream has last been told that there is no such stream.
    private var saidGone = false
    private var wantsComment = false
    private var piece: ArraySlice<UInt8>

    init(_ scope: Scope, retryMs: Int) {
        self.scope = scope
        piece = EventText.preamble(retryMs: retryMs)[...]
        phase = scope == .all ? .beginning : .following(since: 0)
    }

    /// Nothing has been sent for a while: sends a comment.
    mutating func keepAlive() { wantsComment = true }

    /// Writes what there is to tell now; returns 0 when there is nothing.
    mutating func write(
        from table: EventTable, into buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        var written = 0
        while written < buffer.count {
            if piece.isEmpty {
                guard let next = nextPiece(from: table) else { break }
                piece = next
            }
            let part = piece.prefix(buffer.count - written)
            unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[written...]).copyBytes(from: part)
            written += part.count
            piece = piece.dropFirst(part.count)
        }
        // Bytes that have been sent are not kept in memory.
        if piece.isEmpty { piece = [] }
        if written > 0 { wantsComment = false }
        return written
    }

    private mutating func nextPiece(from table: EventTable) -> ArraySlice<UInt8>? {
        switch phase {
        case .beginning:
            return startList(of: table)
        case .listing(let name, let since):
            guard let entry = table.firstListed(after: name) else {
                phase = .following(since: since)
                return EventText.listEnd[...]
            }
            phase = .listing(after: entry.name, since: since)
            return name == nil ? entry.element.dropFirst() : entry.element[...]
        case .following(let since):
            return nextChange(from: table, since: since) ?? comment()
        }
    }

    private mutating func startList(of table: EventTable) -> ArraySlice<UInt8> {
        phase = .listing(after: nil, since: table.version)
        return EventText.listStart[...]
    }

    private mutating func nextChange(
        from table: EventTable, since: UInt64
    ) -> ArraySlice<UInt8>? {
        switch scope {
        case .all:
            if since < table.forgottenVersion {
                return startList(of: table)
            }
            return nextListedChange(from: table, since: since)
        case .one(let name):
            guard let entry = table.find(name) else {
                if saidGone { return nil }
                saidGone = true
                return EventText.gone(name)[...]
            }
            guard entry.version > since else { return nil }
            phase = .following(since: entry.version)
            saidGone = entry.isGone
            return entry.event[...]
        }
    }

    /// Of a stream that is not on the list, only that it has left it is told, and only to those who may have
    /// seen it there: to others its name is nobody's business.
    private mutating func nextListedChange(
        from table: EventTable, since: UInt64
    ) -> ArraySlice<UInt8>? {
        var told = since
        while let entry = table.firstChanged(after: told) {
            let hasLeft = entry.leftListVersion > told
            told = entry.version
            phase = .following(since: told)
            if entry.isListed { return entry.event[...] }
            if hasLeft { return EventText.gone(entry.name)[...] }
        }
        return nil
    }

    private mutating func comment() -> ArraySlice<UInt8>? {
        guard wantsComment else { return nil }
        wantsComment = false
        return EventText.keepAlive[...]
    }
}

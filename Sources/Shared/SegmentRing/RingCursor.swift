// One reader's place in a ring: which entry comes next, how much of it has been taken, and what
// happens to a reader that the writer leaves behind. Every reader that follows a ring has a cursor.
// It is a value of a few words, never a queue of media.
//
// Invariants: entries come in order. The first media entry, and the first one after a jump, is
// independent, unless the reader names the entry to start at. Only whole entries are skipped. Bytes are handed out only after the ring has
// confirmed that they were not overwritten while they were copied. A reader that has got a part of
// an entry gets the rest of it, or is lapped for ever.
//
// Each step takes a bounded time, whatever is in the ring. Owner: the reader; every call gets the
// same ring. The only unsafe part is the caller's buffer, which is valid during the call and never
// written past its count.

package struct RingCursor {
    /// Where a reader starts: at an entry at which decoding can start, if it does not know better.
    package enum Start: Equatable, Sendable {
        case newest
        /// This far back from the live edge, or as far as the ring goes.
        case rewound(byMs: UInt64)
        /// At this entry, of whatever kind. A reader that finds it gone is lapped.
        case entry(UInt64)
    }

    /// What happens to a reader that falls behind.
    package enum JumpPolicy: Equatable, Sendable {
        /// It gets every entry, and is lapped when one of them is gone.
        case never
        /// The reader jumps to the newest independent entry if it is further behind the live edge
        /// than when it started, by more than is allowed, or if the next entry is gone.
        case toNewestIndependent(lagAllowedMs: UInt64)
    }

    package enum Step: Equatable, Sendable {
        /// This entry comes next; it stays the same until all of it has been taken.
        case entry(RingEntry)
        /// There is nothing more yet.
        case wait
        /// What comes next has been overwritten, and this reader cannot go on without it.
        case lapped
    }

    private let start: Start
    private let kinds: RingKinds
    /// A reader further behind the live edge than this jumps; nil: it never does.
    private let lagAllowedMs: UInt64?

    /// The next entry; nil as long as there is no place to start.
    private var next: UInt64?
    /// The current entry: a part of it, or nothing yet, has been taken.
    private var current: RingEntry?
    /// How much of the current entry has been taken.
    package private(set) var offset = 0
    /// Whether anything has been taken yet: only then is there something to lose.
    package private(set) var hasTaken = false
    /// How often entries were skipped to stay near the live edge.
    package private(set) var jumps = 0
    private var mustCatchUp = false
    /// Whether this reader can never go on: something that it needs has been overwritten.
    package private(set) var isLapped = false

    /// How many skipped entries and jumps one step allows. A sound ring never needs as many: a
    /// writer puts few entries of other kinds between two media entries, and moves on by only a few
    /// meanwhile.
    private static let roundsPerStep = 64

    package init(_ start: Start, kinds: RingKinds = .media, policy: JumpPolicy) {
        self.start = start
        self.kinds = kinds
        switch (policy, start) {
        case (.never, _): lagAllowedMs = nil
        case (.toNewestIndependent(let allowedMs), .newest),
            (.toNewestIndependent(let allowedMs), .entry):
            lagAllowedMs = allowedMs
        case (.toNewestIndependent(let allowedMs), .rewound(let byMs)):
            lagAllowedMs = byMs > .max - allowedMs ? .max : byMs + allowedMs
        }
    }

    /// The number of the entry that comes next, if there is one; nil as long as there is no place to
    /// start.
    package var nextSequence: UInt64? {
        if case .entry(let sequence) = start { next ?? sequence } else { next }
    }

    /// Whether an entry has been found that has not been taken to its end.
    package var isInsideEntry: Bool { current != nil }

    /// By how many milliseconds what comes next is older than the newest media, further than where the
    /// reader wanted to start; nil if it has taken nothing yet, or what comes next is gone.
    package func lagMs(in ring: Ring) -> UInt64? {
        guard hasTaken, let sequence = current?.sequence ?? next else { return nil }
        guard sequence < ring.entryHead else { return 0 }
        guard let newestMs = ring.newestEntry?.bootMs,
            case .entry(let entry) = current.map(RingLookup.entry) ?? ring.lookup(sequence)
        else { return nil }
        let behindMs = newestMs - min(entry.bootMs, newestMs)
        guard case .rewound(let byMs) = start else { return behindMs }
        return behindMs - min(byMs, behindMs)
    }

    /// Goes on at the live edge when the current entry has been taken, whatever lag is allowed; a reader
    /// that has gone back in time stays there.
    package mutating func catchUp() {
        mustCatchUp = start == .newest && hasTaken
    }

    // MARK: Choosing

    /// Finds the entry that comes next.
    package mutating func next(in ring: Ring) -> Step {
        if let current { return .entry(current) }
        if isLapped { return .lapped }
        for _ in 0..<Self.roundsPerStep {
            guard let sequence = next ?? firstSequence(in: ring) else { return .wait }
            next = sequence
            switch ring.lookup(sequence) {
            case .notYet:
                return .wait
            case .lapped:
                if let step = goOnWithout(sequence, in: ring) { return step }
            case .entry(let entry):
                guard kinds.contains(entry.kind) else {
                    next = sequence + 1
                    continue
                }
                let isLate = mustCatchUp || isTooFarBehind(entry, in: ring)
                mustCatchUp = false
                if isLate, jump(in: ring, past: sequence) { continue }
                current = entry
                offset = 0
                return .entry(entry)
            }
        }
        return .wait
    }

    private func firstSequence(in ring: Ring) -> UInt64? {
        switch start {
        case .newest:
            return ring.newestIndependent
        case .rewound(let byMs):
            guard let edgeMs = ring.newestEntry?.bootMs else { return nil }
            return ring.independent(atOrBefore: edgeMs - min(byMs, edgeMs))
        case .entry(let sequence):
            return sequence
        }
    }

    /// The next entry has been overwritten. Nil: another one comes next.
    private mutating func goOnWithout(_ sequence: UInt64, in ring: Ring) -> Step? {
        let hasNamedEntry = if case .entry = start { true } else { false }
        guard hasTaken || hasNamedEntry else {
            // The reader has missed nothing yet, and starts as if it came now.
            next = nil
            return nil
        }
        guard lagAllowedMs != nil else {
            isLapped = true
            return .lapped
        }
        return jump(in: ring, past: sequence) ? nil : .wait
    }

    private func isTooFarBehind(_ entry: RingEntry, in ring: Ring) -> Bool {
        guard let lagAllowedMs, hasTaken, entry.sequence + 1 != ring.entryHead,
            let edgeMs = ring.newestEntry?.bootMs
        else { return false }
        return edgeMs > entry.bootMs && edgeMs - entry.bootMs > lagAllowedMs
    }

    /// Moves to the newest independent entry after `sequence`; false when there is none.
    private mutating func jump(in ring: Ring, past sequence: UInt64) -> Bool {
        guard lagAllowedMs != nil, let newest = ring.newestIndependent, newest > sequence else {
            return false
        }
        next = newest
        jumps += 1
        return true
    }

    // MARK: Taking

    /// Copies bytes of the current entry from `position` on and takes nothing. False: they have been
    /// overwritten, or are not inside of it; then ask for the next entry again.
    package mutating func peek(
        in ring: Ring, at position: Int, into buffer: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard let current else { return false }
        guard unsafe ring.copy(current, from: position, into: buffer) else {
            leave()
            return false
        }
        return true
    }

    /// Takes the next bytes of the current entry, as many as there are and fit. Nil: they have been
    /// overwritten, and what is in the buffer must not be used; then ask for the next entry again.
    package mutating func copy(
        from ring: Ring, into buffer: UnsafeMutableRawBufferPointer
    ) -> Int? {
        guard let entry = current else { return 0 }
        let count = min(entry.length - offset, buffer.count)
        let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
        guard unsafe ring.copy(entry, from: offset, into: part) else {
            leave()
            return nil
        }
        offset += count
        hasTaken = hasTaken || offset > 0 || entry.length == 0
        if offset == entry.length {
            current = nil
            next = entry.sequence + 1
        }
        return count
    }

    /// Takes several whole entries at once, as many as there are and fit. Nil: there are none that can be
    /// taken so; then ask for the next entry.
    package mutating func takeRun(
        from ring: Ring, into buffer: UnsafeMutableRawBufferPointer
    ) -> RingRun? {
        guard current == nil, hasTaken, !isLapped, !mustCatchUp, kinds == .media,
            let sequence = next,
            let run = ring.run(from: sequence, mostBytes: buffer.count),
            run.behindMs <= lagAllowedMs ?? .max
        else { return nil }
        let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<run.bytes])
        guard unsafe ring.copy(position: run.position, into: part) else { return nil }
        next = run.end
        return run
    }

    /// Passes over the current entry, of which nothing has been taken.
    package mutating func skip() {
        guard let entry = current, offset == 0 else { return }
        current = nil
        hasTaken = true
        next = entry.sequence + 1
    }

    /// The writer got there first. As long as nothing of the entry was taken, it can be skipped like any
    /// other.
    private mutating func leave() {
        current = nil
        isLapped = offset > 0
    }
}

/// Kinds of entries that a reader takes.
package struct RingKinds: OptionSet, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    // Computed, as those of RingKind are.
    package static var media: RingKinds { RingKinds(.media) }
    package static var segmentRecord: RingKinds { RingKinds(.segmentRecord) }

    private init(_ kind: RingKind) { rawValue = 1 << UInt64(kind.rawValue) }

    func contains(_ kind: RingKind) -> Bool {
        kind.rawValue < Self.RawValue.bitWidth && contains(RingKinds(kind))
    }
}

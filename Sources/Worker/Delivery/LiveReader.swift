// One viewer's place in a live stream: a cursor into the ring, never a queue of media. It turns ring
// entries into the bytes of one WebM file that begins at time 0: the init, then clusters, of which
// only the fixed-width timecode differs from what every other viewer gets.
//
// Invariants: every response begins with the init and then an independent cluster; what is skipped
// is whole entries up to an independent cluster; bytes are used only after the ring has confirmed
// that they were not overwritten while they were copied. Between two entries there may be a Void element
// (RFC 8794, section 11.3.2), which players pass over: it says that the response is alive.
//
// Owner: the worker's loop thread. The only unsafe part is the caller's buffer, which is valid for
// the length of the call and never written past its count.

import Media
import SegmentRing
import Settings

package struct LiveReader {
    /// Where in the stream a viewer starts.
    enum Start: Equatable, Sendable {
        case newest
        /// That far back from the live edge, as far as the ring goes.
        case rewound(byMs: UInt64)
    }

    enum Outcome: Equatable, Sendable {
        /// That many bytes were written; more may follow at once.
        case bytes(Int)
        /// The reader is at the live edge.
        case caughtUp
        /// Media that was partly sent has been overwritten: the response cannot be continued.
        case lapped
    }

    private let start: Start
    /// A viewer further behind the live edge than this jumps at the end of the entry it is in: entries
    /// are whole blocks, and a cluster ends where the next one begins.
    private let lagAllowedMs: UInt64

    private var initializationOffset = 0
    private var next: UInt64?
    private var current: Sending?
    /// What is subtracted from the stream's times; set by the first cluster.
    private var baseMs: Int64?
    /// Where this viewer's own time line ends, in the stream's time.
    private var endMs: Int64 = 0
    private var continuesAfterJump = false
    /// Bytes of a Void element that are still to be sent before the next entry.
    private var fillerLeft = 0
    /// What comes next is old, whatever lag is allowed.
    private var mustCatchUp = false
    /// How often media was skipped to stay near the live edge.
    private(set) var jumps = 0

    private struct Sending {
        let entry: RingEntry
        var offset = 0
        /// The re-based timecode, when the entry begins with a cluster header.
        let timecode: UInt64?
    }

    init(start: Start, maxLagMs: UInt64) {
        self.start = start
        switch start {
        case .newest: lagAllowedMs = maxLagMs
        case .rewound(let byMs): lagAllowedMs = maxLagMs + byMs
        }
    }

    /// Writes what can be sent now.
    mutating func read(from ring: Ring, into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        var written = unsafe copyInitialization(ring.initialization, into: buffer)
        while written < buffer.count {
            if current == nil {
                if fillerLeft > 0 {
                    unsafe buffer[written] = Self.filler[Self.filler.count - fillerLeft]
                    fillerLeft -= 1
                    written += 1
                    continue
                }
                guard advance(in: ring) else { break }
            }
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[written...])
            guard let count = unsafe copyEntry(from: ring, into: rest) else {
                if current?.offset != 0 { return .lapped }
                // Nothing of this entry was sent yet, so it can be skipped like any other.
                current = nil
                continue
            }
            written += count
        }
        return written > 0 ? .bytes(written) : .caughtUp
    }

    /// Reads once as a viewer would: for workers that want to know before they serve whether they die of
    /// a ring.
    package static func tryOut(_ ring: Ring, maxLagMs: UInt64) {
        var reader = LiveReader(start: .newest, maxLagMs: maxLagMs)
        var bytes = [UInt8](repeating: 0, count: Limits.stageBytes)
        _ = unsafe bytes.withUnsafeMutableBytes { unsafe reader.read(from: ring, into: $0) }
    }

    /// A Void element with one byte of content: not the shortest one, because parsers exist that take an
    /// element without content for one that has not come yet.
    static let filler: [UInt8] = [0xEC, 0x81, 0x00]

    /// Has a Void element sent, so that whoever forwards the response sees that it is alive. Only for
    /// a reader that has caught up.
    mutating func fillSilence() {
        guard current == nil, fillerLeft == 0 else { return }
        fillerLeft = Self.filler.count
    }

    /// Goes on at the live edge when the entry that is being sent is out; whoever has gone back in time
    /// stays there.
    mutating func catchUp() {
        mustCatchUp = start == .newest && baseMs != nil
    }

    private mutating func copyInitialization(
        _ initialization: [UInt8], into buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        let count = min(initialization.count - initializationOffset, buffer.count)
        guard count > 0 else { return 0 }
        let range = initializationOffset..<initializationOffset + count
        unsafe buffer.copyBytes(from: initialization[range])
        initializationOffset += count
        return count
    }

    // MARK: Choosing the next entry

    /// Makes the next entry current; false when there is none yet.
    private mutating func advance(in ring: Ring) -> Bool {
        // Each round either ends or moves on to a newer entry; the ring moves at most as fast as its
        // writer, so a few rounds do.
        for _ in 0..<8 {
            guard let sequence = next ?? firstSequence(in: ring) else { return false }
            next = sequence
            switch ring.lookup(sequence) {
            case .notYet:
                return false
            case .lapped:
                guard jump(in: ring, past: sequence) else { return false }
            case .entry(let entry):
                let isLate = mustCatchUp || isTooFarBehind(entry, in: ring)
                mustCatchUp = false
                if isLate, jump(in: ring, past: sequence) { continue }
                guard begin(entry, in: ring) else { continue }
                return true
            }
        }
        return false
    }

    private func firstSequence(in ring: Ring) -> UInt64? {
        switch start {
        case .newest:
            return ring.newestIndependent
        case .rewound(let byMs):
            guard let edgeMs = edgeBootMs(of: ring) else { return nil }
            return ring.independent(atOrBefore: edgeMs - min(byMs, edgeMs))
        }
    }

    private func edgeBootMs(of ring: Ring) -> UInt64? {
        let head = ring.entryHead
        guard head > 0, case .entry(let newest) = ring.lookup(head - 1) else { return nil }
        return newest.bootMs
    }

    private func isTooFarBehind(_ entry: RingEntry, in ring: Ring) -> Bool {
        guard baseMs != nil, let edgeMs = edgeBootMs(of: ring)
        else { return false }
        return edgeMs > entry.bootMs && edgeMs - entry.bootMs > lagAllowedMs
    }

    /// Moves to the newest independent entry after `sequence`; false when there is none.
    private mutating func jump(in ring: Ring, past sequence: UInt64) -> Bool {
        guard let newest = ring.newestIndependent, newest > sequence else { return false }
        next = newest
        if baseMs != nil {
            jumps += 1
            continuesAfterJump = true
        }
        return true
    }

    /// Makes `entry` current and works out its timecode; false when it was overwritten meanwhile.
    private mutating func begin(_ entry: RingEntry, in ring: Ring) -> Bool {
        var timecode: UInt64?
        if entry.flags.contains(.groupStart) {
            guard let clusterMs = readTimecode(of: entry, in: ring) else { return false }
            rebase(clusterMs)
            timecode = UInt64(max(0, clusterMs &- (baseMs ?? 0)))
        }
        current = Sending(entry: entry, timecode: timecode)
        endMs = entry.mediaTimeMs &+ Int64(entry.durationMs)
        return true
    }

    /// The first cluster becomes time 0; after a jump, time goes on where it was, so that a player
    /// shows a skip instead of waiting for what will not come.
    private mutating func rebase(_ clusterMs: Int64) {
        if let baseMs, continuesAfterJump {
            self.baseMs = clusterMs &- (endMs &- baseMs)
        } else if baseMs == nil {
            baseMs = clusterMs
        }
        continuesAfterJump = false
    }

    // MARK: Copying

    private func readTimecode(of entry: RingEntry, in ring: Ring) -> Int64? {
        guard entry.length >= ClusterLayout.headerBytes else { return nil }
        var timecode: UInt64 = 0
        let isIntact = unsafe withUnsafeMutableBytes(of: &timecode) { bytes in
            unsafe ring.copy(entry, from: ClusterLayout.timecodeOffset, into: bytes)
        }
        return isIntact ? Int64(bitPattern: UInt64(bigEndian: timecode)) : nil
    }

    /// Copies the next part of the current entry; nil when it was overwritten.
    private mutating func copyEntry(
        from ring: Ring, into buffer: UnsafeMutableRawBufferPointer
    ) -> Int? {
        guard var sending = current else { return nil }
        let count = min(sending.entry.length - sending.offset, buffer.count)
        let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
        guard unsafe ring.copy(sending.entry, from: sending.offset, into: part) else { return nil }
        if let timecode = sending.timecode {
            unsafe Self.patch(part, entryOffset: sending.offset, timecode: timecode)
        }
        sending.offset += count
        if sending.offset == sending.entry.length {
            current = nil
            next = sending.entry.sequence + 1
        } else {
            current = sending
        }
        return count
    }

    /// Writes the bytes of the timecode that fall into `part`, which begins `entryOffset` bytes into
    /// the entry.
    private static func patch(
        _ part: UnsafeMutableRawBufferPointer, entryOffset: Int, timecode: UInt64
    ) {
        for index in 0..<ClusterLayout.timecodeBytes {
            let position = ClusterLayout.timecodeOffset + index - entryOffset
            guard position >= 0 && position < part.count else { continue }
            let shift = UInt64(8 * (ClusterLayout.timecodeBytes - 1 - index))
            unsafe part[position] = UInt8(truncatingIfNeeded: timecode >> shift)
        }
    }
}

// What one viewer of a live stream is sent: the bytes of one WebM file that begins at time 0. First
// comes the init, then what a cursor finds in the ring. Only the fixed-width timecodes of clusters
// differ from what other viewers get.
//
// Invariants: every response begins with the init and then an independent cluster, at time 0 unless
// other clusters near it are late. After a jump, time goes on where it was, so that a player shows a
// skip and does not wait for media that will not come. Between two entries there may be a Void element
// (RFC 8794, section 11.3.2), which players ignore: it shows that the response is alive.
//
// Owner: the worker's loop thread. The only unsafe part is the caller's buffer, which is valid for
// the length of the call and never written past its count.

import Media
import SegmentRing
import Settings

package struct WebMViewer {
    enum Outcome: Equatable, Sendable {
        /// This many bytes were written; more may follow at once.
        case bytes(Int)
        /// The viewer is at the live edge.
        case caughtUp
        /// Media that was partly sent has been overwritten: the response cannot be continued.
        case lapped
    }

    private var cursor: RingCursor
    private var initializationOffset = 0
    /// The re-based timecode, when the entry that is being sent begins with a cluster header.
    private var timecode: UInt64?
    /// How much is subtracted from the stream's times.
    private var baseMs: Int64 = 0
    /// Where this viewer's own time line ends.
    private var endMs: Int64 = 0
    /// The number of jumps for which `baseMs` is right.
    private var rebasedJumps = 0
    /// Bytes of a Void element still to be sent before the next entry.
    private var fillerLeft = 0

    /// How many entries one call may give up because they were overwritten before any of it was sent.
    /// The writer moves on by few entries meanwhile; in a damaged ring there may be no other one.
    private static let overrunsPerRead = 8

    /// A viewer who lags behind by more than `maxLagMs` jumps at the end of the present entry: entries
    /// are whole blocks, and a cluster ends where the next one begins.
    init(start: RingCursor.Start, maxLagMs: UInt64) {
        cursor = RingCursor(start, policy: .toNewestIndependent(lagAllowedMs: maxLagMs))
    }

    /// How often media was skipped to stay near the live edge.
    var jumps: Int { cursor.jumps }

    /// How far this viewer is behind; nil if that is not known.
    func lagMs(in ring: Ring) -> UInt64? { cursor.lagMs(in: ring) }

    /// Goes on at the live edge after the present entry. A viewer who has gone back in time stays there.
    mutating func catchUp() { cursor.catchUp() }

    /// A Void element with one byte of content. It is not the shortest one, because some parsers take an
    /// element without content for one that has not come yet.
    static let filler: [UInt8] = [0xEC, 0x81, 0x00]

    /// Sends a Void element, so that proxies see that the response is alive. Only for a viewer that has
    /// caught up.
    mutating func fillSilence() {
        guard !cursor.isInsideEntry, fillerLeft == 0 else { return }
        fillerLeft = Self.filler.count
    }

    /// Writes the bytes that can be sent now.
    mutating func read(from ring: Ring, into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        var written = unsafe copyInitialization(ring.initialization, into: buffer)
        var overruns = 0
        while written < buffer.count, overruns < Self.overrunsPerRead {
            if fillerLeft > 0, !cursor.isInsideEntry {
                unsafe buffer[written] = Self.filler[Self.filler.count - fillerLeft]
                fillerLeft -= 1
                written += 1
                continue
            }
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[written...])
            if let run = unsafe cursor.takeRun(from: ring, into: rest) {
                endMs = run.mediaEndMs &- baseMs
                timecode = nil
                written += run.bytes
                continue
            }
            guard case .entry(let entry) = cursor.next(in: ring) else { break }
            if let count = unsafe copy(entry, from: ring, into: rest) {
                written += count
            } else {
                overruns += 1
            }
        }
        if written > 0 { return .bytes(written) }
        return cursor.isLapped ? .lapped : .caughtUp
    }

    /// Reads once as a viewer would, so that a worker finds out before it serves whether it dies of a
    /// ring.
    package static func tryOut(_ ring: Ring, maxLagMs: UInt64) {
        var viewer = WebMViewer(start: .newest, maxLagMs: maxLagMs)
        var bytes = [UInt8](repeating: 0, count: Limits.stageBytes)
        _ = unsafe bytes.withUnsafeMutableBytes { unsafe viewer.read(from: ring, into: $0) }
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

    /// Copies the next part of an entry; nil when it was overwritten.
    private mutating func copy(
        _ entry: RingEntry, from ring: Ring, into buffer: UnsafeMutableRawBufferPointer
    ) -> Int? {
        let offset = cursor.offset
        if offset == 0, !begin(entry, in: ring) { return nil }
        guard let count = unsafe cursor.copy(from: ring, into: buffer) else { return nil }
        endMs = entry.mediaEndMs &- baseMs
        if let timecode, offset < ClusterLayout.headerBytes {
            let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
            unsafe Self.patch(part, entryOffset: offset, timecode: timecode)
        }
        return count
    }

    // MARK: Time

    /// Works out the timecode of an entry before any of it is sent; false when it was overwritten
    /// meanwhile.
    private mutating func begin(_ entry: RingEntry, in ring: Ring) -> Bool {
        timecode = nil
        guard entry.flags.contains(.groupStart) else { return true }
        var stored: UInt64 = 0
        let isIntact = unsafe withUnsafeMutableBytes(of: &stored) { bytes in
            unsafe cursor.peek(in: ring, at: ClusterLayout.timecodeOffset, into: bytes)
        }
        guard isIntact else { return false }
        let clusterMs = Int64(bitPattern: UInt64(bigEndian: stored))
        if !cursor.hasTaken {
            baseMs = clusterMs &- Self.latenessMs(around: entry.sequence, in: ring)
            rebasedJumps = cursor.jumps
        } else if cursor.jumps != rebasedJumps {
            baseMs = clusterMs &- endMs
            rebasedJumps = cursor.jumps
        }
        timecode = UInt64(max(0, clusterMs &- baseMs))
        return true
    }

    /// By how many milliseconds clusters near an entry begin before others that precede them, as when a
    /// track is later than it was waited for. Without room before the first one, they would all be at
    /// time 0, and their contents at wrong times.
    private static func latenessMs(around sequence: UInt64, in ring: Ring) -> Int64 {
        var newestMs = Int64.min
        var latenessMs: Int64 = 0
        let first = sequence - min(sequence, nearEntries)
        // A damaged ring may claim any number.
        for near in first...sequence + min(.max - sequence, nearEntries) {
            guard case .entry(let entry) = ring.lookup(near), entry.kind == .media,
                entry.flags.contains(.groupStart)
            else { continue }
            newestMs = max(newestMs, entry.mediaTimeMs)
            latenessMs = max(latenessMs, newestMs &- entry.mediaTimeMs)
        }
        return latenessMs
    }

    /// How many entries to look at on each side: some seconds of clusters with a frame or two each.
    private static let nearEntries: UInt64 = 64

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

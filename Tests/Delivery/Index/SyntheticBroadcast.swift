// Broadcasts whose frames come when a test wants it: pictures that stand still, sound that is late or
// missing. Each frame is a cluster of its own, and its bytes are a few that a codec would take for one.

import Media

@testable import Delivery

struct SyntheticFrame {
    var timeMs: Int64
    var isSound = false
    var isKey = false
    /// How much later than its time it stands in the ring.
    var lateMs: Int64 = 0
}

extension Broadcast {
    /// - Parameter recording: of a picture and Opus; the tracks are its tracks.
    init(like recording: String, _ frames: [SyntheticFrame]) throws {
        try self.init(recording)
        replace(with: frames.sorted { $0.timeMs + $0.lateMs < $1.timeMs + $1.lateMs })
    }

    private mutating func replace(with frames: [SyntheticFrame]) {
        guard let template = fragments.first else { return }
        bytes = []
        fragments = frames.enumerated().map { number, frame in
            let start = bytes.count
            let track = tracks.firstIndex { ($0.kind == .audio) == frame.isSound } ?? 0
            let payload = frame.payload(number)
            bytes += [0x1F, 0x43, 0xB6, 0x75, 0x01] + [UInt8](repeating: 0xFF, count: 7)
            bytes +=
                [0xE7, 0x88]
                + (0..<8).map { UInt8(truncatingIfNeeded: frame.timeMs >> (56 - 8 * $0)) }
            bytes += [0xA3, 0x80 | UInt8(payload.count + 4), 0x81 + UInt8(track), 0, 0]
            bytes.append(frame.isKey || frame.isSound ? 0x80 : 0)
            bytes += payload
            var fragment = template
            fragment.bytes = start..<bytes.count
            fragment.isClusterStart = true
            fragment.isIndependent = frame.isKey
            fragment.isDiscontinuity = false
            fragment.mediaTimeMs = frame.timeMs
            fragment.durationMs = 20
            return fragment
        }
    }
}

extension SyntheticFrame {
    /// Opus of 20 ms, or VP9: a key frame, or one that follows and is kept in the second place.
    fileprivate func payload(_ number: Int) -> [UInt8] {
        let name = [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)]
        if isSound { return [0xFC] + name }
        return (isKey ? [0x82, 0x49, 0x83, 0x42, 0x10] : [0x86, 0x00, 0x80]) + name
    }
}

extension SegmentedRing {
    /// Appends all of it, with segments as a writer cuts them whose target is four seconds.
    ///
    /// - Parameter each: called after each frame, with its time.
    /// - Returns: the entries that are records.
    func appendCut(_ broadcast: Broadcast, each: (Int64) -> Void = { _ in }) throws -> [UInt64] {
        var records: [UInt64] = []
        for var fragment in broadcast.fragments {
            let isSound =
                broadcast.bytes[fragment.bytes][fragment.bytes.lowerBound + 24] == 0x82
            let sinceMs = begunAtMs.map { fragment.mediaTimeMs - $0 } ?? .max
            let lastsMs: Int64 = isSound ? 20 : 100
            let begins =
                fragment.isIndependent && sinceMs >= 1_900
                || begunAtMs != nil && sinceMs + lastsMs > 4_000
            fragment.isDiscontinuity = begunAtMs != nil && sinceMs > 4_499
            if begins || fragment.isDiscontinuity { records.append(ring.entryHead) }
            try append(fragment, of: broadcast, beginsSegment: begins)
            each(fragment.mediaTimeMs)
        }
        return records
    }
}

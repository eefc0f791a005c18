// What the API says of one stream. docs/http-api.md documents the members.

import HTTP
import Media
import SegmentRing
import Telemetry

/// The JSON of one stream: `GET /api/streams/NAME`, and the elements of `GET /api/streams`.
enum StreamDescription {
    static func json(of stream: LiveStream, ringMs: UInt64) -> JSONValue {
        let ring = stream.ring
        return .object([
            JSONMember("name", .string(stream.name.text)),
            JSONMember("state", .string(stream.state.rawValue)),
            JSONMember("startedAt", .string(Timestamp.rfc3339(ms: ring.createdWallClockMs))),
            JSONMember("tracks", .array(stream.tracks.map(json(of:)))),
            JSONMember("bitrateBps", .integer(Int64(clamping: RecentMedia.bitrateBps(of: ring)))),
            JSONMember(
                "keyframeIntervalMs", integerOrNull(RecentMedia.keyframeIntervalMs(of: ring))),
            JSONMember("viewers", .integer(Int64(ring.status.viewerCount))),
            JSONMember("rewindMs", .integer(Int64(clamping: min(ring.rewindMs, ringMs)))),
        ])
    }

    private static func json(of track: MediaTrack) -> JSONValue {
        let kind = track.kind == .video ? "video" : "audio"
        var members = [
            JSONMember("kind", .string(kind)), JSONMember("codec", .string(track.codec)),
        ]
        let numbers = [
            ("width", track.width), ("height", track.height), ("channels", track.channels),
            ("sampleRateHz", track.sampleRateHz),
        ]
        for case (let name, let number?) in numbers {
            members.append(JSONMember(name, .integer(Int64(number))))
        }
        return .object(members)
    }

    private static func integerOrNull(_ number: UInt64?) -> JSONValue {
        number.map { .integer(Int64(clamping: $0)) } ?? .null
    }
}

/// Figures taken from the newest entries of a ring.
enum RecentMedia {
    /// How far back the bitrate looks.
    private static let windowMs: UInt64 = 5_000
    /// The most entries one look reads, whatever the ring holds.
    private static let entries: UInt64 = 8_192

    /// Bits per second of the last seconds of media; 0 when there is too little to tell.
    static func bitrateBps(of ring: Ring) -> UInt64 {
        var bytes: UInt64 = 0
        var newestMs: UInt64?
        var oldestMs: UInt64 = 0
        for entry in RecentEntries(ring: ring, most: entries) {
            let newest = newestMs ?? entry.wallClockMs
            newestMs = newest
            guard newest < entry.wallClockMs + windowMs else { break }
            oldestMs = entry.wallClockMs
            bytes += UInt64(entry.length)
        }
        guard let newestMs, newestMs > oldestMs else { return 0 }
        return bytes * 8 * 1_000 / (newestMs - oldestMs)
    }

    /// Media time between the newest two places where decoding can start; nil when there is only one.
    static func keyframeIntervalMs(of ring: Ring) -> UInt64? {
        var newest: Int64?
        for entry in RecentEntries(ring: ring, most: entries)
        where entry.flags.contains(.independent) {
            guard let newer = newest else {
                newest = entry.mediaTimeMs
                continue
            }
            return newer > entry.mediaTimeMs ? UInt64(newer - entry.mediaTimeMs) : nil
        }
        return nil
    }
}

/// The entries of a ring from the newest backwards, as far as they are still there.
private struct RecentEntries: Sequence, IteratorProtocol {
    private let ring: Ring
    private var position: UInt64
    private let end: UInt64

    init(ring: Ring, most: UInt64) {
        self.ring = ring
        position = ring.entryHead
        end = Swift.max(ring.oldestSequence, position - Swift.min(position, most))
    }

    mutating func next() -> RingEntry? {
        guard position > end, case .entry(let entry) = ring.lookup(position - 1) else { return nil }
        position -= 1
        return entry
    }
}

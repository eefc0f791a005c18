// One entry as the index describes it, and the 64 bytes it takes there. Pure values.

/// What the bytes of an entry are. Readers skip kinds that they do not take, including unknown
/// ones, so a new kind needs no new version of the format.
package struct RingKind: RawRepresentable, Equatable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    // Computed, here and below: each look at a stored one goes by way of `swift_once`.

    /// A fragment of media.
    package static var media: RingKind { RingKind(rawValue: 1) }
    /// What a reader has to know of the past where a segment begins.
    package static var segmentRecord: RingKind { RingKind(rawValue: 2) }
}

package struct FragmentFlags: OptionSet, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// A group of fragments (a cluster or a part) begins here.
    package static var groupStart: FragmentFlags { FragmentFlags(rawValue: 1) }
    /// Decoding can start here. Implies `groupStart`, which the writer adds.
    package static var independent: FragmentFlags { FragmentFlags(rawValue: 2) }
    /// Time does not continue from the fragment before.
    package static var discontinuity: FragmentFlags { FragmentFlags(rawValue: 4) }
    /// Marks a place where decoding can start, without a picture, in a stream that has pictures but
    /// sends none just now.
    package static var withoutPicture: FragmentFlags { FragmentFlags(rawValue: 8) }
}

/// One committed entry.
package struct RingEntry: Equatable, Sendable {
    /// Counts entries from 0 without a gap.
    package let sequence: UInt64
    /// The first byte, counted from the beginning of the stream; monotonic, never wraps.
    package let position: UInt64
    package let length: Int
    package let kind: RingKind
    package let flags: FragmentFlags
    /// Media time of the first block, in milliseconds on the ring's own axis. For entries that are
    /// not media: where the media before them ends. Like the other numbers of an entry, it is
    /// within the bounds of UntrustedNumber.
    package let mediaTimeMs: Int64
    /// 0 for entries that are not media.
    package let durationMs: UInt32
    /// When it was committed, on the ring's clock (see Ring+Clock.swift). Never decreases within one ring.
    package let bootMs: UInt64
    /// CRC-32C of the bytes.
    package let checksum: UInt32
    /// The newest entry up to this one where decoding can start. Being part of each entry, it is
    /// published with the entry in one step.
    let newestIndependent: UInt64?

    /// Decoding can start here.
    package var isIndependent: Bool { kind == .media && flags.contains(.independent) }

    /// Where the stream's time stands after this entry.
    package var mediaEndMs: Int64 { mediaTimeMs + Int64(durationMs) }

    /// The position after the last byte.
    var end: UInt64 { position + UInt64(length) }
}

/// What is known about a sequence number at this moment.
package enum RingLookup: Equatable, Sendable {
    case entry(RingEntry)
    /// Nothing has been committed there yet.
    case notYet
    /// The writer has overwritten it, or is about to.
    case lapped
}

/// The index slot of one entry: eight 64-bit words, so that each can be read and written
/// atomically.
struct RingSlot {
    typealias Words = InlineArray<8, UInt64>

    static func encode(_ entry: RingEntry) -> Words {
        var words = Words(repeating: 0)
        words[0] = entry.sequence
        words[1] = entry.position
        words[2] =
            UInt64(entry.length) << 32 | UInt64(entry.kind.rawValue) << 16
            | UInt64(entry.flags.rawValue)
        words[3] = UInt64(bitPattern: entry.mediaTimeMs)
        words[4] = UInt64(entry.durationMs) << 32 | UInt64(entry.checksum)
        words[5] = entry.bootMs
        words[6] = entry.newestIndependent.map { $0 + 1 } ?? 0
        words[7] = mix(words)
        return words
    }

    /// The entry in a slot; nil when the words are not one for this sequence, for example because a
    /// writer was in the middle of them, or when one of its numbers cannot be right.
    static func decode(_ words: Words, sequence: UInt64, geometry: RingGeometry) -> RingEntry? {
        let length = Int(words[2] >> 32)
        guard words[7] == mix(words), words[0] == sequence,
            UntrustedNumber(sequence).isPosition, UntrustedNumber(words[1]).isPosition,
            length <= geometry.fragmentBytes, words[6] <= sequence + 1,
            UntrustedNumber(words[5]).isTime,
            let mediaTimeMs = UntrustedNumber(words[3]).mediaTimeMs
        else { return nil }
        return RingEntry(
            sequence: sequence, position: words[1], length: length,
            kind: RingKind(rawValue: UInt16(truncatingIfNeeded: words[2] >> 16)),
            flags: FragmentFlags(rawValue: UInt16(truncatingIfNeeded: words[2])),
            mediaTimeMs: mediaTimeMs, durationMs: UInt32(words[4] >> 32),
            bootMs: words[5], checksum: UInt32(truncatingIfNeeded: words[4]),
            newestIndependent: words[6] == 0 ? nil : words[6] - 1)
    }

    /// A check word over the other seven. It finds torn and damaged slots, but does not protect
    /// against somebody who computes it. The constant is 2^64 divided by the golden ratio.
    static func mix(_ words: Words) -> UInt64 {
        var hash: UInt64 = 0x5745_4952
        for index in 0..<7 {
            hash = (hash ^ words[index]) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
        }
        return hash
    }
}

// How long a cache may keep an answer (draft-pantos-hls-rfc8216bis, appendix B.1): the field
// Cache-Control.

import HTTP
import Settings

struct Lifetime: Hashable {
    private let seconds: UInt64
    private let isImmutable: Bool

    /// Of media: their names never mean anything else.
    static let unchanging = Lifetime(
        seconds: Limits.mediaKeptByCachesSeconds, isImmutable: true)
    /// Of what is not there, but may come, and of refusals: so that a crowd's requests become one.
    static let momentary = Lifetime(seconds: 1, isImmutable: false)

    /// Of a list that a player has waited for, with directives: nobody asks that again later. Six target
    /// durations, but never longer than a broadcast that has ended keeps its ring: the next one after
    /// that may count its segments from the beginning again.
    static func awaitedList(targetDurationMs: UInt32) -> Lifetime {
        Lifetime(
            seconds: min(UInt64(targetDurationMs) * 6, Limits.endedRetentionMs) / 1_000,
            isImmutable: false)
    }

    /// Of a list that has an address of its own, which changes.
    static func currentList(targetDurationMs: UInt32) -> Lifetime {
        Lifetime(seconds: max(UInt64(targetDurationMs) / 2_000, 1), isImmutable: false)
    }

    var field: HeaderField {
        HeaderField(
            "cache-control",
            "public, max-age=\(seconds)" + (isImmutable ? ", immutable" : ""))
    }
}

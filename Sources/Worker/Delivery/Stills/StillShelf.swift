// The stills that a worker has made or read lately, ready to be given to all who ask. So much of them is
// kept; what was asked for longest ago goes first. Making them takes no more than a tenth of the time,
// whoever asks for how many: then those who ask get an older one of the same broadcast.
//
// Owner: the worker's loop thread.

import HTTP
import Settings
import StreamState

struct StillShelf {
    struct Kept {
        /// Says that two stills of a name are the same; and which broadcast it is of.
        let tag: String
        let broadcast: UInt64
        /// Who broadcast it, of one that has stayed.
        let publisher: UInt64?
        /// Nil: there is none under this tag.
        let resource: Resource?
        let bytes: Int
        let madeUs: UInt64
        fileprivate var askedUs: UInt64
    }

    private var kept: [StreamName: Kept] = [:]
    private(set) var bytes = 0
    private let mostBytes: Int
    /// What making stills has cost, ten times over, and the time that has passed since.
    private var paidUntilUs: UInt64 = 0

    /// What is made serves for so many times what it cost.
    private static let costFactor: UInt64 = 10
    /// One that is smaller counts as this: each has a name, and header fields.
    private static let leastBytes = 2 * 1_024

    init(mostBytes: Int = Limits.stillsKeptBytes) { self.mostBytes = mostBytes }

    mutating func find(_ name: StreamName, nowUs: UInt64) -> Kept? {
        kept[name]?.askedUs = nowUs
        return kept[name]
    }

    /// Whether another one may be made now.
    func mayMake(nowUs: UInt64) -> Bool {
        paidUntilUs <= nowUs + Self.costFactor * Limits.stillsBurstUs
    }

    /// One was made, in the time from `startUs` to `endUs`.
    mutating func put(
        _ resource: Resource?, bytes count: Int, as name: StreamName, tag: String,
        of broadcast: UInt64, by publisher: UInt64? = nil, startUs: UInt64, endUs: UInt64
    ) -> Kept {
        paidUntilUs = max(paidUntilUs, startUs) + Self.costFactor * (endUs - min(startUs, endUs))
        remove(name)
        let count = max(count, Self.leastBytes)
        bytes += count
        let made = Kept(
            tag: tag, broadcast: broadcast, publisher: publisher, resource: resource,
            bytes: count, madeUs: endUs, askedUs: endUs)
        kept[name] = made
        while bytes > mostBytes, kept.count > 1,
            let oldest = kept.min(by: { $0.value.askedUs < $1.value.askedUs })?.key
        {
            remove(oldest)
        }
        return made
    }

    mutating func remove(_ name: StreamName) {
        bytes -= kept.removeValue(forKey: name)?.bytes ?? 0
    }
}

// A broadcast that is over, on its way from its ring to the account of its maker.

import Accounts
import SegmentRing
import StreamState

package struct EndedBroadcast: Equatable {
    package let name: StreamName
    let record: BroadcastRecord

    package init(name: StreamName, record: BroadcastRecord) {
        self.name = name
        self.record = record
    }

    /// Made from a ring. Nil when there is nothing to record: nothing was broadcast, or not by an
    /// account.
    package init?(_ ring: Ring, of name: StreamName) {
        let status = ring.status
        guard PublisherIdentity.isAccount(status.publisherKey.identity), status.bytesIngested > 0
        else {
            return nil
        }
        let overMs = status.endedAtBootMs == 0 ? ring.bootNowMs : status.endedAtBootMs
        // A broadcast ends when its last media came, not when its grace ends.
        let endedAtMs = ring.wallClockMs(ofBootMs: min(status.lastIngestBootMs, overMs))
        self.init(
            name: name,
            record: BroadcastRecord(
                id: ring.broadcastID, startedAtMs: ring.createdWallClockMs, endedAtMs: endedAtMs,
                bytes: status.bytesIngested, peakViewers: status.peakViewerCount))
    }
}

// MARK: As a file

/// One line: version, id, name, start, end, bytes, peak of viewers.
extension EndedBroadcast {
    static let fileBytes = 256
    private static let version = "1"

    var encoded: [UInt8] {
        let fields = [
            Self.version, record.id, name.text, "\(record.startedAtMs)", "\(record.endedAtMs)",
            "\(record.bytes)", "\(record.peakViewers)",
        ]
        return Array((fields.joined(separator: " ") + "\n").utf8)
    }

    /// Nil when the bytes are not a broadcast.
    package init?(decoding bytes: [UInt8]) {
        guard bytes.count <= Self.fileBytes, bytes.last == UInt8(ascii: "\n"),
            let text = String(validating: bytes.dropLast(), as: UTF8.self)
        else { return nil }
        let fields = text.split(separator: " ", omittingEmptySubsequences: false)
        guard fields.count == 7, fields[0] == Self.version, Self.isID(fields[1]),
            let name = try? StreamName(fields[2]), let startedAtMs = UInt64(fields[3]),
            let endedAtMs = UInt64(fields[4]), endedAtMs >= startedAtMs,
            endedAtMs <= UntrustedNumber.latestMs, let bytes = UInt64(fields[5]),
            bytes <= UntrustedNumber.greatestCount, let peakViewers = Int(fields[6]),
            peakViewers >= 0, peakViewers <= UntrustedNumber.greatestCount
        else { return nil }
        self.init(
            name: name,
            record: BroadcastRecord(
                id: String(fields[1]), startedAtMs: startedAtMs, endedAtMs: endedAtMs,
                bytes: bytes, peakViewers: peakViewers))
    }

    private static func isID(_ text: Substring) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
                    || $0 == UInt8(ascii: "-")
            }
    }
}

// A broadcast that is over, on its way from its ring to the account of its maker.

import Accounts
import SegmentRing
import StreamState
import Text

package struct EndedBroadcast: Equatable {
    package let name: StreamName
    let record: BroadcastRecord

    package init(name: StreamName, record: BroadcastRecord) {
        self.name = name
        self.record = record
    }

    /// Made from a ring. Nil when there is nothing to record: nothing was broadcast, or not by an
    /// account.
    package init?(
        _ ring: Ring, of name: StreamName, title: String = "", wasUnlisted: Bool = false
    ) {
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
                bytes: status.bytesIngested, peakViewers: status.peakViewerCount, title: title,
                wasUnlisted: wasUnlisted))
    }
}

// MARK: As a file

/// One line: version, id, name, start, end, bytes, peak of viewers, whether it was unlisted, the title in
/// base64, padding. Lines of version 1 end with the viewers: the Weir that wrote them knew no words.
extension EndedBroadcast {
    /// Room for the longest title.
    static let fileBytes = 2_048
    /// A Weir that knows only version 1 removes what it takes for a damaged file, but leaves what is longer
    /// than this to others. It may be ending its last broadcasts while this one begins.
    private static let bytesOfVersion1 = 256

    var encoded: [UInt8] {
        let title = Base64.standard.text(Array(record.title.utf8))
        let fields = [
            "2", record.id, name.text, "\(record.startedAtMs)", "\(record.endedAtMs)",
            "\(record.bytes)", "\(record.peakViewers)", record.wasUnlisted ? "1" : "0", title, "",
        ]
        let line = Array(fields.joined(separator: " ").utf8)
        let padding = [UInt8](
            repeating: UInt8(ascii: "."), count: max(0, Self.bytesOfVersion1 - line.count))
        return line + padding + [UInt8(ascii: "\n")]
    }

    /// Nil when the bytes are not a broadcast.
    package init?(decoding bytes: [UInt8]) {
        guard bytes.count <= Self.fileBytes, bytes.last == UInt8(ascii: "\n"),
            let text = String(validating: bytes.dropLast(), as: UTF8.self)
        else { return nil }
        let fields = text.split(separator: " ", omittingEmptySubsequences: false)
        guard fields.count >= 7, let words = Self.words(in: fields), Self.isID(fields[1]),
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
                bytes: bytes, peakViewers: peakViewers, title: words.title,
                wasUnlisted: words.isUnlisted))
    }

    /// Nil when the fields are of no version that is known.
    private static func words(in fields: [Substring]) -> (title: String, isUnlisted: Bool)? {
        if fields.count == 7, fields[0] == "1" { return ("", false) }
        guard fields.count == 10, fields[0] == "2", fields[7] == "0" || fields[7] == "1",
            let bytes = Base64.bytes(fields[8].utf8),
            let title = String(validating: bytes, as: UTF8.self)
        else { return nil }
        return (title, fields[7] == "1")
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

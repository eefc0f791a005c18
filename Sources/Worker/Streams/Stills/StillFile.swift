// A still as a file: that which a studio has sent, beside its ring (DATA/live/NAME/still), and that which
// stays of a broadcast that is over (DATA/stills/NAME). One line that says what follows, then the picture:
//
//   weir-still 1 jpeg 9f3c… 8000… 123456 40960 1a2b3c4d
//   format, version, form, epoch of the ring, publisher, time (ms), length, CRC-32C of the picture
//
// Files are renamed into their place, so they are whole; after a loss of power they may be anything, or gone.
// Stills are not worth waiting for the disk: one whose length or checksum is wrong is never shown, and counts as
// none.
//
// Pure.

import Media
import SegmentRing
import Settings
import Text

package struct StillFile: Equatable {
    package let still: Still
    /// Of the ring that it belongs to: it is never shown for another broadcast.
    let epoch: UInt64
    /// Who broadcast it (PublisherIdentity).
    package let publisher: UInt64
    /// On the clock of the ring; of a still that stays, on the wall clock.
    let timeMs: UInt64

    init(_ still: Still, epoch: UInt64, publisher: UInt64, timeMs: UInt64) {
        self.still = still
        self.epoch = epoch
        self.publisher = publisher
        self.timeMs = timeMs
    }

    /// The longest one.
    static let mostBytes = Head.mostBytes + Limits.stillBytes + 4 * 1_024

    private static let mark = "weir-still"
    private static let version = "1"

    var encoded: [UInt8] {
        let fields = [
            Self.mark, Self.version, still.form.word, String(epoch, radix: 16),
            String(publisher, radix: 16), "\(timeMs)", "\(still.bytes.count)",
            String(Checksum.crc32c(still.bytes), radix: 16),
        ]
        return Array((fields.joined(separator: " ") + "\n").utf8) + still.bytes
    }

    /// Nil when the bytes are not such a file.
    init?(decoding bytes: [UInt8]) {
        guard let head = Head(decoding: bytes), bytes.count == head.bytes + head.pictureBytes
        else { return nil }
        let picture = Array(bytes[head.bytes...])
        guard Checksum.crc32c(picture) == head.checksum else { return nil }
        self.init(
            Still(form: head.form, bytes: picture), epoch: head.epoch, publisher: head.publisher,
            timeMs: head.timeMs)
    }

    /// What stands before the picture. Whether the picture is whole, only the whole file tells.
    package struct Head: Equatable {
        package let form: Still.Form
        fileprivate let epoch: UInt64
        package let publisher: UInt64
        fileprivate let timeMs: UInt64
        fileprivate let pictureBytes: Int
        fileprivate let checksum: UInt32
        /// Of this head.
        fileprivate let bytes: Int

        /// The longest one.
        static let mostBytes = 128

        /// Nil when the bytes do not begin with one.
        init?(decoding file: [UInt8]) {
            guard let end = file.prefix(Self.mostBytes).firstIndex(of: UInt8(ascii: "\n")),
                let line = String(validating: file[..<end], as: UTF8.self)
            else { return nil }
            let fields = line.split(separator: " ", omittingEmptySubsequences: false)
            guard fields.count == 8, fields[0] == StillFile.mark, fields[1] == StillFile.version,
                let form = Still.Form(word: fields[2]), let epoch = UInt64(fields[3], radix: 16),
                let publisher = UInt64(fields[4], radix: 16), let timeMs = UInt64(fields[5]),
                timeMs <= UntrustedNumber.latestMs,
                let pictureBytes = Int(fields[6]), 0...StillFile.mostBytes ~= pictureBytes,
                let checksum = UInt32(fields[7], radix: 16)
            else { return nil }
            self.form = form
            self.epoch = epoch
            self.publisher = publisher
            self.timeMs = timeMs
            self.pictureBytes = pictureBytes
            self.checksum = checksum
            bytes = end + 1
        }
    }
}

extension Still.Form {
    fileprivate var word: String {
        switch self {
        case .webP: "webp"
        case .avif: "avif"
        case .webM: "webm"
        case .mp4: "mp4"
        case .jpeg: "jpeg"
        }
    }

    fileprivate init?(word: Substring) {
        guard let form = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = form
    }
}

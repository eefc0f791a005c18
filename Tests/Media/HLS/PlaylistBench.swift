// Playlists for the tests of playlists: a stream of regular segments in ticks of 90 kHz, and what a reader
// finds in a text.

@testable import Media

enum PlaylistBench {
    static let control = ServerControl(targetDurationMs: 4_000, partTargetMs: 500)
    /// 2026-11-28T12:00:00.250Z.
    static let programDateMs: UInt64 = 1_795_867_200_250

    /// Whole segments of two seconds with four parts each, and one in the making with one part.
    static func segments(_ count: Int, from ordinal: UInt64 = 10) -> [PlaylistSegment] {
        (0...count).map { index in
            let number = ordinal + UInt64(index)
            let isOpen = index == count
            return PlaylistSegment(
                ordinal: number, discontinuityOrdinal: 3, start: number * 180_000,
                ticks: isOpen ? nil : 180_000, uri: "e/v1/\(number).m4s",
                mapURI: "e/v1/init-0.mp4", programDateMs: programDateMs + UInt64(index) * 2_000,
                parts: (0..<(isOpen ? 1 : 4)).map { part in
                    PlaylistPart(
                        ticks: 45_000, uri: "e/v1/\(number).\(part).m4s", isIndependent: part == 0)
                },
                keyFrameBytes: isOpen ? nil : 5_000 + number)
        }
    }

    static func playlist(
        _ count: Int, control: ServerControl? = control, timescale: UInt32 = 90_000
    ) -> MediaPlaylist {
        MediaPlaylist(
            targetDurationMs: 4_000, control: control, timescale: timescale,
            areSegmentsIndependent: true,
            segments: segments(count), hint: PreloadHint(partURI: "e/v1/next.m4s"),
            reports: [RenditionReport(uri: "a2.m3u8", lastSegment: 12, lastPart: 1)])
    }

    static func lines(_ text: [UInt8]) -> [String] {
        let lines = String(decoding: text, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        precondition(lines.last == "", "a playlist ends with the end of a line")
        return lines.dropLast().map(String.init)
    }

    /// The number behind a tag or an attribute, in millionths.
    static func millionths(_ text: Substring) -> Int? {
        let parts = text.split(separator: ".")
        guard let whole = parts.first.flatMap({ Int($0) }) else { return nil }
        let digits = parts.count > 1 ? parts[1] : ""
        return whole * 1_000_000
            + (Int(digits + String(repeating: "0", count: 6 - digits.count)) ?? 0)
    }
}

extension [String] {
    func count(of prefix: String) -> Int { count { $0.hasPrefix(prefix) } }

    /// What stands behind the first tag of that name.
    func value(of tag: String) -> String? {
        first { $0.hasPrefix(tag + ":") }.map { String($0.dropFirst(tag.count + 1)) }
    }

    /// The durations behind all tags of that beginning, in microseconds.
    func durationsUs(_ prefix: String) -> [Int] {
        filter { $0.hasPrefix(prefix) }.compactMap { line in
            PlaylistBench.millionths(line.dropFirst(prefix.count).prefix { $0 != "," })
        }
    }
}

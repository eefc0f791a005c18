// Names of playlists and media in paths.

import Testing

@testable import Media

private let picture = RenditionName(kind: .video, track: 1)
private let sound = RenditionName(kind: .audio, track: 2)

private func read(_ path: String, in root: ResourceName.Root = .hls) -> ResourceName? {
    ResourceName(Array(path.utf8).span, in: root)
}

private func media(_ content: MediaName.Content, _ rendition: RenditionName = picture)
    -> ResourceName
{
    .media(MediaName(epoch: 0xA1B2, rendition: rendition, content))
}

@Suite("Names of resources")
struct ResourceNameTests {
    @Test(
        "a name is written, and read again as the same",
        arguments: [
            (.multivariant, "index.m3u8"), (.soundMultivariant, "sound.m3u8"),
            (.playlist(picture), "v1.m3u8"), (.playlist(sound), "a2.m3u8"),
            (.keyFrames(picture), "v1-keys.m3u8"),
            (media(.initialization(version: 0)), "000000000000a1b2/v1/init-0.mp4"),
            (media(.segment(120)), "000000000000a1b2/v1/120.m4s"),
            (media(.part(0, of: 120), sound), "000000000000a1b2/a2/120.0.m4s"),
            (
                media(.part(37, of: 9_007_199_254_740_992)),
                "000000000000a1b2/v1/9007199254740992.37.m4s"
            ),
        ] as [(ResourceName, String)])
    func roundTrip(name: ResourceName, text: String) {
        #expect(name.text == text)
        #expect(read(text) == name)
    }

    @Test("DASH has its manifest, and the same names for media")
    func dash() {
        #expect(read("index.mpd", in: .dash) == .presentation)
        #expect(ResourceName.presentation.text == "index.mpd")
        #expect(read("low-latency.mpd", in: .dash) == .lowLatencyPresentation)
        #expect(ResourceName.lowLatencyPresentation.text == "low-latency.mpd")
        #expect(read("index.mpd") == nil && read("low-latency.mpd") == nil)
        #expect(read("index.m3u8", in: .dash) == nil)
        #expect(read("v1.m3u8", in: .dash) == nil)
        let segment = media(.segment(120))
        #expect(read(segment.text, in: .dash) == segment)
    }

    @Test("the longest numbers are read again")
    func longest() {
        let most: UInt64 = 9_999_999_999_999_999_999
        let name = ResourceName.media(
            MediaName(epoch: .max, rendition: picture, .part(most, of: most)))
        #expect(read(name.text) == name)
    }

    @Test(
        "what no name of ours looks like is none",
        arguments: [
            "", "/", ".", "..", "index", "index.m3u8/", "/index.m3u8", "INDEX.m3u8", "index.m3u8?",
            "v.m3u8", "v0.m3u8", "v01.m3u8", "v9.m3u8", "x1.m3u8", "v1-keys", "v1-keys.m3u8x",
            "v1-key.m3u8", "a1b2/v1/120.m4s", "000000000000A1B2/v1/120.m4s",
            "000000000000a1b2/", "000000000000a1b2/v1", "000000000000a1b2/v1/",
            "000000000000a1b2/v1/.m4s", "000000000000a1b2/v1/0120.m4s",
            "000000000000a1b2/v1/120.00.m4s", "000000000000a1b2/v1/120.1.2.m4s",
            "000000000000a1b2/v1/120.mp4", "000000000000a1b2/v1/120.m4s ",
            "000000000000a1b2/v1/-1.m4s", "000000000000a1b2/v1/init.mp4",
            "000000000000a1b2/v1/init-01.mp4", "000000000000a1b2/v1/init-1.m4s",
            "000000000000a1b2/v1/../120.m4s", "000000000000a1b2//v1/120.m4s",
            "000000000000a1b2/v1/99999999999999999999.m4s",
            "000000000000a1b2/v1/%31.m4s", "000000000000a1b2/v1/1.m4s/2.m4s",
            "00000000000000a1b2/v1/120.m4s",
            "000000000000a1b2/v1/1.00000000000000000000000000000000000000000000000.m4s",
        ])
    func foreign(path: String) {
        for root in ResourceName.Root.allCases { #expect(read(path, in: root) == nil) }
    }

    // MARK: Parts

    @Test(
        "T10: a part is listed under the name that was hinted, whether a new segment began or not")
    func hints() {
        // Segment 7 has three parts so far. The next part is hinted at as its fourth.
        let hinted = MediaName.listed(part: 3, of: 7, partsBefore: 5)
        #expect(hinted == .part(3, of: 7))
        // A key frame comes: it is the first part of segment 8.
        #expect(MediaName.listed(part: 0, of: 8, partsBefore: 3) == hinted)
        // After that, the hint and the second part agree without more ado.
        #expect(MediaName.listed(part: 1, of: 8, partsBefore: 3) == .part(1, of: 8))
    }

    @Test("names of listed parts never mean two things")
    func distinct() {
        var seen: Set<MediaName.Content> = []
        let counts: [UInt64] = [3, 1, 8, 2, 5]
        for (index, count) in counts.enumerated() {
            for part in 0..<count {
                let name = MediaName.listed(
                    part: part, of: UInt64(index) + 4,
                    partsBefore: index > 0 ? counts[index - 1] : nil)
                #expect(seen.insert(name).inserted)
            }
        }
    }

    @Test(
        "a segment that follows none begins with its own part 0", arguments: [nil, 0] as [UInt64?])
    func first(partsBefore: UInt64?) {
        #expect(MediaName.listed(part: 0, of: 8, partsBefore: partsBefore) == .part(0, of: 8))
        #expect(MediaName.listed(part: 0, of: 0, partsBefore: 4) == .part(0, of: 0))
    }
}

// Manifests of DASH, rule by rule.

import Testing

@testable import Media

private let epoch: UInt64 = 0xA1B2
private let clock = UTCTiming.iso(at: "/time?iso")

private func picture(_ segments: SegmentAddressing) -> AdaptationSet {
    AdaptationSet(
        rendition: RenditionName(kind: .video, track: 1),
        form: .picture(width: 1_280, height: 720, frameRateMilli: 29_970), codec: "avc1.64001F",
        bandwidth: Bandwidth(peak: 3_000_000, average: 2_000_000), timescale: 90_000,
        timeOffset: 900_000, producerMs: PlaylistBench.programDateMs,
        initializationTemplate: MediaName.initializationTemplate(epoch: epoch, version: 0),
        segmentTemplate: MediaName.segmentTemplate(epoch: epoch), segments: segments)
}

private func sound(_ segments: SegmentAddressing, label: String? = nil) -> AdaptationSet {
    AdaptationSet(
        rendition: RenditionName(kind: .audio, track: 2),
        form: .sound(sampleRateHz: 48_000, channels: 2), codec: "opus",
        bandwidth: Bandwidth(peak: 128_000, average: 120_000), language: "de", label: label,
        isDefault: false, timescale: 48_000, timeOffset: 480_000,
        producerMs: PlaylistBench.programDateMs,
        initializationTemplate: MediaName.initializationTemplate(epoch: epoch, version: 0),
        segmentTemplate: MediaName.segmentTemplate(epoch: epoch), segments: segments)
}

private func manifest(_ sets: [AdaptationSet], latency: LatencyTarget? = nil) -> MPD {
    MPD(
        availabilityStartMs: PlaylistBench.programDateMs - 10_000,
        publishedMs: PlaylistBench.programDateMs + 6_000, updatePeriodMs: 2_000,
        timeShiftMs: 60_000, longestSegmentMs: 4_000, minimumBufferMs: 2_000, clock: clock,
        latency: latency,
        periods: [PresentationPeriod(id: "p3", startMs: 10_000, sets: sets)])
}

@Test("X1: a live manifest suggests a delay, and one of low latency does not")
private func suggestedDelay() {
    func delays(_ manifest: MPD) -> Bool {
        var manifest = manifest
        manifest.suggestedDelayMs = 9_000
        return String(decoding: manifest.text, as: UTF8.self)
            .contains(" suggestedPresentationDelay=\"PT9.000S\"")
    }
    #expect(delays(manifest([picture(regularPicture)])))
    #expect(!delays(manifest([picture(regularPicture)], latency: lowLatency)))
    var ended = manifest([picture(regularPicture)])
    ended.endedAfterMs = 1
    #expect(!delays(ended))
}

private func lines(_ manifest: MPD) -> [String] {
    String(decoding: manifest.text, as: UTF8.self).split(separator: "\n").map(String.init)
}

private func timeline(_ starts: [(UInt64, UInt64)]) -> SegmentAddressing {
    .listed(
        starts.enumerated().map {
            TimedSegment(number: 10 + UInt64($0.offset), start: $0.element.0, ticks: $0.element.1)
        })
}

private let lowLatency = LatencyTarget(
    referenceID: 1, targetMs: 3_000, minimumMs: 2_000, maximumMs: 6_000)
private let regularPicture = SegmentAddressing.regular(
    RegularSegments(firstNumber: 10, ticks: 180_000, chunkTicks: 45_000))
private let regularSound = SegmentAddressing.regular(
    RegularSegments(firstNumber: 10, ticks: 96_000, chunkTicks: 24_000))

@Suite("Manifests of DASH")
struct MPDTests {
    @Test("X1, X3, X7, X12: a manifest of the live profile, as it stands")
    func live() {
        let picture = picture(timeline([(900_000, 180_000), (1_080_000, 180_000)]))
        let sound = sound(timeline([(480_000, 96_256)]), label: "Stage")
        #expect(
            String(decoding: manifest([picture, sound]).text, as: UTF8.self) == """
                <?xml version="1.0" encoding="UTF-8"?>
                <MPD xmlns="urn:mpeg:dash:schema:mpd:2011" \
                profiles="urn:mpeg:dash:profile:isoff-live:2011" type="dynamic" \
                availabilityStartTime="2026-11-28T11:59:50.250Z" \
                publishTime="2026-11-28T12:00:06.250Z" minimumUpdatePeriod="PT2.000S" \
                timeShiftBufferDepth="PT60.000S" maxSegmentDuration="PT4.000S" \
                minBufferTime="PT2.000S">
                  <Period id="p3" start="PT10.000S">
                    <AdaptationSet id="1" contentType="video" mimeType="video/mp4" \
                segmentAlignment="true">
                      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
                      <SegmentTemplate timescale="90000" presentationTimeOffset="900000" \
                initialization="000000000000a1b2/$RepresentationID$/init-0.mp4" \
                media="000000000000a1b2/$RepresentationID$/$Number$.m4s" startNumber="10">
                        <SegmentTimeline>
                          <S t="900000" d="180000" r="1"/>
                        </SegmentTimeline>
                      </SegmentTemplate>
                      <Representation id="v1" codecs="avc1.64001F" bandwidth="3000000" \
                width="1280" height="720" frameRate="29970/1000"/>
                    </AdaptationSet>
                    <AdaptationSet id="2" contentType="audio" mimeType="audio/mp4" lang="de" \
                segmentAlignment="true" startWithSAP="1">
                      <Label>Stage</Label>
                      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="alternate"/>
                      <SegmentTemplate timescale="48000" presentationTimeOffset="480000" \
                initialization="000000000000a1b2/$RepresentationID$/init-0.mp4" \
                media="000000000000a1b2/$RepresentationID$/$Number$.m4s" startNumber="10">
                        <SegmentTimeline>
                          <S t="480000" d="96256"/>
                        </SegmentTimeline>
                      </SegmentTemplate>
                      <Representation id="a2" codecs="opus" bandwidth="128000" \
                audioSamplingRate="48000">
                        <AudioChannelConfiguration \
                schemeIdUri="urn:mpeg:dash:23003:3:audio_channel_configuration:2011" value="2"/>
                      </Representation>
                    </AdaptationSet>
                  </Period>
                  <UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="/time?iso"/>
                </MPD>

                """)
    }

    @Test(
        "segments are listed in runs, and each says its time where it does not follow the last one")
    func runs() {
        let segments = timeline([
            (100, 10), (110, 10), (120, 10), (130, 12), (142, 12), (160, 12), (172, 10),
        ])
        let found = lines(manifest([picture(segments)])).filter { $0.contains("<S ") }
        #expect(
            found.map { $0.drop { $0 == " " } } == [
                "<S t=\"100\" d=\"10\" r=\"2\"/>", "<S d=\"12\" r=\"1\"/>",
                "<S t=\"160\" d=\"12\"/>", "<S d=\"10\"/>",
            ])
    }

    // MARK: Low latency

    @Test("X2, X4, X15: the low-latency profile says its profile, its latency and its scope")
    func profile() {
        let lines = lines(manifest([picture(regularPicture)], latency: lowLatency))
        #expect(
            lines[1].contains(
                "isoff-live:2011,http://www.dashif.org/guidelines/low-latency-live-v5\""))
        #expect(
            lines[2...6] == [
                "  <ServiceDescription id=\"0\">",
                "    <Scope schemeIdUri=\"urn:dvb:dash:lowlatency:scope:2019\"/>",
                "    <Latency referenceId=\"1\" target=\"3000\" max=\"6000\" min=\"2000\"/>",
                "    <PlaybackRate max=\"1.040\" min=\"0.960\"/>", "  </ServiceDescription>",
            ])
        let critical = "urn:dvb:dash:lowlatency:critical:2019\" value=\"true\""
        #expect(lines.contains { $0.contains(critical) })
    }

    @Test("X5: each set says when its time was, by the clock that the manifest names")
    func producerTimes() {
        let sets = [picture(regularPicture), sound(regularSound)]
        let lines = lines(manifest(sets, latency: lowLatency))
        let timing =
            "<UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:http-iso:2014\" value=\"/time?iso\"/>"
        for (id, offset) in [(1, 900_000), (2, 480_000)] {
            let tag =
                "      <ProducerReferenceTime id=\"\(id)\" type=\"encoder\" "
                + "wallClockTime=\"2026-11-28T12:00:00.250Z\" presentationTime=\"\(offset)\">"
            let index = lines.firstIndex(of: tag)
            #expect(index.map { lines[$0 + 1].contains(timing) } == true)
        }
        #expect(lines.count { $0.contains(timing) } == 3)
    }

    @Test("X7, X8: a set of chunks is there from its first chunk on, and not complete")
    func chunked() {
        let sets = [picture(regularPicture), sound(regularSound)]
        let templates = lines(manifest(sets, latency: lowLatency)).filter {
            $0.contains("<SegmentTemplate")
        }
        #expect(templates.count == 2)
        for (template, duration) in zip(templates, [180_000, 96_000]) {
            #expect(
                template.hasSuffix(
                    " startNumber=\"10\" duration=\"\(duration)\" availabilityTimeOffset=\"1.500\""
                        + " availabilityTimeComplete=\"false\"/>"))
        }
    }

    // MARK: Ends and names

    @Test("a template gives the names that are served")
    func templates() {
        func filled(_ template: String, _ rendition: RenditionName) -> String {
            template.split(separator: "$").map { part in
                switch part {
                case "RepresentationID": rendition.text
                case "Number": "120"
                default: String(part)
                }
            }.joined()
        }
        for rendition in [RenditionName(kind: .video, track: 1), .init(kind: .audio, track: 2)] {
            let segment = filled(MediaName.segmentTemplate(epoch: epoch), rendition)
            #expect(
                segment == MediaName(epoch: epoch, rendition: rendition, .segment(120)).text)
            let initialization = filled(
                MediaName.initializationTemplate(epoch: epoch, version: 3), rendition)
            let name = MediaName(
                epoch: epoch, rendition: rendition, .initialization(version: 3))
            #expect(initialization == name.text)
        }
    }

    @Test("an ended stream is a recording, without a clock or a latency")
    func ended() {
        var manifest = manifest([picture(regularPicture)], latency: lowLatency)
        manifest.endedAfterMs = 61_500
        let lines = lines(manifest)
        #expect(lines[1].contains("type=\"static\" mediaPresentationDuration=\"PT61.500S\""))
        for word in ["minimumUpdatePeriod", "publishTime", "UTCTiming", "ServiceDescription"] {
            #expect(!lines.contains { $0.contains(word) })
        }
    }

    @Test("no name of a broadcaster ends its attribute or its element")
    func names() {
        var set = sound(timeline([]), label: "<a> & \"b\"\u{0}\u{FFFE}ä𝄞")
        set.language = "x\"/><y\n"
        let lines = lines(manifest([set]))
        #expect(
            lines.contains("      <Label>&lt;a&gt; &amp; &quot;b&quot;\u{FFFD}\u{FFFD}ä𝄞</Label>"))
        #expect(lines.contains { $0.contains(" lang=\"x&quot;/&gt;&lt;y&#10;\" ") })
    }

    @Test("times that no stream has give some text, and do not trap")
    func hostile() {
        var set = picture(timeline([(.max, .max), (.max - 1, 5), (.max, 0)]))
        set.form = .picture(width: -1, height: .max, frameRateMilli: .max)
        set.timescale = 0
        #expect(!manifest([set]).text.isEmpty)
        set.segments = .regular(RegularSegments(firstNumber: .max, ticks: .max, chunkTicks: 0))
        #expect(!manifest([set], latency: lowLatency).text.isEmpty)
    }
}

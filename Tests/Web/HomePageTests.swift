import Testing

@testable import Web

@Suite struct HomePageTests {
    private func values(_ streams: [HomePage.Stream], nowMs: UInt64 = 0) -> [String: String] {
        HomePage(streams: HomePage.inOrder(streams), nowMs: nowMs, words: .english).values
    }

    @Test("a live stream's card says who, since when, for how many, and in what")
    func card() throws {
        let html = try #require(
            values([.example("alice", viewers: 1_234)], nowMs: 12 * 60_000)["streams"])
        for part in [
            #"data-name="alice" data-state="live""#, #"<span class="badge badge-live">Live</span>"#,
            #"<a href="/alice/watchLive">alice</a>"#, ">1,234 viewers<", ">live for 12 minutes<",
            #"<span class="tag">1280 × 720</span> <span class="tag">VP9</span>"#,
        ] {
            #expect(html.contains(part), "\(part)")
        }
    }

    @Test("a paused stream says so instead of for how long it has been live")
    func paused() throws {
        let html = try #require(values([.example("bob", state: .paused)])["streams"])
        #expect(html.contains(#"data-state="paused""#) && html.contains("badge-paused"))
        #expect(html.contains("interrupted") && !html.contains("live for"))
    }

    @Test("sound without a picture is called that")
    func soundOnly() throws {
        let stream = HomePage.Stream(
            name: "radio", state: .live, viewers: 1, startedAtMs: 0, hasPicture: false,
            pictureSize: nil, codec: "opus")
        let html = try #require(values([stream])["streams"])
        #expect(html.contains(">Sound only</span> <span class=\"tag\">Opus<"))
        #expect(html.contains(">1 viewer<"))
    }

    @Test("most viewers come first, then the older one, then names in order")
    func order() throws {
        let html = try #require(
            values([
                .example("d", viewers: 1), .example("c", viewers: 1), .example("b", viewers: 2),
                .example("a", viewers: 1, startedAtMs: 5),
            ])["streams"])
        let names = html.split(separator: "\n").compactMap { line in
            line.contains("data-name=\"") ? line.split(separator: "\"")[3] : nil
        }
        #expect(names == ["b", "c", "d", "a"])
    }

    @Test(
        "the summary counts broadcasts and viewers",
        arguments: [
            ([], "Nobody, at the moment."), ([1], "1 broadcast, 1 viewer"),
            ([2, 0], "2 broadcasts, 2 viewers"),
        ])
    func summary(viewers: [Int], text: String) {
        let streams = viewers.map { HomePage.Stream.example("s\($0)", viewers: $0) }
        #expect(values(streams)["summary"] == text)
    }

    @Test("a codec's name comes from the broadcaster and cannot become markup")
    func hostileCodec() throws {
        let html = try #require(values([.example("a", codec: "<script>")])["streams"])
        #expect(!html.contains("<script>") && html.contains("&lt;script&gt;"))
    }

    @Test("a clock that went back does not make a broadcast older than time")
    func clockWentBack() throws {
        let html = try #require(values([.example("a", startedAtMs: 5_000)], nowMs: 10)["streams"])
        #expect(html.contains("live for less than a minute"))
    }
}

@Suite struct FigureTests {
    @Test(
        "counts have their thousands apart and know one from many",
        arguments: [
            (0, "0 viewers"), (1, "1 viewer"), (999, "999 viewers"), (1_000, "1,000 viewers"),
            (1_002_030, "1,002,030 viewers"),
        ] as [(Int, String)])
    func count(number: Int, text: String) {
        #expect(Words.english("count.viewers", count: number) == text)
    }

    @Test(
        "durations are told in the largest unit that says something",
        arguments: [
            (0, "live for less than a minute"), (59_999, "live for less than a minute"),
            (60_000, "live for 1 minute"), (3_599_999, "live for 59 minutes"),
            (3_600_000, "live for 1 hour"), (47 * 3_600_000, "live for 47 hours"),
            (48 * 3_600_000, "live for 2 days"), (UInt64.max, "live for 213503982334 days"),
        ] as [(UInt64, String)])
    func since(ms: UInt64, text: String) {
        #expect(Words.english.live(forMs: ms).filter { $0 != "," } == text)
    }

    @Test("codecs are called what people call them")
    func codec() {
        #expect(Words.codec("h264") == "H.264" && Words.codec("av1") == "AV1")
        #expect(Words.codec("x_unknown") == "x_unknown")
    }
}

extension HomePage.Stream {
    fileprivate static func example(
        _ name: String, state: State = .live, viewers: Int = 0, startedAtMs: UInt64 = 0,
        codec: String = "vp9"
    ) -> Self {
        Self(
            name: name, state: state, viewers: viewers, startedAtMs: startedAtMs, hasPicture: true,
            pictureSize: PictureSize(width: 1280, height: 720), codec: codec)
    }
}

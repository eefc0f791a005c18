import Testing

@testable import Web

@Suite struct HomePageTests {
    private func values(_ streams: [HomePage.Stream], nowMs: UInt64 = 0) -> [String: String] {
        HomePage(
            streams: HomePage.inOrder(streams), nowMs: nowMs, words: .english, card: Self.card
        ).values
    }

    private static let card: Template = {
        let file = WebFile.all().first { $0.path == "Pages/stream-card.html" }
        return Template(String(decoding: file?.bytes ?? [], as: UTF8.self), words: .english)
    }()

    @Test("a live stream's card says what, who, since when, and for how many")
    func card() throws {
        let face = Face(
            name: "alice", displayName: "Alice A.", title: "Rowing & more", language: "pt-BR",
            picturePath: "/alice/picture?v=1")
        let stream = HomePage.Stream(
            face: face, state: .live, viewers: 1_234, startedAtMs: 0, hasPicture: true)
        let html = try #require(values([stream], nowMs: 12 * 60_000)["streams"])
        for part in [
            #"data-name="alice" data-state="live" data-hue="6""#,
            #"<span class="badge badge-live">Live</span>"#, ">1,234 viewers<",
            #"<h2 class="stream-title"><a href="/alice/watchLive" dir="auto" lang="pt-BR">"#
                + "Rowing &amp; more</a></h2>",
            #"<p class="stream-channel" dir="auto">Alice A.</p>"#, ">live for 12 minutes<",
            #"<span class="stream-kind"></span>"#, #"data-initial="A""#,
            #"<img loading="lazy" alt="" src="/alice/picture?v=1">"#,
        ] {
            #expect(html.contains(part), "\(part)")
        }
        // What only those who look for it want to know is beside the player.
        #expect(!html.contains("1280") && !html.contains("VP9"))
    }

    @Test("without a title, a card is called as its channel is, once")
    func untitled() throws {
        let html = try #require(values([.example("alice")])["streams"])
        #expect(html.contains(#"dir="auto">alice</a>"#) && !html.contains("<img"))
        #expect(html.contains(#"<p class="stream-channel" dir="auto"></p>"#))
    }

    @Test("search and order are offered from twelve broadcasts on", arguments: [11, 12])
    func browse(count: Int) {
        let streams = (0..<count).map { HomePage.Stream.example("s\($0)") }
        #expect(values(streams)["browse-attributes"] == (count < 12 ? " hidden" : ""))
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
            face: Face(name: "radio"), state: .live, viewers: 1, startedAtMs: 0, hasPicture: false)
        let html = try #require(values([stream])["streams"])
        #expect(html.contains(#"<span class="stream-kind">Sound only</span>"#))
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

    @Test("what a broadcaster writes cannot become markup")
    func hostile() throws {
        let evil = "\"><script>'"
        let face = Face(name: "a", displayName: evil, title: evil, language: "\" x=\"")
        let stream = HomePage.Stream(
            face: face, state: .live, viewers: 0, startedAtMs: 0, hasPicture: true)
        let html = try #require(values([stream])["streams"])
        #expect(!html.contains("<script>") && !html.contains("x=\""))
        #expect(html.contains("&quot;&gt;&lt;script&gt;&#39;"))
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
}

extension HomePage.Stream {
    fileprivate static func example(
        _ name: String, state: State = .live, viewers: Int = 0, startedAtMs: UInt64 = 0
    ) -> Self {
        Self(
            face: Face(name: name), state: state, viewers: viewers, startedAtMs: startedAtMs,
            hasPicture: true)
    }
}

import HTTP
import Testing

@testable import ChannelRoutes

@Suite struct OEmbedQuestionTests {
    private func ask(_ query: String) throws(Problem) -> OEmbedQuestion {
        try OEmbedQuestion(query: query[...], origin: "https://live.example:8443")
    }

    private static let page = "url=https%3A%2F%2Flive.example%3A8443%2Fanna%2FwatchLive"

    @Test(
        "the address of a channel is understood as people have it",
        arguments: [
            page, "url=https://LIVE.example:8443/Anna/embed", "\(page)%3Fvia%3Dhls&format=json",
            "url=https://live.example:8443/anna/live%23x",
        ])
    func addresses(query: String) throws {
        #expect(try ask(query).name.text == "anna")
    }

    @Test("the port that https has anyway may be left out")
    func port() throws {
        let question = try OEmbedQuestion(
            query: "url=https://live.example:443/anna/embed", origin: "https://live.example")
        #expect(question.name.text == "anna")
    }

    @Test(
        "everything else is refused with the status that oEmbed has for it",
        arguments: [
            ("", 400), ("url=%zz", 400), ("\(page)&maxwidth=0", 400), ("\(page)&maxheight=x", 400),
            ("\(page)&format=xml", 501), ("url=https://evil.example/anna/watchLive", 404),
            ("url=https://live.example/anna/watchLive", 404),
            ("url=http://live.example:8443/anna/watchLive", 404),
            ("url=https://live.example:8443/anna/still", 404),
            ("url=https://live.example:8443/a%2520b/embed", 404),
            ("url=https://live.example:8443//anna/embed", 404),
        ])
    func refused(query: String, status: Int) {
        #expect {
            _ = try ask(query)
        } throws: { error in
            (error as? Problem)?.status == status
        }
    }

    @Test(
        "a player has the shape of a film, and is no larger than was asked for",
        arguments: [
            ("", 640, 360), ("&maxwidth=320", 320, 180), ("&maxheight=90", 160, 90),
            ("&maxwidth=9999&maxheight=9999", 640, 360), ("&maxwidth=1", 1, 1),
            ("&maxwidth=300&maxheight=300", 300, 168),
        ])
    func size(limits: String, width: Int, height: Int) throws {
        let code = try ask(Self.page + limits).code
        #expect((code.width, code.height) == (width, height))
    }
}

import Testing

@testable import Worker

@Suite struct AccountFieldTests {
    @Test("the texts of a JSON object are read, and what is no text is there without one")
    func objects() throws {
        let text = #"{"username":"an\u006ea","password":7,"nothing":null,"more":{"a":"b"}}"#
        let fields = try #require(JSONFields.read(Array(text.utf8)))
        #expect(fields["username"] == .some("anna"))
        #expect(fields["password"] == .some(nil))
        #expect(fields["nothing"] == .some(nil))
        #expect(fields["more"] == .some(nil))
        #expect(fields["absent"] == nil)
    }

    @Test(
        "what is no JSON object is refused",
        arguments: [
            "", "{", "[]", "null", "\"text\"", "{\"a\":\"b\"", "{\"a\":\"b\"} x", "{a:1}",
            String(repeating: "{\"a\":", count: 1_600),
        ])
    func badObjects(text: String) {
        #expect(JSONFields.read(Array(text.utf8)) == nil)
    }

    @Test(
        "one can only be sent on to a path of this server",
        arguments: [
            ("/live", true), ("/anna/watchLive?a=b", true), ("//evil.example", false),
            ("https://evil.example", false), ("/\\evil.example", false), ("", false),
            ("live", false), ("/a b", false), ("/a\r\nset-cookie: x", false),
            ("/" + String(repeating: "a", count: 600), false),
        ])
    func next(path: String, isLocal: Bool) {
        #expect(AccountCall.next(path) == (isLocal ? path : nil))
    }

    @Test("nowhere to go on to is nowhere")
    func nowhere() {
        #expect(AccountCall.next(String?.none) == nil)
    }
}

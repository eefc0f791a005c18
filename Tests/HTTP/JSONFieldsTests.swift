import Testing

@testable import HTTP

@Suite struct JSONFieldsTests {
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
}

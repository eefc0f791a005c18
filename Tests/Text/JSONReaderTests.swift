// Reading JSON: what Weir writes comes back, and nothing else than JSON is taken.

import Testing

@testable import Text

struct JSONReaderTests {
    @Test(
        "what was written is read",
        arguments: [
            JSONValue.null, .boolean(true), .integer(.min), .integer(.max), .string(""),
            .string("a\"b\\c\nd\u{1}e\u{1F600}ä"), .array([]), .object([]),
            .array([.null, .array([.integer(0)])]),
            .object([JSONMember("a", .object([JSONMember("b", .string("c"))]))]),
        ])
    func roundTrip(value: JSONValue) {
        #expect(JSONValue(parsing: Array(value.text.utf8)) == value)
    }

    @Test(
        "JSON of others is read",
        arguments: [
            (" [ 1 , -2 ] ", JSONValue.array([.integer(1), .integer(-2)])),
            (#""\ud83d\ude00\u0041\/\t""#, .string("\u{1F600}A/\t")),
            ("{\"a\"\n:true}", .object([JSONMember("a", .boolean(true))])),
        ])
    func foreign(text: String, value: JSONValue) {
        #expect(JSONValue(parsing: Array(text.utf8)) == value)
    }

    @Test(
        "everything else is refused",
        arguments: [
            "", "[", "]", "{", "{\"a\"}", "{\"a\":}", "{a:1}", "[1,]", "{\"a\":1,}", "[1 2]", "1.5",
            "1e3", "01", "-", "+1", "9223372036854775808", "nul", "tru", "\"", "\"\\x\"", "\"\n\"",
            "\"\\ud83d\"", "\"\\ude00\"", "\"\\u00g0\"", "1 2", "true false",
        ])
    func refused(text: String) {
        #expect(JSONValue(parsing: Array(text.utf8)) == nil)
    }

    @Test("a text that is not UTF-8 is refused, and so is what is nested too deeply")
    func bounds() {
        #expect(JSONValue(parsing: [0x22, 0xFF, 0x22]) == nil)
        let deep = String(repeating: "[", count: 10_000)
        #expect(JSONValue(parsing: Array(deep.utf8)) == nil)
        let nested = String(repeating: "[", count: 16) + String(repeating: "]", count: 16)
        #expect(JSONValue(parsing: Array(nested.utf8)) != nil)
    }

    @Test("members are found by name")
    func members() {
        let value = JSONValue.object([
            JSONMember("a", .integer(1)), JSONMember("b", .string("x")),
            JSONMember("c", .array([.null])), JSONMember("d", .boolean(false)),
        ])
        #expect(value["a"]?.integer == 1)
        #expect(value["b"]?.string == "x")
        #expect(value["c"]?.array == [.null])
        #expect(value["d"]?.boolean == false)
        #expect(value["e"] == nil)
        #expect(value["a"]?.string == nil)
        #expect(value["a"]?["a"] == nil)
    }
}

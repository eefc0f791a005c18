import Testing

@testable import StreamState

@Suite struct StreamNameTests {
    @Test(
        "letters, digits, dash and underscore make a name",
        arguments: ["bob", "0ab", "a-b_c", String(repeating: "a", count: 32)])
    func accepted(_ raw: String) throws {
        #expect(try StreamName(raw).text == raw)
        let bytes = Array(raw.utf8)
        #expect(try StreamName(bytes.span) == StreamName(raw))
    }

    @Test("capitals are folded") func folded() throws {
        #expect(try StreamName("BoB-1").text == "bob-1")
    }

    @Test(
        "what could leave the directory, confuse or mislead is no name",
        arguments: [
            "", "ab", String(repeating: "a", count: 33), "..", "...", "a/b", "../etc", "%2e%2e",
            "a%00b", "a\0b", "_ab", "-ab", "a.b", "a b", "ünï", "İst", "ab\u{212A}", "a\\b", "a\nb",
        ])
    func refused(_ raw: String) {
        #expect(throws: StreamName.Invalid.malformed) { try StreamName(raw) }
    }

    @Test("Weir's own paths are reserved, in capitals too", arguments: ["api", "Live", "ASSETS"])
    func reserved(_ raw: String) {
        #expect(throws: StreamName.Invalid.reserved) { try StreamName(raw) }
    }
}

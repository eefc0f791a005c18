import Testing

@testable import AccountRoutes

@Suite struct AccountFieldTests {
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

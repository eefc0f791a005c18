// Addresses of streams as people paste them.

import Testing

@testable import Worker

@Suite struct StreamAddressTests {
    private func path(_ text: String) -> [Substring]? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        return StreamAddress(Array(parts))?.path
    }

    @Test(
        "what is meant is understood",
        arguments: [
            ("//alice/live", "alice/live"), ("/alice//live", "alice/live"),
            ("/alice/live/", "alice/live"), ("///alice///live///", "alice/live"),
            ("/alice/%6Cive", "alice/live"), ("/%61lice/l%69ve", "alice/live"),
            ("/a%2Db/live", "a-b/live"), ("/alice/live%20", "alice/live"),
            ("/alice/live%0D%0A", "alice/live"), ("/alice/live/%20", "alice/live"),
            ("/ALICE//live", "alice/live"), ("/alice/watchLive/", "alice/watchLive"),
            ("/alice//embed", "alice/embed"), ("/live/", "live"), ("//live", "live"),
        ])
    func meant(sent: String, expected: String) {
        #expect(path(sent) == expected.split(separator: "/"))
    }

    @Test("media is at one kind of them")
    func media() {
        #expect(StreamAddress(["", "alice", "live"])?.isOfMedia == true)
        #expect(StreamAddress(["", "live"])?.isOfMedia == false)
        #expect(StreamAddress(["alice", "", "watchLive"])?.isOfMedia == false)
    }

    @Test(
        "what is right, or no address of a stream, is left as it is",
        arguments: [
            "/", "//", "/live", "/alice/live", "/ALICE/live", "/alice/watchLive", "/alice",
            "/alice/",
            "/alice/live/x",
            "/alice/LIVE/", "/api/streams/", "/api//live", "//login/live", "/a//live", "/%/live",
            "/../live/", "/./live/", "/%2e%2e/live", "/..%2f..%2fx/live", "/alice%2flive/",
            "/alice%00/live", "/%256Cive/live/", "/alice/%256Cive", "/\\evil.example//live",
            "/evil.example//live", "/%20alice/live", "/%0aalice//live",
        ])
    func left(sent: String) {
        #expect(path(sent) == nil)
    }
}

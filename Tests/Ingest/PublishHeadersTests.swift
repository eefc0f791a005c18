import Settings
import StreamState
import Testing

@testable import Ingest

@Suite struct PublishHeadersTests {
    private func headers(
        chunk: String? = nil, takeOver: String? = nil, target: String = "/somebody/live"
    ) throws -> PublishHeaders {
        try PublishHeaders(chunk: chunk, takeOver: takeOver, target: target)
    }

    @Test("a request that says nothing has no chunk and takes over from nobody")
    func nothing() throws {
        let headers = try headers()
        #expect(headers.chunk == nil)
        #expect(!headers.wantsTakeOver)
    }

    @Test(
        "a chunk has a session and a number",
        arguments: [
            ("s/0", 0), ("a-B_9./18446744073709551614", UInt64.max - 1), ("s/007", 7),
            (String(repeating: "s", count: Limits.chunkSessionCharacters) + "/1", 1),
        ] as [(String, UInt64)])
    func chunk(_ field: String, _ number: UInt64) throws {
        let chunk = try #require(try headers(chunk: field).chunk)
        #expect(chunk.number == number)
        #expect(chunk.session != 0)
    }

    @Test("sessions are told apart by every character, and not by the number")
    func sessions() throws {
        let sessions = try ["a/1", "a/2", "A/1", "a./1"].map {
            try headers(chunk: $0).chunk?.session
        }
        #expect(sessions[0] == sessions[1])
        #expect(Set(sessions).count == 3)
    }

    @Test(
        "what is no chunk is refused, not guessed",
        arguments: [
            "", "/", "s", "s/", "/1", "s/1/2", "s/-1", "s/+1", "s/1.5", "s/ 1", " s/1", "s/1 ",
            "a b/1", "s/18446744073709551615", "s/99999999999999999999", "ä/1", "s/١", "s\0/1",
            String(repeating: "s", count: Limits.chunkSessionCharacters + 1) + "/1",
        ])
    func noChunk(_ field: String) {
        #expect(throws: PublishHeaders.BadChunkNumber.self) { try headers(chunk: field) }
    }

    @Test(
        "only a plain 1 takes over",
        arguments: [
            ("1", "/n/live", true), (nil, "/n/live?take-over=1", true),
            (nil, "/n/live?key=x&take-over=1", true), ("0", "/n/live?take-over=1", true),
            ("true", "/n/live", false), ("1 ", "/n/live", false), ("", "/n/live", false),
            (nil, "/n/live?take-over=0", false), (nil, "/n/live?take-over", false),
            (nil, "/n/live?take-over=1&take-over=1", false), (nil, "/take-over=1/live", false),
        ] as [(String?, String, Bool)])
    func takeOver(_ field: String?, _ target: String, _ expected: Bool) throws {
        #expect(try headers(takeOver: field, target: target).wantsTakeOver == expected)
    }
}

import Testing

@testable import HTTP

@Suite struct ContentNegotiationTests {
    @Test(
        "gzip is used for those who say that they take it",
        arguments: [
            ("gzip", true), ("gzip, deflate, br, zstd", true), ("br;q=1.0, GZIP;q=0.5", true),
            ("*", true), ("deflate , gzip ; q=0.001", true), ("identity", false), ("", false),
            ("gzip;q=0", false), ("gzip;q=0.000, *", false), ("*;q=0", false), (",,;", false),
        ])
    func gzip(field: String, isAccepted: Bool) {
        #expect(ContentCoding.acceptsGzip(field) == isAccepted)
    }

    @Test("nothing is compressed for those who do not say")
    func silent() { #expect(!ContentCoding.acceptsGzip(nil)) }

    @Test(
        "an entity tag is found among others, weak or strong",
        arguments: [
            ("\"a\"", true), ("\"b\" ,W/\"a\"", true), ("*", true), ("\"A\"", false), ("a", false),
            ("", false),
        ])
    func tags(field: String, isFound: Bool) {
        #expect(EntityTags(field).contain("\"a\"") == isFound)
    }
}

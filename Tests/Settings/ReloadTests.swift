// What a reload takes over.

import Testing

@testable import Settings

private func settings(_ values: [Setting.Name: [String]]) throws -> Settings {
    var given = GivenSettings()
    for (name, texts) in values.merging(
        [.cert: ["c"], .key: ["k"]], uniquingKeysWith: { a, _ in a })
    {
        given[name] = GivenSettings.Entry(texts: texts, source: .flag)
    }
    return try Settings(given, processors: 2)
}

@Suite("A reload") struct ReloadTests {
    @Test("takes over what a running server can change")
    func changes() throws {
        let old = try settings([.grace: ["5"], .workers: ["1"]])
        let new = try settings([.grace: ["6"], .workers: ["3"], .cert: ["other"]])
        let result = try old.reloaded(as: new)
        #expect(result.settings == new)
        #expect(result.waiting == [])
    }

    @Test("keeps what the running server is made of, and names it")
    func waits() throws {
        let old = try settings([.listen: [":1"], .data: ["here"], .grace: ["5"]])
        let new = try settings([.listen: [":2"], .data: ["there"], .grace: ["6"]])
        let result = try old.reloaded(as: new)
        #expect(result.waiting == [.listen, .data])
        #expect(result.settings.listen == old.listen)
        #expect(result.settings.dataDirectory == "here")
        #expect(result.settings.graceMs == 6_000)
        let again = try result.settings.reloaded(as: new)
        #expect(again.waiting == [.listen, .data], "it is said each time")
    }
}

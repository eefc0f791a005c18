// The configuration file.

import Testing

@testable import Settings

private func parse(_ text: String) throws(SettingsError) -> GivenSettings {
    try ConfigurationFile.parse(Array(text.utf8), path: "weir.toml")
}

private func message(_ text: String) -> String? {
    do {
        _ = try parse(text)
        return nil
    } catch {
        return error.description
    }
}

struct ConfigurationFileTests {
    @Test("text, whole and decimal numbers arrive as they would from a flag")
    func values() throws {
        let given = try parse("ring-size = \"64M\"\nworkers = 2\ngrace = 1.1\nmax-lag = 0x10\n")
        #expect(given[.ringSize]?.texts == ["64M"])
        #expect(given[.workers]?.texts == ["2"])
        #expect(given[.grace]?.texts == ["1.1"])
        #expect(given[.maxLag]?.texts == ["16"])
        #expect(given[.maxLag]?.source == .file(path: "weir.toml", line: 4))
        #expect(given[.listen] == nil)
    }

    @Test("a list is an array, or one value")
    func lists() throws {
        let array = try parse("cors-origin = [\n \"https://a.example\",\n \"https://b.example\" ]")
        #expect(array[.corsOrigin]?.texts == ["https://a.example", "https://b.example"])
        #expect(try parse("listen = \":1\"")[.listen]?.texts == [":1"])
        #expect(try parse("cors-origin = []")[.corsOrigin]?.texts == [])
    }

    @Test("an empty file sets nothing")
    func empty() throws {
        #expect(try parse("") == GivenSettings())
        #expect(try parse("# nothing\n") == GivenSettings())
    }

    @Test(
        "an unknown key is an error with the nearest known one",
        arguments: [
            ("\nringsize = 1", "2: unknown setting \"ringsize\"; did you mean ring-size?"),
            ("grase = 1", "1: unknown setting \"grase\"; did you mean grace?"),
            ("ring_size = 1", "1: unknown setting \"ring_size\"; did you mean ring-size?"),
        ])
    func unknown(text: String, expected: String) {
        #expect(message(text) == "weir.toml:" + expected)
    }

    @Test(
        "what no setting can be is refused with its line",
        arguments: [
            "\ngrace = true", "\ngrace = 2026-01-01", "\ngrace = [1]", "\nlisten = [[\":1\"]]",
            "\ngrace = {}", "\n[grace]", "\n[grace]\nx = 1", "\nlisten = [{a = 1}]",
        ])
    func wrongKind(text: String) throws {
        #expect(try #require(message(text)).hasPrefix("weir.toml:"))
    }

    @Test(
        "what is not TOML is refused with its line",
        arguments: [
            "\ngrace", "\ngrace = ", "\ngrace = 1\ngrace = 2", "\n= 1", "\ngrace = \"",
            "\n\u{0}", "\n[", "\ngrace = 1 2",
        ])
    func invalid(text: String) throws {
        let text = try #require(message(text))
        #expect(text.hasPrefix("weir.toml:2: not valid TOML: ") || text.hasPrefix("weir.toml:3: "))
        #expect(!text.contains("\n"))
    }

    @Test(
        "what the parser itself stumbles over is refused as well",
        arguments: ["[[[", "[[", "[", "[[[]", "a = [[[", "a.b.", "[a.", "\u{0}\u{1}"])
    func stumbling(text: String) throws {
        #expect(try #require(message(text)).hasPrefix("weir.toml:"))
    }

    @Test("bytes that are not UTF-8 are refused, not guessed at")
    func encoding() {
        #expect(throws: SettingsError.self) {
            try ConfigurationFile.parse(Array("data = \"".utf8) + [0xFF, 0x22], path: "f")
        }
    }

    @Test("deep nesting and long files end as errors")
    func hostile() {
        #expect(message("listen = " + String(repeating: "[", count: 10_000)) != nil)
        #expect(message(String(repeating: "#", count: 300_000))?.contains("longer") == true)
    }
}

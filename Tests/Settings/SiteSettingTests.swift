// The settings by which a server has a face of its own.

import Testing

@testable import Settings

@Suite struct SiteSettingTests {
    private func settings(_ name: Setting.Name, _ text: String) throws -> Settings {
        var given = GivenSettings()
        for (name, text) in [(Setting.Name.cert, "c"), (.key, "k"), (name, text)] {
            given[name] = GivenSettings.Entry(texts: [text], source: .environment)
        }
        return try Settings(given, processors: 1)
    }

    @Test("they have defaults")
    func defaults() throws {
        let settings = try settings(.cert, "c")
        #expect(settings.siteName == "Weir" && settings.siteText.isEmpty)
        #expect(settings.signUpText.isEmpty)
        #expect(settings.siteAccent == nil && settings.siteLogo == nil)
    }

    @Test(
        "words reach a worker unchanged, whatever they begin with",
        arguments: ["a=b ü 🍞", "\u{301}x", "=", "語", "a, b"])
    func words(text: String) throws {
        for name in [Setting.Name.siteName, .siteText, .signUpText] {
            let given = try settings(name, text)
            let inherited = try Settings(encoded: given.encoded())
            #expect(inherited == given)
            let read = [inherited.siteName, inherited.siteText, inherited.signUpText]
            #expect(read.contains(text))
        }
    }

    @Test("white space around words is not part of them")
    func space() throws {
        #expect(try settings(.siteName, "  Stage ").siteName == "Stage")
        #expect(try settings(.siteText, " ").siteText.isEmpty)
    }

    static let refused: [(Setting.Name, String)] = [
        (.siteName, ""), (.siteName, " "), (.siteName, String(repeating: "x", count: 61)),
        (.siteName, "a\u{202E}b"), (.siteName, "a\u{2028}b"), (.siteName, "a\nb"),
        (.siteName, "a" + String(repeating: "\u{301}", count: 400)),
        (.siteText, String(repeating: "x", count: 501)),
        (.signUpText, String(repeating: "x", count: 501)),
        (.siteAccent, "red"), (.siteAccent, "#fff"), (.siteAccent, "#12345g"),
        (.siteAccent, "#-12345"), (.siteAccent, "#+12345"), (.siteAccent, "123456"),
        (.siteAccent, "#1234567"), (.siteLogo, ""),
    ]

    @Test("what cannot be used is refused, and named", arguments: refused)
    func wrong(name: Setting.Name, text: String) {
        #expect {
            _ = try settings(name, text)
        } throws: { error in
            "\(error)".hasPrefix(Setting.named(name).environmentName)
        }
    }

    @Test("the longest that is allowed is taken")
    func longest() throws {
        #expect(try settings(.siteName, String(repeating: "語", count: 60)).siteName.count == 60)
        #expect(try settings(.siteText, String(repeating: "ü", count: 500)).siteText.count == 500)
        #expect(try settings(.siteAccent, "#ABCDEF").siteAccent == "#abcdef")
    }
}

// The tables of words: each says what the others say, and what comes of them on a page.

import Testing
import Text

@testable import Web

@Suite struct WordTableTests {
    private static let files = WebFile.all()
    private static let languages = WebSites.languages(in: files)

    private static func texts(_ words: Words) -> [String: [String: WordText]] {
        guard case .object(let members) = words.table else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: members.map { member in
                guard case .object(let forms) = member.value else {
                    return (member.name, ["": WordText(member.value.string ?? "")])
                }
                let texts = forms.map { ($0.name, WordText($0.value.string ?? "")) }
                return (member.name, Dictionary(uniqueKeysWithValues: texts))
            })
    }

    private static func gaps(_ texts: [String: WordText]?) -> Set<String> {
        (texts ?? [:]).values.reduce(into: []) { $0.formUnion($1.gaps) }
    }

    @Test("there are German and Spanish beside English")
    func found() {
        #expect(Self.languages.first == "en" && Set(Self.languages).isSuperset(of: ["de", "es"]))
    }

    @Test("each table has the keys and the gaps of the English one", arguments: languages)
    func same(language: String) {
        let english = Self.texts(.english)
        let own = Self.texts(Words(language: language, in: Self.files))
        #expect(Set(own.keys) == Set(english.keys))
        for (key, texts) in own {
            #expect(Self.gaps(texts) == Self.gaps(english[key]), "\(key)")
            #expect((texts[""] == nil) == (english[key]?[""] == nil), "\(key) is counted")
        }
    }

    @Test("what is counted has every form of its language, and no other", arguments: languages)
    func forms(language: String) {
        let wanted = Set(PluralRule(language: language).forms.map(\.rawValue))
        for (key, texts) in Self.texts(Words(language: language, in: Self.files))
        where texts[""] == nil {
            #expect(Set(texts.keys) == wanted, "\(key)")
        }
    }

    @Test("no text is empty, or begins or ends with a space", arguments: languages)
    func trimmed(language: String) {
        for (key, texts) in Self.texts(Words(language: language, in: Self.files)) {
            for text in texts.values {
                let filled = text.filled(with: Dictionary(text.gaps.map { ($0, "x") }) { $1 })
                #expect(filled.first.map { $0 != " " } ?? false, "\(key)")
                #expect(filled.last != " ", "\(key)")
            }
        }
    }

    @Test("numbers are written as each language does")
    func numbers() {
        #expect(Words.german("count.viewers", count: 1_234) == "1.234 Zuschauer")
        #expect(Words.spanish("count.viewers", count: 1_234) == "1234 espectadores")
        #expect(Words.spanish("count.viewers", count: 12_345) == "12.345 espectadores")
        #expect(
            Words.spanish("count.viewers", count: 2_000_000) == "2.000.000 de espectadores")
        #expect(Words.german.bytes(1_234_567) == "1,2 MB")
        #expect(CalendarTime(ms: 0).date(.german) == "1. Januar 1970")
        #expect(CalendarTime(ms: 0).dateAndTime(.spanish) == "1 ene 1970, 00:00 UTC")
    }

    @Test("a page says in which language it is, and in which direction that is written")
    func direction() {
        let english = String(
            decoding: Self.files.first { $0.path == "Words/en.json" }?.bytes ?? [],
            as: UTF8.self)
        let mirrored = english.replacing(#""direction": "ltr""#, with: #""direction": "rtl""#)
        let files = Self.files + [WebFile("Words/ar.json", mirrored)]
        let sites = WebSites(offersSignUp: true, files: files)
        #expect(sites.languages.contains("ar"))
        for (language, tag) in [
            ("ar", #"<html lang="ar" dir="rtl">"#), ("de", #"<html lang="de" dir="ltr">"#),
        ] {
            let site = sites.site(in: language)
            for page in [
                site.notFound(visitor: .anonymous), site.embed(ChannelPreview(Face(name: "bob"))),
            ] {
                #expect(page.language == language)
                #expect(String(decoding: page.bytes, as: UTF8.self).contains(tag))
            }
        }
    }

    @Test("words cannot become markup, and what they surround stays markup")
    func escaped() {
        let table = """
            {"language": {"direction": "ltr", "decimal": ".", "group": ",", "groupFrom": 1000},
             "words": {"a": "<{b}>{name}{/b}"}}
            """
        let words = Words(language: "en", table: Array(table.utf8))
        let html = words.html("a", ["b": "<b>", "/b": "</b>", "name": "x"])
        #expect(html == "&lt;<b>&gt;x</b>")
    }
}

@Suite struct ScriptWordTests {
    private let assets = WebSites(offersSignUp: true).assets

    /// Compressed, as browsers get it.
    private func bytes(of path: String) throws -> Int {
        let document = try #require(assets.document(at: path))
        return document.gzipBytes?.count ?? document.bytes.count
    }

    @Test(
        "a page loads the words that its scripts say, in its language, and no others",
        arguments: [("home", 800), ("account", 1_000), ("watch", 2_400), ("live", 5_200)])
    func light(page: String, mostBytes: Int) throws {
        for language in WebSites.languages(in: WebFile.all()) {
            #expect(try bytes(of: "words/\(page).\(language).js") < mostBytes, "\(language)")
        }
        let text = String(
            decoding: try #require(assets.document(at: "words/\(page).de.js")).bytes,
            as: UTF8.self)
        #expect(text.hasPrefix("import { setWords } from '../common/words.js';"))
        #expect(text.contains("Kopiert"))
        #expect(text.contains("Studio") == false && text.contains("Angemeldet") == false)
    }

    @Test("a script's words run before it, in the pack of its page", arguments: ["en", "de"])
    func order(language: String) throws {
        let page = WebSite(language: language)
            .watch(ChannelPreview(Face(name: "bob")), visitor: .anonymous)
        let path = "packed/watch/watch.\(language).js"
        #expect(
            String(decoding: page.bytes, as: UTF8.self)
                .contains("<script type=\"module\" src=\"\(assets.address(of: path))\"></script>"))
        let pack = String(
            decoding: try #require(assets.document(at: path)).bytes, as: UTF8.self)
        let words = try #require(pack.firstRange(of: "weirModules['words/watch.\(language).js']"))
        let script = try #require(pack.firstRange(of: "weirModules['watch/watch.js']"))
        #expect(words.lowerBound < script.lowerBound)
    }
}

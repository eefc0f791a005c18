import Testing

@testable import Web

@Suite struct AssetTests {
    @Test("the words of a page are those that its modules name, also those that come later")
    func words() throws {
        let assets = Assets([
            WebFile(
                "Assets/live/live.js",
                "import './a.js';\nconst { b } = await import('./b.js');\n"),
            WebFile("Assets/live/a.js", "word('here');"),
            WebFile("Assets/live/b.js", "import './c.js';"),
            WebFile("Assets/live/c.js", "word('then.said');"),
            WebFile("Assets/common/frame.js", ""),
            WebFile("Assets/common/words.js", "export function setWords(words) {}"),
            WebFile(
                "Words/en.json",
                #"{"language": {"direction": "ltr", "decimal": ".", "group": ",", "groupFrom": 1000},"#
                    + #""words": {"then.said": "Hello", "never.said": "Bye"}}"#),
        ])
        for path in ["words/live.en.js", "packed/live/live.en.js"] {
            let words = try #require(assets.document(at: path))
            let said = String(decoding: words.bytes, as: UTF8.self)
            #expect(said.contains("Hello") && !said.contains("Bye"), "\(path)")
        }
    }

    @Test("the version changes with any byte and with any name")
    func version() {
        let versions = [
            Assets([WebFile("Assets/a.css", "1")]), Assets([WebFile("Assets/a.css", "2")]),
            Assets([WebFile("Assets/b.css", "1")]), Assets([]),
        ].map(\.version)
        #expect(Set(versions).count == versions.count)
    }

    @Test(
        "only assets are served, by their exact path",
        arguments: ["", "..", "../Pages/home.html", "Pages/home.html", "BASE.CSS"])
    func unknown(path: String) {
        #expect(Assets(WebFile.all()).document(at: path) == nil)
    }

    @Test("large documents are compressed, small ones are not")
    func compression() throws {
        let large = Document(
            contentType: "text/css", bytes: Array(repeating: 32, count: 4_096), effort: .thorough)
        let compressed = try #require(large.gzipBytes)
        #expect(compressed.starts(with: [0x1F, 0x8B]) && compressed.count < 100)
        #expect(large.gzipEntityTag != large.entityTag)
        #expect(Document(contentType: "text/css", bytes: [32], effort: .quick).gzipBytes == nil)
    }
}

extension WebFile {
    init(_ path: String, _ text: String) {
        self.init(path: path, bytes: Array(text.utf8))
    }
}

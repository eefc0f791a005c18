import Testing

@testable import Web

@Suite struct AssetTests {
    @Test("the modules of a page are found through all levels of imports")
    func modules() {
        let assets = Assets([
            WebFile(
                "Assets/live/live.js", "import { a } from './a.js';\nconst x = 'from ./no.js';"),
            WebFile("Assets/live/a.js", "import {\n  b,\n} from '../common/b.js';"),
            WebFile("Assets/common/b.js", "import '../live/a.js';\nexport { c } from './c.js';"),
            WebFile("Assets/common/c.js", ""),
        ])
        #expect(
            assets.modules(of: "live/live.js") == [
                "live/live.js", "live/a.js", "common/b.js", "common/c.js",
            ])
    }

    @Test("what a script may load later is not loaded with the page, but its words are there")
    func later() throws {
        let assets = Assets([
            WebFile(
                "Assets/live/live.js",
                "import './a.js';\nconst { b } = await import('./b.js');\n"
                    + "/** @type {import('./no.js').B} */ let x;"),
            WebFile("Assets/live/a.js", "word('here');"),
            WebFile("Assets/live/b.js", "import './c.js';"),
            WebFile("Assets/live/c.js", "word('then.said');"),
            WebFile("Assets/common/frame.js", ""),
            WebFile(
                "Words/en.json",
                #"{"language": {"direction": "ltr", "decimal": ".", "group": ",", "groupFrom": 1000},"#
                    + #""words": {"then.said": "Hello", "never.said": "Bye"}}"#),
        ])
        #expect(assets.modules(of: "live/live.js") == ["live/live.js", "live/a.js"])
        #expect(
            assets.everyModule(of: "live/live.js") == [
                "live/live.js", "live/a.js", "live/b.js", "live/c.js",
            ])
        let words = try #require(assets.document(at: "words/live.en.js"))
        let said = String(decoding: words.bytes, as: UTF8.self)
        #expect(said.contains("Hello") && !said.contains("Bye"))
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

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

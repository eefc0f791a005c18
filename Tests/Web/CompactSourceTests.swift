import Testing

@testable import Web

@Suite struct CompactSourceTests {
    @Test(
        "what only readers of the source need is left out",
        arguments: [
            ("", ""),
            ("a\n", "a\n"),
            ("a", "a\n"),
            ("// why\na\n\n  b\n", "a\nb\n"),
            ("  // why\n", ""),
            ("/* why */\na\n", "a\n"),
            ("/**\n * why\n * that\n */\na {\n  b: c;\n}\n", "a {\nb: c;\n}\n"),
            ("/*\n// x */\na\n", "a\n"),
            ("/*\n * why\n */ a\nb\n", "a\nb\n"),
            ("/*\n why */ /* and\n how */ // so\na\n", "a\n"),
            ("/** @type {A} */ a\n", "/** @type {A} */ a\n"),
            ("/*/ a */\nb\n", "b\n"),
            ("a /* why */\nb // why\n", "a /* why */\nb // why\n"),
            ("  'https://a'\n", "'https://a'\n"),
            ("a\n  /b/.test(c)\n", "a\n/b/.test(c)\n"),
        ])
    func compact(source: String, served: String) {
        let bytes = CompactSource(of: Array(source.utf8)).bytes
        #expect(String(decoding: bytes, as: UTF8.self) == served)
    }

    /// Scripts and style sheets.
    private static let sources = WebFile.all().filter(\.isSource)

    @Test("our sources are written so that this changes nothing in what they mean")
    func written() {
        #expect(Self.sources.count > 150)
        for file in Self.sources {
            var isInComment = false
            for line in String(decoding: file.bytes, as: UTF8.self).split(separator: "\n") {
                let text = line.drop { $0 == " " }
                let place = "\(file.path): \(line)"
                let beginsComment = !isInComment && text.hasPrefix("/*")
                isInComment = (isInComment || beginsComment) && !text.contains("*/")
                if beginsComment || isInComment || text.hasPrefix("//") { continue }
                // A text that goes on in the next line would lose its indentation, and a comment that begins
                // behind something else would keep its first line only.
                #expect(text.count { $0 == "`" }.isMultiple(of: 2), "\(place)")
                #expect(!text.hasSuffix("\\"), "\(place)")
                #expect(!text.contains("\t") && text.last != " ", "\(place)")
                if let start = text.firstRange(of: "/*") {
                    #expect(text[start.upperBound...].contains("*/"), "\(place)")
                }
            }
            #expect(!isInComment, "\(file.path)")
        }
    }

    @Test("scripts and style sheets are served without, and pictures as they are")
    func served() throws {
        let assets = Assets([
            WebFile("Assets/a.js", "// why\n  a\n"), WebFile("Assets/a.css", "/* why */\na\n"),
            WebFile("Assets/a.svg", "<svg>\n  <a/>\n</svg>\n"),
        ])
        for (path, served) in [
            ("a.js", "a\n"), ("a.css", "a\n"), ("a.svg", "<svg>\n  <a/>\n</svg>\n"),
        ] {
            let document = try #require(assets.document(at: path))
            #expect(String(decoding: document.bytes, as: UTF8.self) == served)
        }
    }
}

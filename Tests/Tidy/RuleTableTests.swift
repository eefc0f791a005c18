// The tables of docs/hls-rules.md: every rule has its row, and every test that a row names is there.
//
// Names are written as `test_file.py::test_function`, as `Suite.function` of a Swift suite, as
// `checker: T1` (a row of the checker's own tests) and as `odd: name` (a source of test_hls_odd.py).

import Testing

struct RuleTableTests {
    private static let document = SourceTree.text("docs/hls-rules.md")
    private static let rules = [("V", 10), ("L", 14), ("T", 20), ("D", 9), ("X", 16)].flatMap {
        letter, count in (1...count).map { "\(letter)\($0)" }
    }
    private static let endToEnd = SourceTree.texts(below: "Tests/EndToEnd", endings: ["py"])

    /// The cells of the tables, without their heads.
    private static var rows: [[String]] {
        let lines = (document?.text ?? "").split(separator: "\n").filter { $0.hasPrefix("| ") }
        return lines.map { line in
            line.split(separator: "|").map { cell in
                String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
        }.filter { $0.first != "---" && $0.first != "#" && $0.first != "Source" }
    }

    private static var names: [String] {
        rows.flatMap { row in
            (row.last ?? "").matches(of: /`([^`]+)`/).map { String($0.output.1) }
        }
    }

    @Test("every rule has one row, in their order")
    func complete() {
        let numbers = Self.rows.compactMap { row in row.count == 4 ? row[0] : nil }
        #expect(numbers == Self.rules)
    }

    @Test("every row names tests, or says that there is none")
    func named() {
        for row in Self.rows {
            let tests = row.last ?? ""
            #expect(tests == "none" || tests.contains("`"), "\(row.first ?? "")")
        }
    }

    @Test("a test that a row names is there", arguments: names)
    func exists(name: String) throws {
        guard name != "live" else { return }
        if let match = name.wholeMatch(of: /checker: ([A-Z]\d+)/) {
            let checked = Self.endToEnd.filter { $0.name.hasSuffix("_checker.py") }
            #expect(checked.contains { $0.text.contains("\"\(match.output.1)\"") }, "\(name)")
        } else if let match = name.wholeMatch(of: /odd: ([a-z0-9-]+)/) {
            let sources = try #require(Self.endToEnd.first { $0.name == "odd_sources.py" })
            #expect(sources.text.contains("\"\(match.output.1)\""), "\(name)")
        } else {
            #expect(NamedTest.exists(name), "\(name)")
        }
    }

    @Test("every odd source has a row", arguments: oddSources)
    func oddSourceIsTold(source: String) {
        #expect(Self.names.contains("odd: \(source)"))
    }

    /// As `NOT_YET` and the tests of test_hls_odd.py call them.
    private static var oddSources: [String] {
        let text = endToEnd.first { $0.name == "odd_sources.py" }?.text ?? ""
        let maker = /Odd\((?:_shaped|_other_size|ffmpeg|replace)\((?:_PLAIN, name=)?"([a-z0-9-]+)"/
        return text.matches(of: maker).map { String($0.output.1) }
    }

    @Test("the sources were found")
    func found() {
        #expect(Self.oddSources.count > 12 && Self.names.count > 100)
    }
}

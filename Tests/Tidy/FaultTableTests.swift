// The tables of docs/faults.md: each row ends with the tests that show what it says, and they are there.

import Testing

struct FaultTableTests {
    /// The last cells of the rows that name tests.
    private static var cells: [String] {
        let text = SourceTree.text("docs/faults.md")?.text ?? ""
        return text.split(separator: "\n").filter { $0.hasPrefix("| ") && $0.contains("`test_") }
            .compactMap { $0.split(separator: "|").last { $0.contains("`") }.map(String.init) }
    }

    private static var names: [String] {
        cells.flatMap { $0.matches(of: /`([^`]+)`/).map { String($0.output.1) } }
    }

    @Test("a test that a row names is there", arguments: names)
    func exists(name: String) {
        #expect(NamedTest.exists(name))
    }

    @Test("the table was found")
    func found() {
        #expect(Self.cells.count > 12 && Self.names.count > 20)
    }
}

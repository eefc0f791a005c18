// Tests as documents name them: `test_file.py::test_function` of the end-to-end suite, or `Suite.function` of a
// Swift suite.

import Testing

enum NamedTest {
    private static let suites = SourceTree.files(below: "Tests")
    private static let endToEnd = SourceTree.texts(below: "Tests/EndToEnd", endings: ["py"])

    /// Whether there is a test of that name.
    static func exists(_ name: String) -> Bool {
        if let match = name.wholeMatch(of: /([a-z0-9_]+\.py)::(test_[a-z0-9_]+)/) {
            let file = endToEnd.first { $0.name == match.output.1 }
            return file?.text.contains("def \(match.output.2)(") == true
        }
        let parts = name.split(separator: ".")
        let suite = suites.first { $0.path.hasSuffix("/\(parts[0]).swift") }
        let function = "func \(parts.last ?? "")("
        return suite?.lines.contains { $0.contains(function) } == true
    }
}

@Suite struct NamedTestTests {
    @Test("tests are found, and others are not")
    func found() {
        #expect(NamedTest.exists("NamedTest.found"))
        #expect(NamedTest.exists("test_kills.py::test_a_worker_that_hangs_is_replaced"))
        #expect(!NamedTest.exists("NamedTest.nobody"))
        #expect(!NamedTest.exists("test_kills.py::test_nobody"))
        #expect(!NamedTest.exists("test_nobody.py::test_a_worker_that_hangs_is_replaced"))
    }
}

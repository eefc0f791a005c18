// What is declared is used: a name that stands only once in all of Sources is one that nobody calls.
// Cheap, and blind to names that several things have; it finds what was left behind all the same.

import Testing

struct UnusedTests {
    /// Names that others than our own sources use, and who.
    private static let exceptions: [String: String] = [
        "clientCount": "tests look at it: it says whether clients who have gone are forgotten",
        "debugDescription": "the standard library prints with it",
        "hasTarget": "the benchmark of requests finds its asset with it",
        "preparedHeaders": "tests of routes look at it, which have no connection",
    ]

    @Test("every name that is declared is used")
    func unused() {
        let code = SourceTree.sources.map { file in
            file.lines.map { $0.split(separator: "//", maxSplits: 1).first ?? "" }
                .joined(separator: "\n")
        }
        let counts = code.joined(separator: "\n").wordCounts
        var unused: Set<String> = []
        for (file, text) in zip(SourceTree.sources, code) {
            for line in text.split(separator: "\n") {
                guard let name = Self.declared(line), counts[name] == 1 else { continue }
                unused.insert(String(name))
                #expect(Self.exceptions[String(name)] != nil, "\(file.path): \(name)")
            }
        }
        #expect(Set(Self.exceptions.keys).subtracting(unused) == [], "these are used, or gone")
    }

    /// The name that a line declares.
    private static func declared(_ line: Substring) -> Substring? {
        let words = line.split(separator: " ")
        guard let index = words.firstIndex(where: { !modifiers.contains($0) && $0.first != "@" }),
            kinds.contains(words[index]), index + 1 < words.count
        else { return nil }
        let name = words[index + 1].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        // `case` begins patterns too; cases of ours begin with a small letter and have no colon.
        let isPattern = words[index] == "case" && !(name.first?.isLowercase ?? false)
        return name.isEmpty || isPattern ? nil : name
    }

    private static let kinds: Set<Substring> = [
        "func", "var", "let", "case", "struct", "class", "enum", "protocol", "typealias",
    ]
    private static let modifiers: Set<Substring> = [
        "public", "package", "internal", "private", "fileprivate", "private(set)",
        "package private(set)", "static", "final", "mutating", "consuming", "borrowing", "override",
        "nonisolated", "required", "unsafe", "lazy", "weak", "unowned", "indirect", "nonmutating",
        "nonisolated(unsafe)",
    ]

    @Test(
        "declarations are seen behind all modifiers, and patterns are none",
        arguments: [
            ("    package static func a(b: Int) {", "a"), ("    private(set) var c = 1", "c"),
            ("    case d(Int)", "d"), ("        case ENOENT: e", nil), ("        case 411: 1", nil),
            ("    f(let: 1)", nil),
            ("@inlinable final class G: H {", "G"), ("        case .i: 1", nil),
        ])
    func declarations(line: String, name: String?) {
        #expect(Self.declared(line[...]).map(String.init) == name)
    }
}

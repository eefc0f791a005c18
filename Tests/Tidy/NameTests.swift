// A file is called like the type that it declares, or `Type+Part` when it extends one: who knows the type
// finds the file.

import Testing

struct NameTests {
    /// Files that are called otherwise, for a reason: small types of one kind have a word for all of them.
    private static let exceptions: Set<String> = [
        "Sources/Shared/SegmentRing/ByteFields.swift",
        "Sources/Shared/Settings/Choices.swift",
        "Sources/Shared/Settings/Quantities.swift",
        "Sources/Worker/Accounts/Store/Records.swift",
        "Sources/Worker/Web/AccountForms.swift",
    ]

    @Test("a file is called like its type, or like the type that it extends and a part")
    func fileNames() {
        var odd: Set<String> = []
        for file in SourceTree.sources where !file.isNamedAfterItsType { odd.insert(file.path) }
        #expect(odd.subtracting(Self.exceptions).sorted() == [])
        #expect(Self.exceptions.subtracting(odd).sorted() == [], "these need no exception any more")
    }

    @Test(
        "names are compared with what a file declares",
        arguments: [
            ("A.swift", "struct A {", true), ("A.swift", "package final class A: B {", true),
            ("A.swift", "    enum A {", true), ("A.swift", "// struct A", false),
            ("A.swift", "extension A {", false), ("A+B.swift", "extension A {", true),
            ("A+B.swift", "extension C.A where D: E {", true), ("A+B.swift", "struct A {", false),
            ("As.swift", "struct A {", false), ("main.swift", "exit(0)", true),
        ])
    func compared(name: String, line: String, isRight: Bool) {
        #expect(SourceFile(path: "Sources/\(name)", lines: [line]).isNamedAfterItsType == isRight)
    }
}

extension SourceFile {
    fileprivate var isNamedAfterItsType: Bool {
        let stem = path.split(separator: "/").last?.split(separator: ".").first ?? ""
        if stem == "main" { return true }
        let parts = stem.split(separator: "+")
        let words = parts.count > 1 ? ["extension"] : Self.typeWords
        return lines.contains { line in
            let found = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "." }
            guard !line.drop(while: { $0 == " " }).hasPrefix("//"),
                let index = found.firstIndex(where: { words.contains(String($0)) }),
                index + 1 < found.count
            else { return false }
            return found[index + 1].split(separator: ".").last == parts.first
        }
    }

    private static let typeWords = ["struct", "class", "enum", "protocol", "actor", "typealias"]
}

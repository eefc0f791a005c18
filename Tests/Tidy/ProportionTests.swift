// Proportions and manners of source files. The numbers are a ratchet: they may be lowered.

import Testing

struct ProportionTests {
    private static let linesPerFile = 400
    private static let linesPerFunction = 48

    @Test("a file is not long", arguments: SourceTree.sources)
    func fileLength(file: SourceFile) {
        #expect(file.lines.count <= Self.linesPerFile)
    }

    @Test("a function is not long", arguments: SourceTree.sources)
    func functionLength(file: SourceFile) {
        for function in file.functions {
            #expect(function.count <= Self.linesPerFunction, "\(file.path):\(function.line)")
        }
    }

    @Test("a file starts by saying what it is for", arguments: SourceTree.sources)
    func header(file: SourceFile) throws {
        #expect(try #require(file.lines.first).hasPrefix("// "))
        #expect(!file.path.hasSuffix("Placeholder.swift"))
    }

    @Test("nothing is left to be done, nothing traps by accident", arguments: SourceTree.sources)
    func manners(file: SourceFile) {
        let unwanted = ["TO" + "DO", "FIX" + "ME", "try!", "as!", "fatalError("]
        for (index, line) in file.lines.enumerated() {
            for word in unwanted {
                #expect(!line.contains(word), "\(file.path):\(index + 1)")
            }
        }
    }

    @Test("functions are measured from their first line to their closing brace")
    func measured() {
        let lines = [
            "struct A {", "    func a() { }", "    func b(", "        c: Int", "    ) {",
            "        if c > 0 {", "        }", "    }", "    init() {", "    }",
            "    private var d: Int {", "        1", "    }", "    let e = [", "        1", "    ]",
            "}",
        ]
        let functions = SourceFile(path: "", lines: lines).functions
        #expect(functions.map(\.line) == [3, 9, 11])
        #expect(functions.map(\.count) == [6, 2, 3])
    }
}

// Pages, scripts and style sheets: nothing lies about that nothing uses.

import Testing

struct PageTests {
    private static let folder = "Sources/Worker/Web"
    private static let scripts = SourceTree.texts(below: "\(folder)/Assets", endings: ["js"])
    private static let sheets = SourceTree.texts(below: "\(folder)/Assets", endings: ["css"])
    private static let drawings = SourceTree.texts(below: "\(folder)/Assets", endings: ["svg"])
    private static let pages = SourceTree.texts(below: "\(folder)/Pages", endings: ["html"])
    private static let sources = SourceTree.sources.map {
        TextFile(path: $0.path, text: $0.lines.joined(separator: "\n"))
    }
    /// What scripts import of each other: the path of the module, and the name.
    private static let imported = Set(
        scripts.flatMap { script in
            script.moduleImports.flatMap { statement in
                let path = script.resolved(statement.path)
                return statement.names.map { "\(path) \($0.name)" }
            }
        })
    /// Scripts, pages and Swift that tests bring along, which import modules too.
    private static let testWords = SourceTree.texts(below: "Tests", endings: ["py", "js", "html"])
        .map(\.text).joined(separator: "\n").wordCounts

    @Test("the files were found")
    func found() {
        #expect(Self.scripts.count > 50 && Self.sheets.count > 3 && Self.pages.count > 5)
    }

    @Test("every file is named by another one", arguments: scripts + sheets + drawings + pages)
    func named(file: TextFile) {
        let others = Self.scripts + Self.sheets + Self.pages + Self.sources
        // Pages are named without their ending.
        let name = file.path.hasSuffix(".html") ? String(file.name.dropLast(5)) : file.name
        #expect(others.contains { $0.path != file.path && $0.text.contains(name) })
    }

    @Test("what a module imports is exported by the other, and used", arguments: scripts)
    func imports(file: TextFile) {
        let counts = file.text.wordCounts
        for statement in file.moduleImports {
            let path = file.resolved(statement.path)
            guard let other = Self.scripts.first(where: { $0.path == path }) else {
                Issue.record("\(file.path) imports \(statement.path), which is not there")
                continue
            }
            for (name, alias) in statement.names where !statement.isWhole {
                #expect(other.exports.contains(name), "\(path) does not export \(name)")
                #expect(counts[alias[...], default: 0] > 1, "\(file.path) does not use \(alias)")
            }
        }
    }

    @Test("what a module exports is imported somewhere", arguments: scripts)
    func exports(file: TextFile) {
        for name in file.exports {
            let isImported =
                Self.imported.contains("\(file.path) \(name)")
                // By a module that the server writes.
                || Self.sources.contains { $0.text.contains("import { \(name) } from") }
                || Self.testWords[name[...]] != nil
            #expect(isImported, "\(file.path): \(name)")
        }
    }

    @Test("a style sheet says each thing once", arguments: sheets)
    func rules(sheet: TextFile) {
        var seen: Set<[String]> = []
        for rule in sheet.rules {
            #expect(seen.insert(rule).inserted, "\(sheet.path): \(rule.joined(separator: " "))")
        }
    }

    @Test("every class and id that is styled is in some page", arguments: sheets)
    func selectors(sheet: TextFile) {
        let markup = (Self.scripts + Self.pages + Self.sources).map(\.text).joined(separator: "\n")
        for name in sheet.styledNames {
            #expect(markup.contains(name), "\(sheet.path): \(name)")
        }
    }

    @Test("imports, exports and rules are seen in the ways in which they are written")
    func seen() {
        let script = TextFile(
            path: "a/b.js",
            text: """
                import {
                  one, two as deux,
                } from './c.js';
                import { three } from '../d.js';
                import * as e from './e.js';
                const { seven, eight } = await import('./f.js');
                e.six();
                export async function four() {}
                export const five = 5;
                """)
        #expect(script.moduleImports.map(\.path) == ["./c.js", "../d.js", "./e.js", "./f.js"])
        #expect(script.moduleImports[0].names.map(\.name) == ["one", "two"])
        #expect(script.moduleImports[0].names.map(\.alias) == ["one", "deux"])
        #expect(script.moduleImports[2].names.map(\.name) == ["js", "six"])
        #expect(script.moduleImports[3].names.map(\.name) == ["seven", "eight"])
        #expect(script.exports == ["four", "five"])
        let sheet = TextFile(
            path: "a.css",
            text: "/* .x */ .a, #b:hover { c: d } @media (e) { .a { c: d } .f > g { h: 0.5 } }")
        #expect(
            sheet.rules == [[".a, #b:hover"], ["@media (e)", ".a"], ["@media (e)", ".f > g"]])
        #expect(sheet.styledNames == ["a", "b", "f"])
    }
}

/// What one statement imports, and under which name each thing is used.
private struct ModuleImport {
    let path: String
    let names: [(name: String, alias: String)]
    /// The whole module has a name; what follows that may be a type in a comment as well.
    var isWhole = false
}

extension TextFile {
    fileprivate var moduleImports: [ModuleImport] {
        let named = text.matches(of: /import \{([^}]*)\} from '([^']+)'/).map { found in
            ModuleImport(
                path: String(found.output.2),
                names: found.output.1.split(separator: ",").compactMap { part in
                    let words = part.split(whereSeparator: \.isWhitespace).map(String.init)
                    return words.isEmpty ? nil : (name: words[0], alias: words[words.count - 1])
                })
        }
        let whole = text.matches(of: /import \* as (\w+) from '([^']+)'/).map { found in
            ModuleImport(
                path: String(found.output.2),
                names: text.matches(of: /(\w+)\.(\w+)/).filter { $0.output.1 == found.output.1 }
                    .map { (name: String($0.output.2), alias: String($0.output.1)) },
                isWhole: true)
        }
        let later = text.matches(of: /const \{([^}]*)\} = await import\('([^']+)'\)/).map { found in
            ModuleImport(
                path: String(found.output.2),
                names: found.output.1.split(separator: ",").map { part in
                    let name = String(part.filter { !$0.isWhitespace })
                    return (name: name, alias: name)
                })
        }
        return named + whole + later
    }

    fileprivate var exports: [String] {
        text.split(separator: "\n").compactMap { line in
            line.prefixMatch(of: /export (?:async )?(?:function\*?|class|const|let) (\w+)/)
                .map { String($0.output.1) }
        }
    }

    /// The selector of each rule, with the conditions around it.
    fileprivate var rules: [[String]] {
        var result: [[String]] = []
        var open: [String] = []
        var text = ""
        var isInRule = false
        for character in self.text.replacing(/\/\*[\s\S]*?\*\//, with: "") {
            switch character {
            case "{":
                open.append(text.split(whereSeparator: \.isWhitespace).joined(separator: " "))
                text = ""
                isInRule = true
            case "}":
                if isInRule { result.append(open) }
                _ = open.popLast()
                text = ""
                isInRule = false
            case ";" where !isInRule: text = ""
            default: text.append(character)
            }
        }
        return result
    }

    /// Classes and ids in its selectors.
    fileprivate var styledNames: [String] {
        let selectors = rules.compactMap(\.last).joined(separator: " ")
        let names = selectors.matches(of: /[.#]([A-Za-z][\w-]*)/).map { String($0.output.1) }
        return Set(names).sorted()
    }
}

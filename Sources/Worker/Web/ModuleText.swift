// One of our modules, taken apart: what it imports, what it exports, and what it does. It reads what our own
// sources contain, not JavaScript in general: an `import` or `export` at the beginning of a line, an import up to
// a line that ends with `';`, no default exports, none under another name, and one declaration in each. Of what
// comes later, it finds ` import('./x.js')` and `startWorker('x.js')`. (ModulePackTests look at all files.) Pure.

struct ModuleText {
    /// What comes with the module.
    struct Import: Equatable {
        let path: String
        /// The names that it exports, of those that are wanted.
        var names: [String] = []
        /// What declares them: `{ a, b: c }`, or a name for all; nil when it is only to run.
        var declaration: String?
    }

    private(set) var imports: [Import] = []
    /// What is loaded when the module asks for it, if at all.
    private(set) var laterPaths: [String] = []
    /// Scripts that it runs in threads of their own.
    private(set) var workerPaths: [String] = []
    private(set) var exports: [String] = []
    /// Without imports and exports.
    private(set) var lines: [ArraySlice<UInt8>] = []

    /// Without what it does.
    var outline: ModuleText {
        var outline = self
        outline.lines = []
        return outline
    }

    private let folder: ArraySlice<Substring>

    /// - Parameter path: where it is, such as "watch/watch.js".
    init(_ bytes: [UInt8], at path: String) {
        folder = path.split(separator: "/").dropLast()
        var unfinished: String?
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            if unfinished == nil, !line.starts(with: Self.importBegins) {
                add(line)
                continue
            }
            let text = (unfinished.map { $0 + " " } ?? "") + String(decoding: line, as: UTF8.self)
            unfinished = text
            if text.hasSuffix("';") {
                add(import: text)
                unfinished = nil
            }
        }
        precondition(unfinished == nil, "an import ends with its line")
    }

    // MARK: Imports

    private mutating func add(import text: String) {
        let parts = text.split(separator: "'")
        precondition(parts.count == 3, "an import has one address: \(text)")
        var found = Import(path: path(of: String(parts[1])))
        let clause = parts[0].dropFirst("import ".count)
        if !clause.isEmpty {
            precondition(clause.hasSuffix(" from "), "an import says from where: \(text)")
            found.take(clause.dropLast(" from ".count))
        }
        imports.append(found)
    }

    /// A specifier, resolved against the folder of the module.
    private func path(of specifier: String) -> String {
        var parts = Array(folder)
        for part in specifier.split(separator: "/") {
            switch part {
            case ".": break
            case "..": parts.removeLast()
            default: parts.append(part)
            }
        }
        return parts.joined(separator: "/")
    }

    // MARK: Lines

    private mutating func add(_ line: ArraySlice<UInt8>) {
        precondition(!line.starts(with: Self.misread), "a later import is within its line")
        if let worker = Self.address(in: line, after: Self.workerBegins) {
            workerPaths.append(path(of: worker.text))
        }
        var line = line
        if let later = Self.address(in: line, after: Self.laterBegins) {
            let path = path(of: later.text)
            laterPaths.append(path)
            // Packs are two folders deep, as modules are, so this leads from each to each.
            line.replaceSubrange(later.range, with: Array("../\(path)".utf8))
        }
        guard line.starts(with: Self.exportBegins) else { return lines.append(line) }
        line = line.dropFirst(Self.exportBegins.count)
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("{") {
            let names = text.split { !Self.isInName($0) }
            let isPlain = !names.contains("as") && text.hasSuffix("};")
            precondition(isPlain, "plain names in one line: \(text)")
            return exports += names.map(String.init)
        }
        lines.append(line)
        let words = text.split(maxSplits: 3) { !Self.isInName($0) }
        let name = words.drop { Self.declarations.contains($0) }.first
        guard let name, name != words.first else { preconditionFailure("not exported so: \(text)") }
        exports.append(String(name))
    }

    private static func isInName(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_" || character == "$"
    }

    /// What stands between quotes behind `beginning`.
    private static func address(
        in line: ArraySlice<UInt8>, after beginning: [UInt8]
    ) -> (text: String, range: Range<Int>)? {
        var rest = line
        while let quote = rest.firstIndex(of: Self.quote) {
            rest = rest[(quote + 1)...]
            guard line[..<quote].suffix(beginning.count).elementsEqual(beginning) else { continue }
            let range = quote + 1..<(rest.firstIndex(of: Self.quote) ?? line.endIndex)
            return (String(decoding: line[range], as: UTF8.self), range)
        }
        return nil
    }

    private static let quote = UInt8(ascii: "'")
    private static let importBegins = Array("import ".utf8)
    private static let misread = Array("import(".utf8)
    private static let exportBegins = Array("export ".utf8)
    private static let laterBegins = Array(" import(".utf8)
    private static let workerBegins = Array("startWorker(".utf8)
    private static let declarations: Set<Substring> = ["async", "function", "class", "const"]
}

extension ModuleText.Import {
    /// `{ a, b as c }` or `* as all`.
    fileprivate mutating func take(_ clause: Substring) {
        if clause.hasPrefix("* as ") {
            declaration = String(clause.dropFirst("* as ".count))
            return
        }
        precondition(
            clause.hasPrefix("{") && clause.hasSuffix("}"), "an import has names: \(clause)")
        let each = clause.dropFirst().dropLast().split(separator: ",").map { name in
            name.split(separator: " ").filter { $0 != "as" }
        }.filter { !$0.isEmpty }
        names = each.map { String($0[0]) }
        declaration = "{ \(each.map { $0.joined(separator: ": ") }.joined(separator: ", ")) }"
    }
}

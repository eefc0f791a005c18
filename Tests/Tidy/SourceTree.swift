// The source tree as the tests of its order see it: files, lines, imports, functions.

import Foundation
import Testing

/// One Swift file below Sources.
struct SourceFile: Sendable, CustomTestStringConvertible {
    /// Relative to the repository, for example "Sources/Worker/Media/Cluster.swift".
    let path: String
    let lines: [String]

    var testDescription: String { path }

    /// The modules that the file imports, whatever stands before or behind the word.
    var imports: Set<String> {
        var result: Set<String> = []
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            guard let index = words.firstIndex(of: "import"),
                words[..<index].allSatisfy({ $0.hasPrefix("@") || Self.accessLevels.contains($0) }),
                let module = words[(index + 1)...].first(where: { !Self.kinds.contains($0) })
            else { continue }
            result.insert(String(module.prefix { $0 != "." }))
        }
        return result
    }

    private static let accessLevels = ["public", "package", "internal", "private", "fileprivate"]
    private static let kinds = ["struct", "class", "enum", "func", "var", "let", "protocol"]

    /// Functions, initialisers, subscripts and computed properties by their first line, with how many
    /// lines each has. Found by indentation, which the formatter guarantees.
    var functions: [(line: Int, count: Int)] {
        var result: [(line: Int, count: Int)] = []
        for (start, line) in lines.enumerated() where Self.startsFunction(line) {
            let indentation = line.prefix { $0 == " " }
            let end = lines[start...].firstIndex { $0 == indentation + "}" }
            // A body on one line, or a requirement of a protocol, has no closing line of its own
            // before something else starts at the same depth.
            let next = lines[(start + 1)...].firstIndex {
                !$0.isEmpty && !$0.hasPrefix(indentation + " ") && $0 != indentation + "}"
                    && !$0.hasPrefix(indentation + ")")
            }
            if let end, end < (next ?? lines.count) { result.append((start + 1, end - start + 1)) }
        }
        return result
    }

    private static func startsFunction(_ line: String) -> Bool {
        let words = line.split(separator: " ")
        guard let word = words.first(where: { !isModifier($0) }) else { return false }
        // `var x: T {` and `let x = {` have a body; `let x =` and what comes below is a value.
        if word == "var" || word == "let" { return words.last == "{" }
        return word == "func" || word.hasPrefix("init(") || word.hasPrefix("init?(")
            || word.hasPrefix("init<") || word.hasPrefix("subscript(") || word == "deinit"
    }

    private static func isModifier(_ word: Substring) -> Bool {
        word.hasPrefix("@") || modifiers.contains(String(word))
    }

    private static let modifiers =
        accessLevels + [
            "static", "mutating", "consuming", "borrowing", "convenience", "override", "final",
            "nonisolated", "required", "private(set)", "unsafe", "lazy",
        ]
}

enum SourceTree {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every Swift file below a folder of the repository, by path.
    static func files(below folder: String) -> [SourceFile] {
        let base = root.appending(path: folder)
        let paths = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String }
        return (paths ?? []).filter { $0.hasSuffix(".swift") }.sorted().compactMap { path in
            guard
                let text = try? String(
                    contentsOf: base.appending(path: path), encoding: .utf8)
            else { return nil }
            return SourceFile(
                path: "\(folder)/\(path)", lines: text.components(separatedBy: "\n"))
        }
    }

    /// The names of the folders directly in a folder of the repository.
    static func folders(in folder: String) -> [String] {
        let base = root.appending(path: folder)
        let names = try? FileManager.default.contentsOfDirectory(atPath: base.path)
        return (names ?? []).filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(
                atPath: base.appending(path: name).path, isDirectory: &isFolder)
                && isFolder.boolValue
        }
    }

    static let sources = files(below: "Sources")

    /// Every file below a folder that has one of these endings, by path.
    static func texts(below folder: String, endings: Set<String>) -> [TextFile] {
        let path = root.appending(path: folder).path
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return names.filter { endings.contains(($0 as NSString).pathExtension) }.sorted()
            .compactMap { text("\(folder)/\($0)") }
    }

    static func text(_ path: String) -> TextFile? {
        (try? String(contentsOf: root.appending(path: path), encoding: .utf8))
            .map { TextFile(path: path, text: $0) }
    }

    /// What lies in a folder.
    static func names(in folder: String) -> [String] {
        let path = root.appending(path: folder).path
        return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }
}

/// A file of any kind.
struct TextFile: Sendable, CustomTestStringConvertible {
    let path: String
    let text: String

    var testDescription: String { path }
    var name: String { (path as NSString).lastPathComponent }
    var folder: String { (path as NSString).deletingLastPathComponent }
}

extension String {
    /// How often each word (letters, digits, `_`) stands in it.
    var wordCounts: [Substring: Int] {
        var counts: [Substring: Int] = [:]
        for word in utf8.split(whereSeparator: { !Self.isOfWord($0) }) {
            counts[Substring(word), default: 0] += 1
        }
        return counts
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

// Package.swift is honest: a target declares every module of this package that its files import, and none
// that they do not. The compiler does not tell: what one target has built, all others find.

import Foundation
import Testing

/// One target as Package.swift declares it.
private struct DeclaredTarget: Sendable, CustomTestStringConvertible {
    let name: String
    let path: String
    let isExecutable: Bool
    let dependencies: Set<String>
    let excluded: [String]

    var testDescription: String { name }

    /// What stands between the parentheses of a target; nil for one whose name is not known before it runs.
    init?(_ text: Substring, isExecutable: Bool) {
        guard let name = Self.strings(in: text, after: "name: ").first, !name.contains("\\"),
            let path = Self.strings(in: text, after: "path: ").first
        else { return nil }
        self.name = name
        self.path = path
        self.isExecutable = isExecutable
        // Of a product, the module has the product's name.
        let list = Self.list("dependencies: [", in: text)
            .replacing(/, package: "[^"]*"/, with: "")
        dependencies = Set(Self.strings(in: list[...], after: ""))
        excluded = Self.strings(in: Self.list("exclude: [", in: text)[...], after: "")
    }

    private static func list(_ label: String, in text: Substring) -> String {
        guard let start = text.range(of: label)?.upperBound else { return "" }
        return String(text[start...].prefix { $0 != "]" })
    }

    private static func strings(in text: Substring, after label: String) -> [String] {
        let pieces = text.split(separator: "\(label)\"", omittingEmptySubsequences: false)
        // Without a label, every second piece is between quotes.
        if label.isEmpty {
            return pieces.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
        }
        return pieces.dropFirst().map { String($0.prefix { $0 != "\"" }) }
    }

    var imports: Set<String> {
        let files = SourceTree.files(below: path).filter { file in
            !excluded.contains { file.path.hasPrefix("\(path)/\($0)/") }
        }
        return files.reduce(into: []) { $0.formUnion($1.imports) }
    }

    static let all: [DeclaredTarget] = {
        let manifest = try? String(
            contentsOf: SourceTree.root.appending(path: "Package.swift"), encoding: .utf8)
        // A target ends where the next line at its own depth begins.
        return (manifest ?? "").split(separator: "\n        .").compactMap { part in
            let kind = part.prefix { $0 != "(" }
            guard ["target", "executableTarget", "testTarget"].contains(kind) else { return nil }
            return DeclaredTarget(part, isExecutable: kind == "executableTarget")
        }
    }()

    /// Modules of this package, and of others that it uses.
    static let modules = Set(all.map(\.name)).union(all.flatMap(\.dependencies))
}

struct PackageTests {
    @Test("the targets were found")
    func found() {
        #expect(DeclaredTarget.all.count > 40)
        #expect(DeclaredTarget.modules.isSuperset(of: ["Worker", "CLinux", "Logging", "COpenSSL"]))
    }

    @Test("a target declares what its files import", arguments: DeclaredTarget.all)
    private func honest(target: DeclaredTarget) {
        let imports = target.imports.intersection(DeclaredTarget.modules)
        #expect(imports.subtracting(target.dependencies) == [])
        // Executables that tests start are built for them, and not imported.
        let helpers = DeclaredTarget.all.filter(\.isExecutable).map(\.name)
        #expect(target.dependencies.subtracting(imports).subtracting(helpers) == [])
    }
}

// Many modules as one: a page has some seventy, and a browser takes longer to ask for as many than to run
// them. Each becomes a function that runs once, in the order of modules, and what it exports is kept under its
// path. So a pack that comes later finds what earlier ones have run, and no module runs twice in a page.
//
// A page that an older version has served may get packs of this one, and a browser's cache has old ones. So a pack says
// first what it needs of others: where that is missing it fails, as a module does, and the page is loaded again
// (common/renew-page.js).
//
// Exports are kept as they are when their module has run; none of ours changes afterwards. Pure.

struct ModulePack {
    /// Part of the version of the assets. It changes whenever the same modules would make another pack.
    static let formVersion = "1"

    private(set) var bytes: [UInt8]

    /// - Parameters:
    ///   - before: another pack, by its path, that is to have run.
    ///   - needed: what modules in others have to export.
    init(before: String? = nil, needed: [(path: String, names: [String])] = []) {
        bytes = []
        if let before { line("import '../\(before)';") }
        line("globalThis.weirModules ??= {};")
        for (path, names) in needed {
            let list = names.map { "'\($0)'" }.joined(separator: ", ")
            line(
                "if (![\(list)].every((name) => name in (weirModules['\(path)'] ?? {}))) "
                    + "throw new Error('\(path) is of another version');")
        }
    }

    /// Adds a module. Those that it imports are in here before it, or in a pack that has run.
    mutating func add(_ module: ModuleText, at path: String) {
        line("weirModules['\(path)'] ??= (() => {")
        for needed in module.imports {
            guard let declaration = needed.declaration else { continue }
            line("const \(declaration) = weirModules['\(needed.path)'];")
        }
        for text in module.lines {
            bytes += text
            bytes.append(UInt8(ascii: "\n"))
        }
        line("return { \(module.exports.joined(separator: ", ")) };")
        line("})();")
    }

    /// Whoever imports the pack gets what this module exports.
    mutating func export(_ module: ModuleText, at path: String) {
        line("export const { \(module.exports.joined(separator: ", ")) } = weirModules['\(path)'];")
    }

    private mutating func line(_ text: String) {
        bytes += Array(text.utf8)
        bytes.append(UInt8(ascii: "\n"))
    }
}

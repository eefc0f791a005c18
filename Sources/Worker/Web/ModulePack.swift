// Many modules as one: a page has some seventy, and a browser takes longer to ask for as many than to run
// them. Each becomes a function that runs once, in the order of modules, and what it exports is kept under its
// path. So a pack that comes later finds what earlier ones have run, and no module runs twice in a page.
//
// Exports are kept as they are when their module has run; none of ours changes afterwards. Pure.

struct ModulePack {
    /// Part of the version of the assets: the same sources make other packs when this changes.
    static let formVersion = "1"

    private(set) var bytes: [UInt8]

    /// - Parameter before: another pack, by its path, that is to have run.
    init(before: String? = nil) {
        let needed = before.map { "import '../\($0)';\n" } ?? ""
        bytes = Array("\(needed)globalThis.weirModules ??= {};\n".utf8)
    }

    /// Adds a module. Those that it imports are in here before it, or in a pack that has run.
    mutating func add(_ module: ModuleText, at path: String) {
        line("weirModules['\(path)'] ??= (() => {")
        for needed in module.imports {
            guard let names = needed.names else { continue }
            line("const \(names) = weirModules['\(needed.path)'];")
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

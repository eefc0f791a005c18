// What our own scripts import. It reads what our own sources contain, not JavaScript in general:
// `import … from './x.js';`, `import './x.js';`, `export … from './x.js';`, the specifier at the end of
// a line, and `import('./x.js')` for what is loaded later, if at all.

struct ModuleImport {
    /// It is loaded when the script asks for it, and not with the script.
    let isLater: Bool
    /// As written: begins with "./" or "../".
    private let specifier: Substring

    /// Nil when the line is not the (last) line of an import.
    init?(line: Substring) {
        isLater = line.contains(Self.later)
        let isImport = line.hasPrefix("import '") || line.contains(" from '")
        guard isLater || isImport, let start = line.range(ofLast: isLater ? Self.later : " '")
        else { return nil }
        let rest = line[start...].dropFirst(isLater ? Self.later.count : 2)
        guard let end = rest.firstIndex(of: "'"), rest.hasPrefix(".") else { return nil }
        specifier = rest[..<end]
    }

    private static let later = " import('"

    /// Resolved against the folder of the importing module.
    func path(from folder: ArraySlice<Substring>) -> String {
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
}

extension Substring {
    /// Where the last occurrence of `text` begins.
    fileprivate func range(ofLast text: String) -> Index? {
        indices.last { self[$0...].hasPrefix(text) }
    }
}

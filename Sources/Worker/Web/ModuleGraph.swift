// Our modules, and which of them need which. They are read when they are first wanted.
//
// Owner: the worker's loop thread.

final class ModuleGraph {
    private let source: (String) -> [UInt8]?
    private var outlines: [String: ModuleText] = [:]
    private var orders: [String: [String]] = [:]
    private var allOf: [String: [String]] = [:]

    /// - Parameter source: what a module contains; nil where there is none.
    init(source: @escaping (String) -> [UInt8]?) {
        self.source = source
    }

    func text(of path: String) -> ModuleText {
        guard let bytes = source(path) else { preconditionFailure("there is no module \(path)") }
        return ModuleText(bytes, at: path)
    }

    /// What it imports and exports; that is kept.
    func outline(of path: String) -> ModuleText {
        if let outline = outlines[path] { return outline }
        let outline = text(of: path).outline
        outlines[path] = outline
        return outline
    }

    /// A module and all that it imports, directly or not, in the order in which they run: each one after
    /// those that it needs (ECMA-262, section 16.2.1.5.3).
    func modules(of path: String) -> [String] {
        if let order = orders[path] { return order }
        var found: [String] = []
        var begun: Set<String> = []
        visit(path, &begun, &found)
        orders[path] = found
        return found
    }

    private func visit(_ path: String, _ begun: inout Set<String>, _ found: inout [String]) {
        guard begun.insert(path).inserted else {
            precondition(found.contains(path), "\(path) needs itself")
            return
        }
        for needed in outline(of: path).imports { visit(needed.path, &begun, &found) }
        found.append(path)
    }

    /// These, and what may be loaded later.
    func everyModule(of path: String) -> [String] {
        if let all = allOf[path] { return all }
        var found = modules(of: path)
        var known = Set(found)
        var index = 0
        while index < found.count {
            let module = outline(of: found[index])
            for later in module.laterPaths + module.workerPaths where !known.contains(later) {
                found += modules(of: later).filter { known.insert($0).inserted }
            }
            index += 1
        }
        allOf[path] = found
        return found
    }
}

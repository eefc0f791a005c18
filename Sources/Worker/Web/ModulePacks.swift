// The packs there are, and which modules are in each. Their addresses are those of their main module, below
// "packed/", and for those of pages with the language.

/// All packs of all pages.
///
/// Owner: the worker's loop thread.
final class ModulePacks {
    static let folder = "packed/"

    private enum Main: Equatable {
        case page(PagePack, words: String)
        /// Of a page that has nothing else, or of a thread: all that it needs.
        case alone(String)
        case later(String)
    }

    private let graph: ModuleGraph
    private let pages: [PagePack]
    private var mains: [String: Main] = [:]

    /// - Parameter languages: those in which there are words.
    init(pages: [PagePack], languages: [String], alone: [String], graph: ModuleGraph) {
        self.graph = graph
        self.pages = pages
        for path in alone + pages.compactMap(\.earlyScript) { add(.alone(path), at: path) }
        for page in pages {
            for language in languages {
                let words = ScriptWords.path(for: page.script, in: language)
                mains[page.path(in: language)] = .page(page, words: words)
            }
            for module in graph.everyModule(of: page.script) {
                let outline = graph.outline(of: module)
                for path in outline.laterPaths { add(.later(path), at: path) }
                for path in outline.workerPaths { add(.alone(path), at: path) }
            }
        }
    }

    private func add(_ main: Main, at path: String) {
        let there = mains.updateValue(main, forKey: Self.folder + path)
        precondition(there == nil || there == main, "\(path) has one kind of pack")
    }

    var paths: [String] { Array(mains.keys) }

    func has(_ path: String) -> Bool { mains[path] != nil }

    /// Which modules are in which pack, for the version of the assets.
    var plan: String {
        paths.sorted().map { path in
            "\(path): \((modules(at: path) ?? []).joined(separator: " "))\n"
        }.joined()
    }

    /// The pack at a path; nil where there is none.
    func bytes(at path: String) -> [UInt8]? {
        guard let main = mains[path], let modules = modules(at: path) else { return nil }
        var before: String?
        // All packs are two folders deep, below "packed/", so this leads from each to each.
        if case .page(let page, _) = main { before = page.earlyScript }
        var pack = ModulePack(before: before, needed: neededFromOthers(modules))
        for path in modules { pack.add(graph.text(of: path), at: path) }
        if case .later(let path) = main { pack.export(graph.outline(of: path), at: path) }
        return pack.bytes
    }

    // MARK: What is in them

    /// In the order in which they run.
    private func modules(at path: String) -> [String]? {
        switch mains[path] {
        case nil: return nil
        case .alone(let path): return graph.modules(of: path)
        case .later(let path):
            let hasRunInEach = pages.filter { graph.everyModule(of: $0.script).contains(path) }
                .map { Set(hasRun(in: $0, before: path)) }
            let hasRunInAll = hasRunInEach.dropFirst()
                .reduce(hasRunInEach.first ?? []) { $0.intersection($1) }
            return graph.modules(of: path).filter { !hasRunInAll.contains($0) }
        case .page(let page, let words):
            var known = Set(page.earlyScript.map(graph.modules) ?? [])
            // The words themselves are not looked at, because workers ask for this at their start.
            let all = graph.modules(of: ScriptWords.table) + [words] + atOnce(page)
            return all.filter { known.insert($0).inserted }
        }
    }

    /// What a page has run for sure before it loads a module later. The early script may do so before
    /// anything else has run.
    private func hasRun(in page: PagePack, before later: String) -> [String] {
        guard let early = page.earlyScript, graph.everyModule(of: early).contains(later) else {
            return atOnce(page)
        }
        return graph.modules(of: early)
    }

    /// What a page runs by itself. The frame comes before the script, whose faults then do not reach it.
    private func atOnce(_ page: PagePack) -> [String] {
        [page.earlyScript, page.hasFrame ? Page.frameScript : nil, page.script]
            .compactMap { $0 }.flatMap(graph.modules)
    }

    private func neededFromOthers(_ modules: [String]) -> [(path: String, names: [String])] {
        var needed: [String: Set<String>] = [:]
        for module in modules {
            for wanted in graph.outline(of: module).imports where !modules.contains(wanted.path) {
                needed[wanted.path, default: []].formUnion(wanted.names)
            }
        }
        return needed.map { ($0.key, $0.value.sorted()) }.sorted { $0.path < $1.path }
    }
}

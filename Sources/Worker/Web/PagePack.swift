// The packs there are, and which modules are in each. Their addresses are those of their main module, below
// "packed/".

/// What a page runs, apart from what it loads later.
struct PagePack: Hashable, Sendable {
    let script: String
    /// A module that runs as soon as it is there, before the page has been read: it asks for what takes
    /// longest.
    let earlyScript: String?
    /// What the frame around the page needs runs, too.
    let hasFrame: Bool

    /// Where it is: "packed/watch/watch.de.js". The words of its script are in it.
    func path(in language: String) -> String {
        "\(ModulePacks.folder)\(script.dropLast(".js".count)).\(language).js"
    }
}

/// All packs of all pages.
///
/// Owner: the worker's loop thread.
final class ModulePacks {
    static let folder = "packed/"

    private enum Main {
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
                let text = graph.text(of: module)
                for path in text.laterPaths { add(.later(path), at: path) }
                for path in text.workerPaths { add(.alone(path), at: path) }
            }
        }
    }

    private func add(_ main: Main, at path: String) { mains[Self.folder + path] = main }

    var paths: [String] { Array(mains.keys) }

    func has(_ path: String) -> Bool { mains[path] != nil }

    /// The pack at a path; nil where there is none.
    func bytes(at path: String) -> [UInt8]? {
        switch mains[path] {
        case nil: return nil
        case .alone(let path): return pack(graph.modules(of: path))
        case .later(let path):
            let others = pages.filter { graph.everyModule(of: $0.script).contains(path) }
                .map { Set(hasRun(in: $0, before: path)) }
            let there = others.dropFirst().reduce(others.first ?? []) { $0.intersection($1) }
            return pack(graph.modules(of: path).filter { !there.contains($0) }, exporting: path)
        case .page(let page, let words):
            let early = page.earlyScript.map(graph.modules) ?? []
            var modules: [String] = []
            for path in graph.modules(of: words) + atOnce(page)
            where !early.contains(path) && !modules.contains(path) {
                modules.append(path)
            }
            return pack(modules, before: page.earlyScript.map { Self.folder + $0 })
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

    /// What a page runs by itself.
    private func atOnce(_ page: PagePack) -> [String] {
        [page.earlyScript, page.script, page.hasFrame ? Page.frameScript : nil]
            .compactMap { $0 }.flatMap(graph.modules)
    }

    private func pack(
        _ modules: [String], before: String? = nil, exporting main: String? = nil
    ) -> [UInt8] {
        // All packs are two folders deep, below "packed/".
        var pack = ModulePack(before: before.map { String($0.dropFirst(Self.folder.count)) })
        for path in modules { pack.add(graph.text(of: path), at: path) }
        if let main { pack.export(graph.text(of: main), at: main) }
        return pack.bytes
    }
}

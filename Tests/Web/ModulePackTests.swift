// Modules that are packed into one: small ones, and all that there are.

import Testing

@testable import Web

@Suite struct ModulePackTests {
    private func graph(_ files: [String: String]) -> ModuleGraph {
        ModuleGraph { path in files[path].map { Array($0.utf8) } }
    }

    @Test("modules run after those that they need, through all levels")
    func order() {
        let graph = graph([
            "live/live.js": "import { a } from './a.js';\nconst x = 'from ./no.js';",
            "live/a.js": "import {\nb,\n} from '../common/b.js';\nimport './c.js';",
            "live/c.js": "import { b } from '../common/b.js';",
            "common/b.js": "",
        ])
        #expect(
            graph.modules(of: "live/live.js") == [
                "common/b.js", "live/c.js", "live/a.js", "live/live.js",
            ])
    }

    @Test("what a script may load later, or runs in a thread, is not with it at once")
    func later() {
        let graph = graph([
            "live/live.js":
                "import './a.js';\nconst { b } = await import('./b.js');\nstartWorker('w.js');\n"
                + "/** @type {import('./no.js').B} */ let x;",
            "live/a.js": "", "live/b.js": "import './c.js';", "live/c.js": "", "live/w.js": "",
        ])
        #expect(graph.modules(of: "live/live.js") == ["live/a.js", "live/live.js"])
        #expect(
            graph.everyModule(of: "live/live.js") == [
                "live/a.js", "live/live.js", "live/c.js", "live/b.js", "live/w.js",
            ])
    }

    struct Case: Sendable {
        let source: String
        let packed: String
    }

    @Test(
        "each form of an import and an export has its counterpart in a pack",
        arguments: [
            Case(source: "import './a.js';\nrun();", packed: "run();\nreturn {  };\n"),
            Case(
                source: "import { b, c as d } from '../common/a.js';",
                packed: "const { b, c: d } = weirModules['common/a.js'];\nreturn {  };\n"),
            Case(
                source: "import {\nb,\nc,\n} from './a.js';",
                packed: "const { b, c } = weirModules['live/a.js'];\nreturn {  };\n"),
            Case(
                source: "import * as all from './a.js';",
                packed: "const all = weirModules['live/a.js'];\nreturn {  };\n"),
            Case(
                source: "export const a = 1;\nexport class B {}\nexport function c() {}",
                packed: "const a = 1;\nclass B {}\nfunction c() {}\nreturn { a, B, c };\n"),
            Case(
                source: "export async function a() {}\nexport function* b() {}",
                packed: "async function a() {}\nfunction* b() {}\nreturn { a, b };\n"),
            Case(
                source: "const $a = 1, b_2 = 2;\nexport { $a, b_2 };",
                packed: "const $a = 1, b_2 = 2;\nreturn { $a, b_2 };\n"),
            Case(
                source: "const { x } = await import('./x.js');",
                packed: "const { x } = await import('../live/x.js');\nreturn {  };\n"),
            Case(
                source: "say('import ', 'x');\nimportant();\n",
                packed: "say('import ', 'x');\nimportant();\nreturn {  };\n"),
        ])
    func form(of form: Case) {
        var pack = ModulePack()
        pack.add(ModuleText(Array(form.source.utf8), at: "live/live.js"), at: "live/live.js")
        #expect(
            String(decoding: pack.bytes, as: UTF8.self)
                == "globalThis.weirModules ??= {};\nweirModules['live/live.js'] ??= (() => {\n"
                + form.packed + "})();\n")
        #expect(ModulePack.formVersion == "1", "the version changes with what is expected here")
    }

    @Test("a pack fails where what it needs of others is not there")
    func needed() {
        let pack = ModulePack(before: "a/b.js", needed: [("a/c.js", ["d", "e"])])
        #expect(
            String(decoding: pack.bytes, as: UTF8.self)
                == "import '../a/b.js';\nglobalThis.weirModules ??= {};\n"
                + "if (!['d', 'e'].every((name) => name in (weirModules['a/c.js'] ?? {}))) "
                + "throw new Error('a/c.js is of another version');\n")
    }

    @Test("all packs of all pages have what they need, and nothing that has run before")
    func complete() throws {
        let assets = Assets(WebFile.all())
        let paths = assets.paths.filter { $0.hasPrefix(ModulePacks.folder) }
        #expect(paths.contains("packed/watch/watch.de.js"))
        #expect(paths.contains("packed/watch/first-request.js"))
        #expect(paths.contains("packed/watch/statistics.js"))
        #expect(paths.contains("packed/live/ticker-worker.js"))
        for path in paths {
            let pack = try modules(in: #require(assets.document(at: path)).bytes)
            for later in pack.later { #expect(paths.contains(later), "\(path)") }
            // Those with words are of pages, and those of the first requests run before them.
            guard path.hasSuffix(".en.js") || path.hasSuffix("/first-request.js") else { continue }
            var there = Set(pack.begun)
            if let before = pack.before {
                let early = try modules(in: #require(assets.document(at: before)).bytes)
                #expect(there.isDisjoint(with: early.begun), "\(path)")
                there.formUnion(early.begun)
            }
            #expect(pack.needed.isSubset(of: there), "\(path)")
            for later in pack.later {
                let more = try modules(in: #require(assets.document(at: later)).bytes)
                #expect(more.needed.isSubset(of: there.union(more.begun)), "\(later) in \(path)")
            }
        }
    }

    private struct Contents {
        var begun: [String] = []
        var needed: Set<String> = []
        var later: [String] = []
        var before: String?
    }

    private func modules(in pack: [UInt8]) throws -> Contents {
        let text = String(decoding: pack, as: UTF8.self)
        var contents = Contents()
        contents.begun = text.matches(of: /\nweirModules\['([^']+)'\] \?\?=/).map { String($0.1) }
        contents.needed = Set(text.matches(of: /= weirModules\['([^']+)'\];/).map { String($0.1) })
        contents.later = text.matches(of: /\ import\('\.\.\/([^']+)'\)/).map { "packed/\($0.1)" }
        contents.before = text.prefixMatch(of: /import '\.\.\/([^']+)';/).map { "packed/\($0.1)" }
        return contents
    }
}

// Words of the pages stand in Sources/Worker/Web/Words and nowhere else; every one of them is said, and
// everything that is said is there. The operators' page is in English only, and keeps its own.

import Foundation
import Testing

struct WordTests {
    private static let folder = "Sources/Worker/Web"
    private static let keys: Set<String> = {
        let text = SourceTree.text("\(folder)/Words/en.json")?.text ?? ""
        let file = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return Set((file?["words"] as? [String: Any] ?? [:]).keys)
    }()
    private static let scripts = SourceTree.texts(below: "\(folder)/Assets", endings: ["js"])
        .filter { !$0.path.contains("/operators/") }
    private static let pages = SourceTree.texts(below: "\(folder)/Pages", endings: ["html"])
        .filter { !$0.name.hasPrefix("operators") }
    private static let sources = SourceTree.sources.filter { $0.path.contains("/Worker/") }
        .map { TextFile(path: $0.path, text: $0.lines.joined(separator: "\n")) }

    /// Keys that are put together, from a month or from what a problem is.
    private static let composed = ["problem.", "month."]

    private static func keysSaid(in file: TextFile) -> [String] {
        let patterns: [Regex<(Substring, Substring)>] =
            switch file.path.split(separator: ".").last {
            case "js": [/word\(\s*'([^']*)'/]
            case "html": [/\{\{word:([^|}]*)/]
            default: [/(?:words|self)(?:\.html)?\(\s*"([a-z0-9.-]+)"/]
            }
        return patterns.flatMap { file.text.matches(of: $0).map { String($0.output.1) } }
    }

    @Test("the table and those who speak were found")
    func found() {
        #expect(Self.keys.count > 300 && Self.scripts.count > 50 && Self.pages.count > 5)
    }

    @Test("what is said is in the table", arguments: scripts + pages)
    func known(file: TextFile) {
        for key in Self.keysSaid(in: file) { #expect(Self.keys.contains(key), "\(key)") }
    }

    @Test("every word of the table is said somewhere")
    func used() {
        let said = Set((Self.scripts + Self.pages + Self.sources).flatMap(Self.keysSaid))
        for key in Self.keys where !said.contains(key) {
            #expect(Self.composed.contains { key.hasPrefix($0) }, "nobody says \(key)")
        }
    }

    @Test("keys are written out, because the server looks for them in scripts", arguments: scripts)
    func written(script: TextFile) {
        guard script.name != "words.js" || !script.path.contains("/common/") else { return }
        for call in script.text.matches(of: /\bword\(\s*([^\s])/) {
            #expect(call.output.1 == "'", "\(script.path)")
        }
        // In a constant of a module, words would be asked for before they are there.
        for line in script.text.split(separator: "\n") where line.hasPrefix("const ") {
            #expect(!line.contains("word('") || line.contains("=>"), "\(script.path): \(line)")
        }
    }

    /// Names and units, which are the same in every language.
    private static let names: Set<String> = [
        "Weir", "OBS", "HD", "Full", "VP8", "VP9", "AV1", "bit", "kbit", "Mbit", "360p", "480p",
        "720p", "1080p",
    ]

    @Test("a page has no words of its own", arguments: pages)
    func literals(page: TextFile) {
        let text = page.text.replacing(/<svg[\s\S]*?<\/svg>/, with: "")
            .replacing(/\{\{word:[^}]*\}\}/, with: "").replacing(/\{\{[^}]*\}\}/, with: "")
        let shown = text.matches(of: />([^<>]+)</).map { $0.output.1 }
        let labels = text.matches(of: /(?:aria-label|aria-valuetext|title|alt)="([^"]*)"/)
            .map { $0.output.1 }
        for word in (shown + labels).flatMap({ $0.matches(of: /[A-Za-z0-9]{2,}/) }) {
            let isNumber = word.output.allSatisfy(\.isNumber)
            #expect(isNumber || Self.names.contains(String(word.output)), "\(word.output)")
        }
    }
}

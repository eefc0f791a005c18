// Styles, scripts and pictures, and what scripts say in each language, below /assets/VERSION/. The
// version is a fingerprint over all that is served, so an address never changes its content and browsers may keep it
// for good.
//
// Owner: the worker's loop thread.

import Text

package final class Assets {
    /// The part of an address between /assets/ and the path of an asset.
    package private(set) lazy var version = versionOfAll()
    private let sources: Fingerprint
    private let files: [String: WebFile]
    private var documents: [String: Document] = [:]
    private lazy var graph = ModuleGraph { [unowned self] in files[$0]?.bytes ?? words(at: $0) }
    private lazy var packs = ModulePacks(
        pages: Page.packs.filter { files[$0.script] != nil },
        languages: wordFiles.compactMap(\.wordsLanguage),
        alone: [Page.frameScript].filter { files[$0] != nil }, graph: graph)
    private let wordFiles: [WebFile]
    /// By path: whose words these are, and in which language.
    private var wordModules: [String: (script: String, language: String)] = [:]

    private static let folder = "Assets/"

    init(_ all: [WebFile]) {
        var fingerprint = Fingerprint()
        var files: [String: WebFile] = [:]
        for file in all.sorted(by: { $0.path < $1.path }) {
            let isAsset = file.path.hasPrefix(Self.folder)
            guard isAsset || file.path.hasPrefix(Words.folder) else { continue }
            let served = file.served
            fingerprint.add(Array(file.path.utf8))
            fingerprint.add(served.bytes)
            if isAsset { files[String(file.path.dropFirst(Self.folder.count))] = served }
        }
        sources = fingerprint
        self.files = files
        wordFiles = all.filter { $0.wordsLanguage != nil }
        for language in wordFiles.compactMap(\.wordsLanguage) {
            for script in Page.packs.map(\.script) {
                wordModules[ScriptWords.path(for: script, in: language)] = (script, language)
            }
        }
    }

    /// Packs follow from the sources, and from what is put together.
    private func versionOfAll() -> String {
        var fingerprint = sources
        fingerprint.add(Array((ModulePack.formVersion + packs.plan).utf8))
        return fingerprint.text
    }

    /// The path part of the address of an asset.
    func address(of path: String) -> String {
        precondition(
            files[path] != nil || packs.has(path), "there is no asset \(path)")
        return "/assets/\(version)/\(path)"
    }

    /// The style sheet of this site, if it has one.
    var siteStyles: [String] { [Site.stylePath].filter { files[$0] != nil } }

    /// All there are, by path.
    package var paths: [String] {
        (Array(files.keys) + Array(wordModules.keys) + packs.paths).filter {
            Self.contentType(of: $0) != nil
        }
        .sorted()
    }

    /// The asset at a path such as "common/format.js". Compressed when first asked for.
    package func document(at path: String) -> Document? {
        if let document = documents[path] { return document }
        guard let type = Self.contentType(of: path),
            let bytes = files[path]?.bytes ?? words(at: path) ?? packs.bytes(at: path)
        else { return nil }
        let document = Document(contentType: type, bytes: bytes, effort: .thorough)
        documents[path] = document
        return document
    }

    private func words(at path: String) -> [UInt8]? {
        guard let (script, language) = wordModules[path] else { return nil }
        let all = graph.everyModule(of: script) + graph.modules(of: Page.frameScript)
        return ScriptWords(Words(language: language, in: wordFiles))
            .module(for: all.compactMap { files[$0]?.bytes })
    }

    private static func contentType(of path: String) -> String? {
        switch path.split(separator: ".").last {
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "jpeg": "image/jpeg"
        case "webp": "image/webp"
        default: nil
        }
    }
}

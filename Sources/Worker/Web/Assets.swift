// Styles, scripts and pictures, and what scripts say in each language, below /assets/VERSION/. The
// version is a fingerprint over all that is served, so an address never changes its content and browsers may keep it
// for good.
//
// Owner: the worker's loop thread.

import Text

package final class Assets {
    /// The part of an address between /assets/ and the path of an asset.
    package let version: String
    private let files: [String: WebFile]
    private var documents: [String: Document] = [:]
    private var moduleClosures: [String: [String]] = [:]
    private var moduleImports: [String: [(path: String, isLater: Bool)]] = [:]
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
        version = fingerprint.text
        self.files = files
        wordFiles = all.filter { $0.wordsLanguage != nil }
        for language in wordFiles.compactMap(\.wordsLanguage) {
            for script in Page.scripts {
                wordModules[ScriptWords.path(for: script, in: language)] = (script, language)
            }
        }
    }

    /// The path part of the address of an asset.
    func address(of path: String) -> String {
        precondition(
            files[path] != nil || wordModules[path] != nil, "there is no asset \(path)")
        return "/assets/\(version)/\(path)"
    }

    /// The style sheet of this site, if it has one.
    var siteStyles: [String] { [Site.stylePath].filter { files[$0] != nil } }

    /// All there are, by path.
    package var paths: [String] {
        (Array(files.keys) + Array(wordModules.keys)).filter { Self.contentType(of: $0) != nil }
            .sorted()
    }

    /// The asset at a path such as "common/format.js". Compressed when first asked for.
    package func document(at path: String) -> Document? {
        if let document = documents[path] { return document }
        guard let type = Self.contentType(of: path),
            let bytes = files[path]?.bytes ?? words(at: path)
        else { return nil }
        let document = Document(contentType: type, bytes: bytes, effort: .thorough)
        documents[path] = document
        return document
    }

    private func words(at path: String) -> [UInt8]? {
        guard let (script, language) = wordModules[path] else { return nil }
        let all = everyModule(of: script) + modules(of: Page.frameScript)
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

    // MARK: Modules

    /// A script and every module it imports, directly or not: what a page tells the browser to load
    /// at once, instead of finding out level by level.
    func modules(of script: String) -> [String] {
        if let known = moduleClosures[script] { return known }
        let found = closure(of: script, withLater: false)
        moduleClosures[script] = found
        return found
    }

    /// These, and what may be loaded later.
    func everyModule(of script: String) -> [String] { closure(of: script, withLater: true) }

    private func closure(of script: String, withLater: Bool) -> [String] {
        var found = [script]
        var index = 0
        while index < found.count {
            for imported in imports(of: found[index])
            where (withLater || !imported.isLater) && !found.contains(imported.path) {
                found.append(imported.path)
            }
            index += 1
        }
        return found
    }

    private func imports(of path: String) -> [(path: String, isLater: Bool)] {
        if let known = moduleImports[path] { return known }
        guard let file = files[path] else { preconditionFailure("there is no module \(path)") }
        let folder = path.split(separator: "/").dropLast()
        let lines = String(decoding: file.bytes, as: UTF8.self).split(separator: "\n")
        let found = lines.compactMap(ModuleImport.init).map {
            (path: $0.path(from: folder), isLater: $0.isLater)
        }
        moduleImports[path] = found
        return found
    }
}

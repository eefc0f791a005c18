// Weir's pages in each language that there is a table of words for (Words/LANGUAGE.json). The pages of a
// language are made when somebody first wants them.
//
// Owner: the worker's loop thread.

package final class WebSites {
    package let assets: Assets
    /// All there are, in lower case. The first one is for those who like none of them.
    package let languages: [String]
    private let files: [WebFile]
    private let offersSignUp: Bool
    package let site: Site
    private var made: [String: WebSite] = [:]

    /// What the operators' page is in, and what everything falls back to.
    static let defaultLanguage = "en"

    /// `offersSignUp` is false where only the operator creates accounts.
    package convenience init(offersSignUp: Bool, site: Site = .plain) {
        self.init(offersSignUp: offersSignUp, site: site, files: WebFile.all())
    }

    init(offersSignUp: Bool, site: Site = .plain, files: [WebFile]) {
        self.offersSignUp = offersSignUp
        self.site = site
        let files = site.adding(to: files)
        self.files = files
        assets = Assets(files)
        languages = Self.languages(in: files)
    }

    static func languages(in files: [WebFile]) -> [String] {
        let all = files.compactMap(\.wordsLanguage).filter { $0 != defaultLanguage }
        return [defaultLanguage] + all.sorted()
    }

    /// The pages in one of `languages`.
    package func site(in language: String) -> WebSite {
        if let known = made[language] { return known }
        let site = WebSite(
            words: Words(language: language, in: files), assets: assets, files: files,
            offersSignUp: offersSignUp, site: self.site)
        made[language] = site
        return site
    }

    /// The page for operators, who run the server in English.
    package func operators(mayAct: Bool) -> Document {
        site(in: Self.defaultLanguage).operators(mayAct: mayAct)
    }
}

extension WebFile {
    /// The language of a file of words; nil for any other file.
    var wordsLanguage: String? {
        guard path.hasPrefix(Words.folder), path.hasSuffix(".json") else { return nil }
        return String(path.dropFirst(Words.folder.count).dropLast(5))
    }
}

extension Words {
    /// The words of a language that there is a file for.
    init(language: String, in files: [WebFile]) {
        guard let file = files.first(where: { $0.wordsLanguage == language }) else {
            preconditionFailure("there are no words in \(language)")
        }
        self.init(language: language, table: file.bytes)
    }
}

// The pages in one language, for tests of what is on them.

@testable import Web

extension WebSite {
    convenience init(
        language: String = "en", offersSignUp: Bool = true, site: Site = .plain
    ) {
        let files = site.adding(to: WebFile.all())
        self.init(
            words: Words(language: language, in: files), assets: Assets(files), files: files,
            offersSignUp: offersSignUp, site: site)
    }
}

extension Words {
    static let english = Words(language: "en", in: WebFile.all())
    static let german = Words(language: "de", in: WebFile.all())
    static let spanish = Words(language: "es", in: WebFile.all())
}

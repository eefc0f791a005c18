// The pages there are, and what each of them loads.

/// The raw value is the name of its file in Pages, but for the embedded player.
enum Page: String, CaseIterable, Sendable {
    case home
    case live
    case watch
    /// The player alone, in a frame of another site's page.
    case embed
    /// A few words in such a frame.
    case embedMessage = "embed-message"
    case signUp = "signup"
    case logIn = "login"
    case account
    /// What operators see on the admin listener.
    case operators
    /// A few words and a way on.
    case message
    case notFound = "not-found"

    /// The name of its file in Pages.
    var file: String {
        // The same player, with other things around it.
        self == .embed ? Page.watch.rawValue : rawValue
    }

    /// In the order in which they overrule each other.
    private var styles: [String] {
        let own =
            switch self {
            case .home: ["water.css", "cards.css", "home.css"]
            case .live: ["live.css"]
            case .watch: ["cards.css", "watch.css", "watch-facts.css"]
            case .embed, .embedMessage: ["watch.css", "embed.css"]
            case .signUp, .logIn: ["water.css", "account.css"]
            case .account: ["account.css"]
            case .operators: ["operators.css"]
            case .message, .notFound: ["water.css"]
            }
        return ["base.css", "components.css"] + own
    }

    private var script: String? {
        switch self {
        case .home: "home/home.js"
        case .live: "live/live.js"
        case .watch: "watch/watch.js"
        case .embed: "embed/embed.js"
        case .signUp, .logIn, .account: "account/account.js"
        case .operators: "operators/operators.js"
        case .embedMessage, .message, .notFound: nil
        }
    }

    /// A module that runs as soon as it is there, before the page has been read: it asks for what takes
    /// longest.
    private var earlyScript: String? {
        switch self {
        case .watch, .embed: "watch/first-request.js"
        case .home, .live, .embedMessage, .signUp, .logIn, .account, .operators, .message,
            .notFound:
            nil
        }
    }

    /// What the frame around most pages runs (Pages/layout.html).
    static let frameScript = "common/frame.js"

    /// Of all pages.
    static let scripts = Set(allCases.compactMap(\.script))

    /// Elements of the head that name them. Modules are loaded while the page is still being read. Those
    /// with the words of a script run before it, because they stand before it.
    func head(assets: Assets, language: String) -> String {
        let early = earlyScript.map { load($0, "async ", from: assets) } ?? []
        let sheets = (styles + assets.siteStyles).map { style in
            "<link rel=\"stylesheet\" href=\"\(assets.address(of: style))\">"
        }
        let late = script.map { script in
            let words = ScriptWords.path(for: script, in: language)
            return ["<script type=\"module\" src=\"\(assets.address(of: words))\"></script>"]
                + load(script, "", from: assets)
        }
        return (early + sheets + (late ?? []) + frame(assets)).joined(separator: "\n")
    }

    /// What the frame around the page needs.
    private func frame(_ assets: Assets) -> [String] {
        switch self {
        case .embed, .embedMessage: []
        // It has no buttons that copy, and is not for search engines.
        case .operators: ["<meta name=\"robots\" content=\"noindex\">"]
        default:
            load(Self.frameScript, "", from: assets)
                + ["<link rel=\"manifest\" href=\"/manifest.webmanifest\">"]
        }
    }

    private func load(
        _ script: String, _ attributes: String, from assets: Assets
    ) -> [String] {
        let source = assets.address(of: script)
        let preloads = assets.modules(of: script).dropFirst().map { module in
            "<link rel=\"modulepreload\" href=\"\(assets.address(of: module))\">"
        }
        return ["<script type=\"module\" \(attributes)src=\"\(source)\"></script>"] + preloads
    }
}

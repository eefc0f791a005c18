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

    /// The frames of other sites' pages have none, and neither has what operators see.
    private var hasFrame: Bool {
        switch self {
        case .embed, .embedMessage, .operators: false
        case .home, .live, .watch, .signUp, .logIn, .account, .message, .notFound: true
        }
    }

    /// Of all pages that run something of their own.
    static let packs = Set(allCases.compactMap(\.pack))

    private var pack: PagePack? {
        script.map { PagePack(script: $0, earlyScript: earlyScript, hasFrame: hasFrame) }
    }

    /// Elements of the head that name them.
    func head(assets: Assets, language: String) -> String {
        var elements: [String] = []
        func run(_ script: String, _ attributes: String = "") {
            let source = assets.address(of: script)
            elements.append("<script type=\"module\" \(attributes)src=\"\(source)\"></script>")
        }
        if let earlyScript { run(ModulePacks.folder + earlyScript, "async ") }
        for style in styles + assets.siteStyles {
            elements.append("<link rel=\"stylesheet\" href=\"\(assets.address(of: style))\">")
        }
        if let pack {
            run(pack.path(in: language))
        } else if hasFrame {
            run(ModulePacks.folder + Self.frameScript)
        }
        if hasFrame { elements.append("<link rel=\"manifest\" href=\"/manifest.webmanifest\">") }
        // It is not for search engines.
        if self == .operators { elements.append("<meta name=\"robots\" content=\"noindex\">") }
        return elements.joined(separator: "\n")
    }
}

// Weir's own pages in one language, and what they load.
//
// Owner: the worker's loop thread.

package final class WebSite {
    package let words: Words
    let assets: Assets
    private let layout: Template
    /// Of pages that others frame.
    private let embedLayout: Template
    private let templates: [Page: Template]
    /// How to publish from the command line: with an account, and without.
    private let homeParts: (accounts: Template, open: Template)
    /// What is said of a stream beside its player: on its own page, and in a frame.
    private let factParts: (watch: Template, embed: Template)
    private let card: Template
    /// What lies over the picture in a frame.
    private let embedCaption: Template
    /// What a broadcaster says of a broadcast: only accounts have that.
    private let broadcastWords: Template
    private let offersSignUp: Bool
    let site: Site

    /// `offersSignUp` is false where only the operator creates accounts.
    init(words: Words, assets: Assets, files: [WebFile], offersSignUp: Bool, site: Site) {
        let template = { Self.template($0, in: files, words: words) }
        layout = template("layout")
        embedLayout = template("embed-layout")
        templates = Dictionary(
            uniqueKeysWithValues: Page.allCases.map { page in (page, template(page.file)) })
        homeParts = (accounts: template("home-accounts"), open: template("home-open"))
        factParts = (watch: template("watch-facts"), embed: template("embed-facts"))
        card = template("stream-card")
        embedCaption = template("embed-caption")
        broadcastWords = template("live-words")
        self.words = words
        self.assets = assets
        self.offersSignUp = offersSignUp
        self.site = site
    }

    private static func template(
        _ name: String, in files: [WebFile], words: Words
    ) -> Template {
        guard let file = files.first(where: { $0.path == "Pages/\(name).html" }) else {
            preconditionFailure("there is no page \(name)")
        }
        return Template(String(decoding: file.bytes, as: UTF8.self), words: words)
    }

    // MARK: Pages

    /// Who is live, in the order of `HomePage.inOrder`. `origin` is this server's origin as the browser
    /// knows it: "https://host:port". `nowMs` is the wall clock in milliseconds since 1970.
    /// `requiresAccount` is whether publishing needs an account.
    package func home(
        streams: [HomePage.Stream], origin: String, nowMs: UInt64, visitor: Visitor,
        requiresAccount: Bool
    ) -> Document {
        var values = HomePage(streams: streams, nowMs: nowMs, words: words, card: card).values
        values["site-text"] = site.textElement
        values["card"] = emptyCard(level: "h2")
        let part = requiresAccount ? homeParts.accounts : homeParts.open
        let name = visitor.name ?? (requiresAccount ? "my-name" : "my-stream")
        let key = requiresAccount ? "YOUR-KEY" : nil
        let lines = PublishLines(origin: origin, name: name, key: key)
        values["command-line"] = part.filled(with: [
            "command": Self.withPlaceholders(ShellLine.html(lines.ffmpeg)),
            "example-name": name.htmlEscaped,
            "first-step": visitor.firstStep(offersSignUp: offersSignUp, words: words),
        ])
        return render(
            .home, title: words("home.title"), for: visitor, next: nil, values: values,
            preview: homePreview(origin: origin))
    }

    /// Marks what is to be replaced.
    private static func withPlaceholders(_ html: String) -> String {
        ["YOUR-KEY", "my-stream", "my-name"].reduce(html) { html, word in
            html.replacing(word, with: "<i>\(word)</i>")
        }
    }

    /// Broadcasting from the browser. When that `requiresAccount`, it goes by the visitor's name;
    /// without one, the page says that one has to sign in.
    package func broadcast(visitor: Visitor, requiresAccount: Bool) -> Document {
        var values = [
            "name-label": words.html("setup.name"), "name-attributes": "", "broadcast-words": "",
        ]
        if requiresAccount {
            guard let name = visitor.name else { return signInToBroadcast(visitor: visitor) }
            values["name-label"] = words.html("setup.you-broadcast-as")
            values["name-attributes"] = " value=\"\(name.htmlEscaped)\" readonly"
            values["broadcast-words"] = broadcastWords.filled(with: [:])
        }
        return render(
            .live, title: words("studio.title"), for: visitor, next: "/live", values: values)
    }

    private func signInToBroadcast(visitor: Visitor) -> Document {
        message(
            words("studio.title"), words("message.needs-account"),
            ways: [(words("visitor.sign-in"), "/login?next=/live")]
                + (offersSignUp ? [(words("visitor.sign-up"), "/signup?next=/live")] : []),
            visitor: visitor)
    }

    /// A card for a script to fill, whose heading is of that level.
    private func emptyCard(level: String) -> String {
        card.filled(with: StreamCard.emptyValues.merging(["level": level]) { value, _ in value })
    }

    /// The player of one stream, live or not. `origin` is this server's origin as the browser knows it;
    /// nil when it has not said.
    package func watch(
        _ channel: ChannelPreview, visitor: Visitor, origin: String? = nil
    ) -> Document {
        let face = channel.face
        var values = values(of: channel)
        values["card"] = emptyCard(level: "h3")
        let facts = factParts.watch.filled(with: values)
        return render(
            .watch, title: channel.pageTitle, for: visitor, next: "/\(face.name)/watchLive",
            values: values.merging(["facts": facts, "over": ""]) { value, _ in value },
            preview: origin.map { preview(of: channel, origin: $0) })
    }

    private func values(of channel: ChannelPreview) -> [String: String] {
        let face = channel.face
        let tags = face.tags.map { "<li class=\"tag\" dir=\"auto\">\($0.htmlEscaped)</li>" }
        return [
            "name": face.name.htmlEscaped, "heading": face.heading.htmlEscaped,
            "channel": face.title.isEmpty ? "" : face.shownName.htmlEscaped,
            "description": face.description.htmlEscaped,
            "tags": tags.joined(), "language-attribute": face.languageAttribute,
            "hue": "\(face.hue)", "initial": face.initial.htmlEscaped,
            "picture": face.pictureElement,
            "picture-address": (face.picturePath ?? "").htmlEscaped,
        ]
    }

    /// Says that no account has that name, on servers where names belong to accounts. `name` is a valid
    /// stream name.
    package func noSuchChannel(name: String, visitor: Visitor) -> Document {
        message(
            words("message.no-channel.title"), words("message.no-channel.text", ["name": name]),
            ways: [(words("ways.who-is-live"), "/")], visitor: visitor)
    }

    // MARK: In a frame of another site's page

    /// The player alone.
    package func embed(_ channel: ChannelPreview) -> Document {
        let values = values(of: channel)
        let facts = factParts.embed.filled(with: values)
        let caption = embedCaption.filled(with: values)
        return renderEmbed(
            .embed, title: channel.pageTitle,
            values: values.merging(["facts": facts, "over": caption]) { value, _ in value })
    }

    package func embedNoSuchChannel() -> Document {
        let heading = words("message.no-channel.title")
        return renderEmbed(
            .embedMessage, title: heading,
            values: [
                "heading": heading.htmlEscaped, "text": words.html("message.no-channel.frame"),
            ])
    }

    private func renderEmbed(
        _ page: Page, title: String, values: [String: String]
    ) -> Document {
        document(page, in: embedLayout, title: title, values: values, around: [:])
    }

    package func notFound(visitor: Visitor) -> Document {
        render(
            .notFound, title: words("message.not-found.title"), for: visitor, next: nil, values: [:]
        )
    }

    // MARK: For operators

    /// What the server does, for those who run it. `mayAct`: they can end broadcasts from there.
    func operators(mayAct: Bool) -> Document {
        document(
            .operators, in: layout, title: "Operators",
            values: ["actions": mayAct ? "on" : "off"], around: PageFrame.forOperators.values)
    }

    // MARK: Accounts

    package func signUp(_ form: SignUpForm, visitor: Visitor = .anonymous) -> Document {
        let page = EntryPage(form, words: words)
        return render(
            .signUp, title: page.title, for: visitor, next: form.next, values: page.values)
    }

    /// Instead of the form, where only the operator creates accounts.
    package func signUpIsClosed(visitor: Visitor = .anonymous) -> Document {
        message(
            words("message.by-invitation.title"),
            site.signUpText.isEmpty ? words("message.by-invitation.text") : site.signUpText,
            ways: [(words("visitor.sign-in"), "/login"), (words("ways.who-is-live"), "/")],
            visitor: visitor)
    }

    package func logIn(_ form: LogInForm, visitor: Visitor = .anonymous) -> Document {
        let page = EntryPage(form, words: words)
        let link = "<a href=\"\(page.values["other"] ?? "")\">"
        let offer = words.html("entry.sign-in.new-here", ["link": link, "/link": "</a>"])
        let signUp = offersSignUp ? "<p>\(offer)</p>" : ""
        return render(
            .logIn, title: page.title, for: visitor, next: form.next,
            values: page.values.merging(["sign-up": signUp]) { value, _ in value })
    }

    /// The owner's own page. No cache may store it.
    package func account(_ page: AccountPage) -> Document {
        let view = AccountView(page: page, words: words)
        return render(
            .account, title: view.title, for: .signedIn(name: page.name), next: nil,
            values: view.values)
    }

    /// The accounts do not answer (503). `retryPath` is the page to try again.
    package func unavailable(visitor: Visitor, retryPath: String? = nil) -> Document {
        let retry = retryPath.map { [(label: words("ways.try-again"), path: $0)] } ?? []
        return message(
            words("message.unavailable.title"), words("message.unavailable.text"),
            ways: retry + [(words("ways.who-is-live"), "/")], visitor: visitor)
    }

    /// A few words for a person, about anything that has no page of its own: each way on is its
    /// words and a path on this server.
    package func message(
        _ heading: String, _ text: String, ways: [(label: String, path: String)],
        visitor: Visitor
    ) -> Document {
        let links = ways.enumerated().map { index, way in
            let style = index == 0 ? "button button-primary" : "button"
            return "<a class=\"\(style)\" href=\"\(way.path.htmlEscaped)\">"
                + "\(way.label.htmlEscaped)</a>"
        }
        return render(
            .message, title: heading, for: visitor, next: nil,
            values: [
                "heading": heading.htmlEscaped, "text": text.htmlEscaped,
                "ways": links.joined(separator: "\n"),
            ])
    }

    /// `next` is where signing in from this page leads back to.
    private func render(
        _ page: Page, title: String, for visitor: Visitor, next: String?,
        values: [String: String], preview: LinkPreview? = nil
    ) -> Document {
        document(
            page, in: layout, title: title, values: values, preview: preview,
            around: PageFrame.forVisitor(
                visitor.header(next: next, offersSignUp: offersSignUp, words: words), words: words
            ).values)
    }

    private func document(
        _ page: Page, in layout: Template, title: String, values: [String: String],
        preview: LinkPreview? = nil, around: [String: String]
    ) -> Document {
        guard let template = templates[page] else { preconditionFailure("no template") }
        let icon = site.icon(assets)
        let shared = [
            "assets": "/assets/\(assets.version)", "language": words.language,
            "direction": words.direction, "site-name": site.name.htmlEscaped,
            "site-mark": site.mark(assets), "icon": icon.address, "icon-type": icon.contentType,
        ]
        let main = template.filled(with: values.merging(shared) { value, _ in value })
        let loads = page.head(assets: assets, language: words.language)
        let head = ([loads] + [preview?.html(siteName: site.name)].compactMap { $0 })
            .joined(separator: "\n")
        let frame = around.merging([
            "title": title.htmlEscaped, "head": head, "main": main,
        ]) { value, _ in value }
        let text = layout.filled(with: frame.merging(shared) { value, _ in value })
        return Document(
            contentType: "text/html; charset=utf-8", bytes: Array(text.utf8), effort: .quick,
            language: words.language)
    }
}

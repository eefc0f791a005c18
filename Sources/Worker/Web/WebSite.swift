// Weir's own pages, and what they load.
//
// Owner: the worker's loop thread.

package final class WebSite {
    package let assets: Assets
    private let layout: Template
    private let templates: [Page: Template]
    private var broadcastPage: Document?

    package init() {
        let files = WebFile.all()
        assets = Assets(files)
        layout = Self.template("layout", in: files)
        templates = Dictionary(
            uniqueKeysWithValues: Page.allCases.map { page in
                (page, Self.template(page.rawValue, in: files))
            })
    }

    private static func template(_ name: String, in files: [WebFile]) -> Template {
        guard let file = files.first(where: { $0.path == "Pages/\(name).html" }) else {
            preconditionFailure("there is no page \(name)")
        }
        return Template(String(decoding: file.bytes, as: UTF8.self))
    }

    // MARK: Pages

    /// Who is live. `origin` is what the browser calls this server: "https://host:port"; `nowMs` is
    /// the wall clock in milliseconds since 1970.
    package func home(streams: [HomePage.Stream], origin: String, nowMs: UInt64) -> Document {
        let values = HomePage(streams: streams, origin: origin, nowMs: nowMs).values
        return render(.home, title: "Live now", values: values)
    }

    /// Broadcasting from the browser. The same for everybody, so it is made once.
    package func broadcast() -> Document {
        if let made = broadcastPage { return made }
        let page = render(.live, title: "Go live", values: [:])
        broadcastPage = page
        return page
    }

    /// The player of one stream, live or not. `name` is a valid stream name.
    package func watch(name: String) -> Document {
        render(.watch, title: name, values: ["name": name.htmlEscaped])
    }

    package func notFound() -> Document {
        render(.notFound, title: "Nothing here", values: [:])
    }

    private func render(_ page: Page, title: String, values: [String: String]) -> Document {
        guard let template = templates[page] else { preconditionFailure("no template") }
        let shared = ["assets": "/assets/\(assets.version)"]
        let main = template.filled(with: values.merging(shared) { value, _ in value })
        let text = layout.filled(
            with: shared.merging([
                "title": title.htmlEscaped, "head": page.head(assets: assets), "main": main,
            ]) { value, _ in value })
        return Document(
            contentType: "text/html; charset=utf-8", bytes: Array(text.utf8), effort: .quick)
    }
}

// One request about accounts, and the ways to answer it. A program gets JSON and problems. A page's form
// gets a page, or is sent on to one. Routes need not ask which of the two it is.
//
// Owner: the worker's loop thread.

import HTTP
import Text
import Web

struct AccountCall {
    let exchange: Exchange
    let isForm: Bool
    /// In the language of whoever asks.
    let site: WebSite
    let transportSecurity: TransportSecurity

    var request: Request { exchange.request }
    /// This server's origin, as the browser knows it.
    var origin: String { "https://\(request.authority)" }

    /// Where a person wants to go afterwards: a path on this server that no browser could take for
    /// another server.
    static func next(_ path: (some StringProtocol)?) -> String? {
        guard let path, path.hasPrefix("/"), !path.hasPrefix("//"), path.utf8.count <= 512,
            path.utf8.allSatisfy({ (0x21..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") })
        else { return nil }
        return String(path)
    }

    /// No cache may keep answers about accounts.
    private var fields: [HeaderField] {
        [HeaderField("cache-control", "no-store")] + lastingFields
    }

    /// The same without the fields that a problem has already.
    private var lastingFields: [HeaderField] {
        transportSecurity.fields(for: request) + [HeaderField("x-content-type-options", "nosniff")]
    }

    // MARK: Programs

    func answer(status: Int, json: JSONValue, headers: [HeaderField] = []) {
        guard !exchange.isOver else { return }
        exchange.respond(
            status: status,
            headers: [HeaderField("content-type", "application/json")] + fields + headers,
            body: .bytes(Array(json.text.utf8)))
    }

    func answerNothing(headers: [HeaderField] = []) {
        guard !exchange.isOver else { return }
        exchange.respond(status: 204, headers: fields + headers, body: .none)
    }

    // MARK: People

    /// Sends a browser on to a page (RFC 9110, section 15.4.4).
    func goOn(to path: String, headers: [HeaderField] = []) {
        guard !exchange.isOver else { return }
        exchange.respond(
            status: 303, headers: [HeaderField("location", path)] + fields + headers,
            body: .bytes([]))
    }

    func show(_ page: Document, status: Int = 200, headers: [HeaderField] = []) {
        guard !exchange.isOver else { return }
        let security = PageSecurity.fields.map { HeaderField($0.name, $0.value) }
        exchange.respond(
            status: status,
            headers: [
                HeaderField("content-type", page.contentType),
                HeaderField("cache-control", "no-store"),
                HeaderField("content-language", site.words.language),
            ] + transportSecurity.fields(for: request) + security + headers,
            body: .bytes(page.bytes))
    }

    // MARK: Refusals

    /// `page` makes what a person sees instead of the problem.
    func refuse(_ problem: Problem, page: (FormFault) -> Document) {
        guard !exchange.isOver else { return }
        guard isForm else { return refuse(problem) }
        let fault = FormFault(problem, in: site.words)
        show(page(fault), status: problem.status, headers: problem.headers)
    }

    /// Tells a person in a few words, where no form is shown again.
    func refuse(_ problem: Problem) {
        guard !exchange.isOver else { return }
        guard isForm else {
            return exchange.respond(problem, headers: lastingFields)
        }
        let page = site.message(
            problem.title(in: site.words), problem.text(in: site.words),
            ways: [
                (site.words("ways.your-account"), "/account"),
                (site.words("ways.who-is-live"), "/"),
            ], visitor: .unknown)
        show(page, status: problem.status, headers: problem.headers)
    }
}

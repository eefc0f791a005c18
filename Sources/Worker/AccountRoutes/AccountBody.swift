// The body of a request about accounts: small, and either a JSON object (RFC 8259) or an HTML form
// (application/x-www-form-urlencoded, URL standard, section 5.1).
//
// Owner: the worker's loop thread.

import HTTP
import Settings
import Text

/// What a client sent, by the names of fields.
struct AccountForm {
    /// A field whose value is not a text has the value nil.
    let fields: [String: String?]
    /// Whether a page's form sent it, and not a program: then the answer is a page as well.
    let isForm: Bool
    /// The whole of what a program sent, with members that are no texts; nil when a form sent it.
    var json: JSONValue?

    /// Errors: `missing-field`, when it is absent or not a text.
    func text(_ name: String) throws(Problem) -> String {
        guard let value = fields[name], let text = value else { throw .missingField(name) }
        return text
    }

    /// Nil when it is absent.
    func optionalText(_ name: String) -> String? { fields[name] ?? nil }
}

/// Reads a body to its end, then reports its fields once.
final class AccountBody: ExchangeHandler {
    private var bytes: [UInt8] = []
    private var isTooLong = false
    /// How much of the client's share this body takes, in bytes.
    private var heldBytes = 0
    private var then: ((Result<AccountForm, Problem>) -> Void)?

    /// The kind of body decides how refusals look, so it has to be known before the body is.
    static func isForm(_ request: Request) -> Bool {
        mediaType(of: request) == "application/x-www-form-urlencoded"
    }

    /// Becomes the exchange's handler. `then` is not called when the exchange ends first.
    static func read(
        _ exchange: Exchange, then: @escaping (Result<AccountForm, Problem>) -> Void
    ) {
        let body = AccountBody(then)
        if let length = exchange.request.contentLength, length > Limits.accountBodyBytes {
            body.isTooLong = true
        }
        exchange.handler = body
        if !exchange.request.hasBody { body.finish(exchange) }
    }

    private init(_ then: @escaping (Result<AccountForm, Problem>) -> Void) {
        self.then = then
    }

    func exchange(_ exchange: Exchange, didReceiveBody received: UnsafeRawBufferPointer) {
        let count = received.count
        if bytes.count + count > Limits.accountBodyBytes {
            isTooLong = true
        } else if !isTooLong {
            unsafe bytes.append(contentsOf: received)
            exchange.client.force(.heldBytes, count)
            heldBytes += count
        }
        exchange.credit(count)
        if isTooLong { finish(exchange) }
    }

    func exchangeDidFinishBody(_ exchange: Exchange) {
        finish(exchange)
    }

    func exchangeDidClose(_ exchange: Exchange, cause: CloseCause) {
        then = nil
        exchange.client.giveBack(.heldBytes, heldBytes)
        heldBytes = 0
    }

    private func finish(_ exchange: Exchange) {
        guard let then else { return }
        self.then = nil
        then(Result { () throws(Problem) in try form(of: exchange.request) })
    }

    private func form(of request: Request) throws(Problem) -> AccountForm {
        if isTooLong { throw .accountBodyTooLarge }
        if bytes.isEmpty { return AccountForm(fields: [:], isForm: Self.isForm(request)) }
        switch Self.mediaType(of: request) {
        case "application/json":
            guard let fields = JSONFields.read(bytes) else { throw .malformedBody }
            return AccountForm(
                fields: fields, isForm: false, json: JSONValue(parsing: bytes))
        case "application/x-www-form-urlencoded":
            guard let fields = URLEncodedFields.read(bytes) else { throw .malformedBody }
            return AccountForm(fields: fields.mapValues { $0 }, isForm: true)
        default:
            throw .unsupportedMediaType
        }
    }

    /// The media type without parameters, in lower case.
    private static func mediaType(of request: Request) -> String? {
        guard let field = request.header("content-type") else { return nil }
        let type = field.prefix { $0 != ";" }
        return type.filter { $0 != " " && $0 != "\t" }.lowercased()
    }
}

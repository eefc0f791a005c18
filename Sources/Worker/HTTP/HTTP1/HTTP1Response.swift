// The header section of a response as HTTP/1.1 text (RFC 9112, section 4).

struct HTTP1Response {
    /// How the client learns where the body ends (RFC 9112, section 6.3).
    enum Framing: Equatable {
        case none
        case length(Int)
        case chunked
        /// For HTTP/1.0 clients, which do not know chunks.
        case untilClose
    }

    let status: Int
    let headers: [HeaderField]
    let framing: Framing
    /// The value of the field Connection; nil when the default of the client's version applies.
    let connection: String?
    let date: String?

    var text: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        bytes.append(contentsOf: "HTTP/1.1 \(status) \(Self.reason(status))\r\n".utf8)
        if let date { bytes.append(name: "date", value: date) }
        for field in headers { bytes.append(name: field.name, value: field.value) }
        switch framing {
        case .length(let count): bytes.append(name: "content-length", value: String(count))
        case .chunked: bytes.append(name: "transfer-encoding", value: "chunked")
        case .none, .untilClose: break
        }
        if let connection { bytes.append(name: "connection", value: connection) }
        bytes.append(contentsOf: "\r\n".utf8)
        return bytes
    }

    /// The same after a status line and fields that were made before, including the length.
    func text(behind prepared: [UInt8]) -> [UInt8] {
        var bytes = prepared
        if let date { bytes.append(name: "date", value: date) }
        for field in headers { bytes.append(name: field.name, value: field.value) }
        if let connection { bytes.append(name: "connection", value: connection) }
        bytes.append(contentsOf: "\r\n".utf8)
        return bytes
    }

    /// The whole answer to something that never became a request; nothing follows it.
    static func last(_ problem: Problem, date: String) -> [UInt8] {
        let body = problem.body(requestID: nil)
        return HTTP1Response(
            status: problem.status, headers: problem.fields, framing: .length(body.count),
            connection: "close", date: date
        ).text + body
    }

    /// RFC 9110, section 15. Clients go by the number; the words are for people who read along.
    private static func reason(_ status: Int) -> String {
        switch status {
        case 100: "Continue"
        case 200: "OK"
        case 201: "Created"
        case 204: "No Content"
        case 206: "Partial Content"
        case 303: "See Other"
        case 304: "Not Modified"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        case 505: "HTTP Version Not Supported"
        case 507: "Insufficient Storage"
        default: status < 400 ? "OK" : "Error"
        }
    }
}

extension [UInt8] {
    /// A line break in a field would begin another field, so line breaks are not written.
    fileprivate mutating func append(name: String, value: String) {
        append(contentsOf: name.utf8)
        append(contentsOf: ": ".utf8)
        for byte in value.utf8 where byte != UInt8(ascii: "\r") && byte != UInt8(ascii: "\n") {
            append(byte)
        }
        append(contentsOf: "\r\n".utf8)
    }
}

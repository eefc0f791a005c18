// The methods that routes can have. Methods are compared by their bytes, and case counts (RFC 9110,
// section 9.1).

package enum RequestMethod: UInt8, CaseIterable, Sendable {
    case get, head, post, put, source, delete, options

    /// Nil for a method that no route has.
    init?(_ bytes: Span<UInt8>) {
        switch bytes.count {
        case 3 where bytes.equals("GET"): self = .get
        case 3 where bytes.equals("PUT"): self = .put
        case 4 where bytes.equals("HEAD"): self = .head
        case 4 where bytes.equals("POST"): self = .post
        case 6 where bytes.equals("DELETE"): self = .delete
        case 6 where bytes.equals("SOURCE"): self = .source
        case 7 where bytes.equals("OPTIONS"): self = .options
        default: return nil
        }
    }

    /// As written in a request. SOURCE is Icecast's word for an endless PUT.
    package var text: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .source: "SOURCE"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        }
    }
}

// The result of a complete header section.

enum HTTP1Version: Equatable, Sendable {
    case v10
    case v11
}

/// How the end of a request's body is found (RFC 9112 section 6.3).
enum BodyFraming: Equatable, Sendable {
    case none
    /// This many bytes; 0 when the client said so.
    case length(Int)
    case chunked
    /// All bytes to the end of the connection. See HTTP1Framing.
    case untilClose
}

/// One request up to its empty line: complete and valid.
struct HTTP1Head {
    /// The fields as they come from HTTP/2: `:method`, `:scheme`, `:authority` and `:path` first; names
    /// in lower case; without Host and without fields about this one connection. `:authority` is empty
    /// when an HTTP/1.0 client named no host. There is an `expect` field if and only if
    /// `expectsContinue`.
    let block: HeaderBlock
    let version: HTTP1Version
    let framing: BodyFraming
    /// Whether the client lets another request follow (RFC 9112 section 9.3).
    let persists: Bool
    /// Whether the client waits for 100 (Continue) before it sends a body. Always false without a body
    /// to wait for; in HTTP/1.0, true only for a body that lasts to the end of the connection (RFC 9110
    /// section 10.1.1, and source clients).
    let expectsContinue: Bool
    /// Whether it waits for 200 instead. See HTTP1Framing.
    let expectsAcceptance: Bool
}

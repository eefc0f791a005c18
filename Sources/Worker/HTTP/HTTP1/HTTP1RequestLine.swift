// The first line of a request (RFC 9112 section 3): a method, a target, a version, one space between
// each, and nothing else. White space that other parsers forgive is refused, because a cache in front
// and a server behind have to agree on where the target ends.

/// A valid request line; the ranges refer to the line.
struct HTTP1RequestLine {
    let method: Range<Int>
    let target: HTTP1Target
    let version: HTTP1Version

    private static let http2Preface: StaticString = "PRI * HTTP/2.0"
    /// The length of "HTTP/1.1".
    private static let versionBytes = 8

    /// The length of the longest line that the limits allow.
    static func longestBytes(_ limits: HTTPLimits) -> Int {
        limits.methodBytes + 1 + limits.targetBytes + 1 + versionBytes
    }

    /// Which limit a longer line exceeds, judged by its beginning.
    static func excess(of beginning: Span<UInt8>, _ limits: HTTPLimits) -> HTTP1Failure {
        let methodEnd = beginning.firstIndex(of: HTTP1Character.space) ?? beginning.count
        return methodEnd > limits.methodBytes ? .methodTooLong : .targetTooLong
    }

    /// `isSecure`: the connection is a TLS one.
    init(_ line: Span<UInt8>, isSecure: Bool, limits: HTTPLimits) throws(HTTP1Failure) {
        if line.equals(Self.http2Preface) { throw .http2Preface }
        guard let methodEnd = line.firstIndex(of: HTTP1Character.space), methodEnd > 0,
            let targetEnd = line.firstIndex(of: HTTP1Character.space, from: methodEnd + 1)
        else { throw .malformedRequestLine }
        let methodBytes = line.extracting(0..<methodEnd)
        guard methodBytes.allSatisfy(HTTP1Character.isToken) else { throw .malformedRequestLine }
        guard methodEnd <= limits.methodBytes else { throw .methodTooLong }
        guard targetEnd - methodEnd - 1 <= limits.targetBytes else { throw .targetTooLong }

        method = 0..<methodEnd
        version = try Self.version(line.extracting(targetEnd + 1..<line.count))
        // Its target is an authority, unlike that of any other method (RFC 9112 section 3.2.3).
        if methodBytes.equals("CONNECT") { throw .connectNotSupported }
        target = try HTTP1Target(
            line, at: methodEnd + 1..<targetEnd, isOptions: methodBytes.equals("OPTIONS"),
            isSecure: isSecure)
    }

    private static func version(_ bytes: Span<UInt8>) throws(HTTP1Failure) -> HTTP1Version {
        guard bytes.count == versionBytes, bytes.extracting(0..<5).equals("HTTP/"),
            HTTP1Character.isDigit(bytes[5]), bytes[6] == UInt8(ascii: "."),
            HTTP1Character.isDigit(bytes[7])
        else { throw .malformedRequestLine }
        guard bytes[5] == UInt8(ascii: "1") else { throw .unsupportedVersion }
        switch bytes[7] {
        case UInt8(ascii: "0"): return .v10
        case UInt8(ascii: "1"): return .v11
        default: throw .unsupportedVersion
        }
    }
}

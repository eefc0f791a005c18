// The files that an ACME client puts into a web root, to show a certificate authority that the name of this
// server is its own (RFC 8555, section 8.3). Only their names and a few hundred bytes: nothing else can be read
// through this.
//
// Owner: the worker's loop thread. Reading such a file does not occupy it.

import HTTP
import LinuxIO
import Settings

struct ACMEChallenges {
    /// Where the authority looks, on every server.
    static let path = "/.well-known/acme-challenge/"

    private let directory: String

    /// - Parameter webroot: the directory that the ACME client was told.
    init(webroot: String) {
        directory = webroot + Self.path
    }

    /// Answers a request whose path begins with `path`.
    func answer(_ exchange: Exchange) {
        let request = exchange.request
        guard request.isReading else {
            return exchange.respond(.methodNotAllowed(allow: [.get, .head]))
        }
        guard let token = Self.token(request.path),
            let contents = try? FileSystem.contents(
                ofRegular: directory + token, limitBytes: Limits.challengeFileBytes)
        else { return exchange.respond(.unknownChallenge) }
        exchange.respond(
            status: 200,
            headers: [
                HeaderField("content-type", "application/octet-stream"),
                HeaderField("cache-control", "no-store"),
                HeaderField("x-content-type-options", "nosniff"),
            ], body: .bytes(contents))
    }

    /// The last part of the path, if it is a token: letters, digits, `-` and `_` (RFC 8555, section
    /// 8.3), so that it cannot lead anywhere else.
    static func token(_ path: String) -> Substring? {
        let token = path.dropFirst(Self.path.count)
        guard (1...Limits.challengeTokenBytes).contains(token.utf8.count),
            token.utf8.allSatisfy(isOfToken)
        else { return nil }
        return token
    }

    private static func isOfToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension Problem {
    static let unknownChallenge = Problem(
        status: 404, slug: "unknown-challenge", title: "There is no such challenge",
        detail: "An ACME client puts its files into .well-known/acme-challenge in the web root.")
}

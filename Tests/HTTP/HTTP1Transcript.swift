// What a parser makes of a connection's bytes, written down so that two runs can be compared.

import LinuxIO

@testable import HTTP

struct HTTP1Transcript: Equatable {
    struct Request: Equatable {
        let method: String
        let scheme: String
        let authority: String
        let target: String
        let fields: [HeaderField]
        let version: HTTP1Version
        let framing: BodyFraming
        let persists: Bool
        let expectsContinue: Bool
        let expectsAcceptance: Bool
        var body: [UInt8] = []
        /// Where the next request begins; nil when this one is not complete.
        var end: Int?

        init(_ head: HTTP1Head) {
            let request = HTTP.Request(
                block: head.block, hasBody: head.framing != .none,
                peer: PeerAddress(bytes: []), connectionID: 0)
            method = request.method
            scheme = request.scheme
            authority = request.authority
            target = request.target
            fields = request.headers
            version = head.version
            framing = head.framing
            persists = head.persists
            expectsContinue = head.expectsContinue
            expectsAcceptance = head.expectsAcceptance
        }
    }

    private(set) var requests: [Request] = []
    private(set) var failure: HTTP1Failure?
    private(set) var isInsideHead = false

    /// Feeds the pieces one after another to a new parser; what an event does not consume is given
    /// again, as a connection would.
    init(_ pieces: [ArraySlice<UInt8>], limits: HTTPLimits = HTTPLimits(), isSecure: Bool = true) {
        var parser = HTTP1Parser(limits: limits, isSecure: isSecure)
        var consumed = 0
        for piece in pieces {
            let bytes = Array(piece)
            var position = 0
            while take(parser.next(in: bytes.span, from: &position), bytes, consumed + position) {}
            guard failure == nil else { break }
            precondition(position == bytes.count, "needsMore means that all was consumed")
            consumed += position
        }
        isInsideHead = parser.isInsideHead
    }

    init(_ text: String, limits: HTTPLimits = HTTPLimits(), isSecure: Bool = true) {
        self.init([Array(text.utf8)[...]], limits: limits, isSecure: isSecure)
    }

    /// Notes an event; false after the last one.
    private mutating func take(
        _ event: HTTP1Parser.Event, _ bytes: [UInt8], _ position: Int
    ) -> Bool {
        switch event {
        case .needsMore:
            return false
        case .head(let head):
            requests.append(Request(head))
        case .body(let range):
            precondition(!range.isEmpty)
            requests[requests.count - 1].body += bytes[range]
        case .end:
            requests[requests.count - 1].end = position
        case .failure(let failure):
            self.failure = failure
            return false
        }
        return true
    }
}

/// Pieces of 1 to `longest` bytes, in a pattern that the seed decides.
func randomPieces(of bytes: [UInt8], longest: Int, seed: UInt32) -> [ArraySlice<UInt8>] {
    var state = seed &* 2_654_435_761 | 1
    var pieces: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        state = state &* 1_664_525 &+ 1_013_904_223
        pieces.append(rest.prefix(Int(state >> 16) % longest + 1))
        rest = rest.dropFirst(pieces[pieces.count - 1].count)
    }
    return pieces
}

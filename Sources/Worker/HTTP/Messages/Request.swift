// A request as routes see it, with the same form for all protocols.

import LinuxIO

/// The header section of one request, complete and valid. Each access makes a new text, so keep one that
/// you use twice.
package struct Request {
    /// Shared by all copies. Its session uses it again when there are no copies left.
    fileprivate var block: HeaderBlock
    /// Whether a body may follow: the header section did not end the request.
    package let hasBody: Bool
    /// The body ends with the connection, so the request can only be a broadcast.
    package let isEndless: Bool
    /// A response without a length can be told from one that was cut off.
    package let marksEnds: Bool
    package let peer: PeerAddress
    /// The connection of this worker that it came over; never reused.
    package let connectionID: UInt64
    /// Where the segments of the target are.
    package private(set) var split: SplitTarget

    init(
        block: HeaderBlock, hasBody: Bool, isEndless: Bool = false, marksEnds: Bool = true,
        peer: PeerAddress, connectionID: UInt64
    ) {
        split = block.withBytes(block.path) { SplitTarget($0) }
        self.block = block
        self.hasBody = hasBody
        self.isEndless = isEndless
        self.marksEnds = marksEnds
        self.peer = peer
        self.connectionID = connectionID
    }

    /// A request put together by hand, for tests of routes.
    package init(
        method: String, scheme: String = "https", authority: String = "localhost",
        target: String, headers: [HeaderField] = [], hasBody: Bool = false,
        peer: PeerAddress = PeerAddress(bytes: [127, 0, 0, 1]), connectionID: UInt64 = 1
    ) {
        let block = HeaderBlock()
        let pseudo = [
            HeaderField(":method", method), HeaderField(":scheme", scheme),
            HeaderField(":authority", authority), HeaderField(":path", target),
        ]
        for field in pseudo + headers {
            block.append(name: Array(field.name.utf8).span, value: Array(field.value.utf8).span)
        }
        self.init(block: block, hasBody: hasBody, peer: peer, connectionID: connectionID)
    }

    /// Whether its memory may be used for another one: there is no other copy of it, and it was not long.
    var hasSpentBlock: Bool {
        mutating get { isKnownUniquelyReferenced(&block) && block.mayBeReused }
    }

    /// The memory of a request that is over, if it may be used for another one.
    mutating func spentBlock() -> HeaderBlock? { hasSpentBlock ? block : nil }

    // MARK: What it says

    /// The declared length of the body in bytes, when there is one.
    package var contentLength: Int? { block.contentLength }
    /// Whether the client waits for 100 (Continue) before it sends the body.
    var expectsContinue: Bool { block.expectsContinue }

    package var method: String { block.text(block.method) }
    package var scheme: String { block.text(block.scheme) }
    /// The authority of the target, or else the Host field; may be empty.
    package var authority: String {
        block.authority.isEmpty ? header("host") ?? "" : block.text(block.authority)
    }
    /// Path and query exactly as sent: not decoded, not normalised.
    package var target: String { block.text(block.path) }
    /// The target without its query.
    package var path: String { targetText(0..<split.pathEnd) }
    /// The part of the target after the question mark; empty when there is none.
    package var query: Substring { Substring(targetText(split.query)) }

    /// Calls `body` with the bytes of the query.
    package func withQuery<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        withTarget { body($0.extracting(split.query)) }
    }

    /// Whether path and query are exactly this.
    package func hasTarget(_ target: StaticString) -> Bool { block.matches(block.path, target) }

    /// A part of the target, given as a range of its bytes.
    func targetText(_ range: Range<Int>) -> String {
        let start = block.path.lowerBound
        return block.text(start + range.lowerBound..<start + range.upperBound)
    }

    func withTarget<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        block.withBytes(block.path, body)
    }

    /// Goes on as if the request had come with this target.
    mutating func replaceTarget(_ target: [UInt8]) {
        block.replacePath(target.span)
        split = SplitTarget(target.span)
    }

    package var isHead: Bool { block.matches(block.method, "HEAD") }
    /// Whether it only reads: GET or HEAD.
    package var isReading: Bool { isGet || isHead }
    var isGet: Bool { block.matches(block.method, "GET") }
    /// Nil for a method that no route has.
    var knownMethod: RequestMethod? { block.withBytes(block.method) { RequestMethod($0) } }

    /// Whether a person opens this address in a browser, as opposed to a page or a program (Fetch
    /// Metadata, section 2.1).
    package var isNavigation: Bool {
        block.firstField("sec-fetch-dest").map { block.matches($0, "document") } ?? false
    }

    /// Whether a browser fetches it for a player of its own, without a script (the same).
    package var isOfMediaElement: Bool {
        let field = block.firstField("sec-fetch-dest")
        return field.map { block.matches($0, "video") || block.matches($0, "audio") } ?? false
    }

    // MARK: Fields

    package var headers: [HeaderField] {
        var fields: [HeaderField] = []
        fields.reserveCapacity(block.fieldCount)
        block.forEachField { name, value in
            fields.append(HeaderField(name: block.text(name), value: block.text(value)))
            return true
        }
        return fields
    }

    /// The value of the first field of that name (lower case). Cookies are joined, because HTTP/2
    /// allows them to be split (RFC 9113 section 8.2.3).
    package func header(_ name: StaticString) -> String? {
        guard let first = block.firstField(name) else { return nil }
        guard name.description == "cookie" else { return block.text(first) }
        return block.cookies
    }

    /// Calls `body` with the bytes of the first field of that name (lower case); nil when there is none.
    package func withHeader<Result>(
        _ name: StaticString, _ body: (Span<UInt8>) -> Result
    ) -> Result? {
        guard let value = block.firstField(name) else { return nil }
        return block.withBytes(value, body)
    }

    package func has(_ name: StaticString) -> Bool { block.firstField(name) != nil }
}

extension HeaderBlock {
    /// All cookie fields, joined to one.
    fileprivate var cookies: String {
        var joined: [UInt8] = []
        forEachField { name, value in
            guard matches(name, "cookie") else { return true }
            if !joined.isEmpty { joined += "; ".utf8 }
            withBytes(value) { joined.append($0) }
            return true
        }
        return String(decoding: joined, as: UTF8.self)
    }
}

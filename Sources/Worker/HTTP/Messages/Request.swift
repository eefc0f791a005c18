// A request as routes see it, whatever protocol brought it.

import LinuxIO

/// The header section of one request, complete and valid. The texts are made when asked for, so
/// keep what you use twice.
package struct Request: Sendable {
    private let block: HeaderBlock
    /// The declared length of the body in bytes, when there is one.
    package let contentLength: Int?
    /// Whether a body may follow: the header section did not end the request.
    package let hasBody: Bool
    /// The end of the body is that of the connection: nothing may come of such a request but a broadcast.
    package let isEndless: Bool
    package let peer: PeerAddress
    /// Which connection of this worker; never reused.
    package let connectionID: UInt64
    /// Whether the client waits for 100 (Continue) before it sends the body.
    let expectsContinue: Bool

    init(
        block: HeaderBlock, hasBody: Bool, isEndless: Bool = false, peer: PeerAddress,
        connectionID: UInt64
    ) {
        self.block = block
        self.hasBody = hasBody
        self.isEndless = isEndless
        self.peer = peer
        self.connectionID = connectionID
        var length: Int?
        var expects = false
        block.forEachField { name, value in
            if block.matches(name, "content-length") {
                length = Int(block.text(value))
            } else if block.matches(name, "expect") {
                expects = block.text(value).lowercased() == "100-continue"
            }
            return true
        }
        contentLength = length
        expectsContinue = expects
    }

    /// A request put together by hand, for tests of routes.
    package init(
        method: String, scheme: String = "https", authority: String = "localhost",
        target: String, headers: [HeaderField] = [], hasBody: Bool = false,
        peer: PeerAddress = PeerAddress(bytes: [127, 0, 0, 1]), connectionID: UInt64 = 1
    ) {
        var block = HeaderBlock()
        let pseudo = [
            HeaderField(":method", method), HeaderField(":scheme", scheme),
            HeaderField(":authority", authority), HeaderField(":path", target),
        ]
        for field in pseudo + headers {
            block.append(name: Array(field.name.utf8).span, value: Array(field.value.utf8).span)
        }
        self.init(block: block, hasBody: hasBody, peer: peer, connectionID: connectionID)
    }

    package var method: String { block.text(block.method) }
    package var scheme: String { block.text(block.scheme) }
    /// The authority of the target, or else the Host field; may be empty.
    package var authority: String {
        block.authority.isEmpty ? header("host") ?? "" : block.text(block.authority)
    }
    /// Path and query exactly as sent: not decoded, not normalised.
    package var target: String { block.text(block.path) }
    var targetBytes: Int { block.path.count }

    var isHead: Bool { block.matches(block.method, "HEAD") }

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
    package func header(_ name: String) -> String? {
        var found: String?
        block.forEachField { fieldName, value in
            guard block.matches(fieldName, name) else { return true }
            guard let before = found else {
                found = block.text(value)
                return name == "cookie"
            }
            found = before + "; " + block.text(value)
            return true
        }
        return found
    }
}

extension Request {
    /// Whether a person opens this address in a browser, rather than a page or a program
    /// (Fetch Metadata, section 2.1).
    package var isNavigation: Bool { header("sec-fetch-dest") == "document" }
}

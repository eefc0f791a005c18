// One element of a Forwarded field (RFC 7239, section 4): what one proxy says about a request that it has
// passed on. Pure.

import LinuxIO

struct ForwardedElement: Equatable {
    /// Who had asked the proxy, as it calls it (`for`).
    private(set) var node: [UInt8]?
    /// The host that it was asked for (`host`).
    private(set) var host: [UInt8]?

    private static let semicolon = UInt8(ascii: ";")
    private static let equals = UInt8(ascii: "=")
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// Nil for an element that is not well formed, or that says something twice.
    init?(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        var names: Set<[UInt8]> = []
        while true {
            rest = rest.drop(while: HTTP1Character.isWhiteSpace)
            let name = rest.prefix(while: HTTP1Character.isToken).map(HTTP1Character.folded)
            rest = rest.dropFirst(name.count)
            guard !name.isEmpty, names.insert(name).inserted, rest.first == Self.equals,
                let value = Self.takeValue(from: &rest, behind: rest.startIndex + 1)
            else { return nil }
            if name.elementsEqual("for".utf8) { node = value }
            if name.elementsEqual("host".utf8) { host = value }
            rest = rest.drop(while: HTTP1Character.isWhiteSpace)
            guard let next = rest.popFirst() else { return }
            guard next == Self.semicolon else { return nil }
            // A semicolon at the end is common enough.
            if rest.allSatisfy(HTTP1Character.isWhiteSpace) { return }
        }
    }

    /// A token or a quoted string, whose marks are taken off. (Addresses with colons are to be quoted,
    /// but not everybody does that.)
    private static func takeValue(
        from rest: inout ArraySlice<UInt8>, behind start: Int
    ) -> [UInt8]? {
        rest = rest[start...]
        guard rest.first == quote else {
            let value = Array(rest.prefix { isBare($0) })
            rest = rest.dropFirst(value.count)
            return value.isEmpty ? nil : value
        }
        rest = rest.dropFirst()
        var value: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case quote: return value
            case backslash:
                guard let escaped = rest.popFirst() else { return nil }
                value.append(escaped)
            default: value.append(byte)
            }
        }
        return nil
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        HTTP1Character.isToken(byte)
            || [UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]")].contains(byte)
    }
}

/// How a proxy calls somebody: an address, perhaps with a port, or a word that says nothing to others
/// (RFC 7239, section 6).
enum ForwardedNode {
    private static let colon = UInt8(ascii: ":")

    /// Nil: it is not known, or kept to itself ("unknown", "_word"), or not well formed.
    static func address(_ text: ArraySlice<UInt8>) -> PeerAddress? {
        if text.first == UInt8(ascii: "[") {
            guard let end = text.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            let inside = text[(text.startIndex + 1)..<end]
            guard inside.contains(colon), isPort(text[(end + 1)...]) else { return nil }
            return PeerAddress(text: inside)
        }
        guard let first = text.firstIndex(of: colon) else { return PeerAddress(text: text) }
        // An address of IPv6 without brackets has no port.
        if text[(first + 1)...].contains(colon) { return PeerAddress(text: text) }
        return isPort(text[first...]) ? PeerAddress(text: text[..<first]) : nil
    }

    /// Nothing, or a colon and a number, or a word in its place.
    private static func isPort(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first else { return true }
        let port = text.dropFirst()
        guard first == colon, !port.isEmpty else { return false }
        if port.first == UInt8(ascii: "_") { return port.allSatisfy(HTTP1Character.isToken) }
        return port.count <= 5 && port.allSatisfy(HTTP1Character.isDigit)
    }
}

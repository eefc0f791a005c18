// Web origins (RFC 6454) as an operator writes them, brought into the form in which browsers send
// them in `Origin`, so that the comparison at request time is one of equal text.

package enum WebOrigin {
    /// The serialized origin, for example "https://example.org:8080"; nil if `text` is not exactly
    /// scheme://host[:port] with http or https. "*" and "null" are not origins.
    package static func parse(_ text: String) -> String? {
        let lowered = text.lowercased()
        guard lowered.utf8.count <= 300 else { return nil }
        for (scheme, defaultPort) in [("https://", 443), ("http://", 80)]
        where lowered.hasPrefix(scheme) {
            guard let (host, port) = authority(lowered.dropFirst(scheme.count)) else { return nil }
            guard let port, port != defaultPort else { return scheme + host }
            return "\(scheme)\(host):\(port)"
        }
        return nil
    }

    private static func authority(_ text: Substring) -> (host: String, port: Int?)? {
        if text.first == "[" {
            guard let close = text.firstIndex(of: "]") else { return nil }
            let inside = text[text.index(after: text.startIndex)..<close]
            // Checked and made canonical like a listening address; any port will do for that.
            guard let address = ListenAddress.parse("[\(inside)]:1")?.first else { return nil }
            return port(text[text.index(after: close)...]).map { ("[\(address.host)]", $0) }
        }
        let host = text.prefix { $0 != ":" }
        guard !host.isEmpty, host.utf8.allSatisfy(isHostByte) else { return nil }
        return port(text.dropFirst(host.count)).map { (String(host), $0) }
    }

    /// nil: wrong. Some nil: no port was given.
    private static func port(_ text: Substring) -> Int?? {
        guard !text.isEmpty else { return .some(nil) }
        let digits = text.dropFirst()
        guard text.first == ":", digits.count <= 5,
            digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            let port = Int(digits), (1...65_535).contains(port)
        else { return nil }
        return .some(port)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

// Values by their names in lists of NAME=VALUE: the query of a target, and the field Cookie (RFC 6265,
// section 4.2.1). Nothing is decoded: callers look for values that need no decoding.
//
// Bytes are compared, not characters: a combining mark after a separator changes nothing.

package enum NamedValues {
    /// All values of that name, in their order.
    package static func inQuery(_ query: Substring, named name: String) -> [Substring] {
        query.utf8.split(separator: UInt8(ascii: "&")).compactMap { value(of: name, in: $0) }
    }

    /// All values of that name, in their order.
    package static func inCookies(_ field: String, named name: String) -> [Substring] {
        field.utf8.split(separator: UInt8(ascii: ";")).compactMap { pair in
            value(
                of: name,
                in: pair.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") })
        }
    }

    private static func value(of name: String, in pair: Substring.UTF8View) -> Substring? {
        let rest = pair.dropFirst(name.utf8.count)
        guard pair.starts(with: name.utf8), rest.first == UInt8(ascii: "=") else { return nil }
        return Substring(rest.dropFirst())
    }
}

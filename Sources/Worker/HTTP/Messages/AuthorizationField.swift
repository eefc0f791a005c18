// The field Authorization, if it presents a secret (RFC 9110, section 11.6.2).

import Text

package enum AuthorizationField {
    /// The token of `Bearer TOKEN` (RFC 6750, section 2.1), or the password of `Basic` with any user
    /// name (RFC 7617, section 2). Nil for every other scheme, and for a field that cannot be
    /// understood.
    package static func secret(_ field: String) -> String? {
        let space = UInt8(ascii: " ")
        let scheme = field.utf8.prefix { $0 != space }
        let credentials = field.utf8.dropFirst(scheme.count).drop { $0 == space }
        guard !credentials.isEmpty else { return nil }
        switch Substring(scheme).lowercased() {
        case "bearer": return String(Substring(credentials))
        case "basic":
            guard let bytes = Base64.bytes(credentials),
                let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
            else { return nil }
            return String(validating: bytes[(colon + 1)...], as: UTF8.self)
        default: return nil
        }
    }
}

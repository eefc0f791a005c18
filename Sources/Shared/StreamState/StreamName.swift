// The name of a user and of the user's stream. It is also a path component on disk. Only a valid
// StreamName ever becomes part of a file path, so no request can leave the data directory.
//
// Unsafe use: a text is written into the memory that it is made in, a byte for each that was given.

import Settings

/// A valid, folded stream name: `[a-z0-9][a-z0-9_-]{2,31}`, not reserved.
package struct StreamName: Hashable, Sendable, CustomStringConvertible {
    package enum Invalid: Error, Equatable {
        case malformed
        case reserved
    }

    package let text: String

    /// Accepts upper-case ASCII letters and folds them. No percent-decoding: a name never needs it.
    package init(_ raw: some StringProtocol) throws(Invalid) {
        let bytes = Array(raw.utf8.prefix(Limits.nameCharacters.upperBound + 1))
        try self.init(bytes.span)
    }

    /// The same from the bytes of a request.
    package init(_ raw: Span<UInt8>) throws(Invalid) {
        guard Limits.nameCharacters.contains(raw.count) else { throw .malformed }
        var isValid = true
        text = unsafe String(unsafeUninitializedCapacity: raw.count) { folded in
            for index in raw.indices {
                guard let character = StreamName.fold(raw[index], isFirst: index == 0) else {
                    isValid = false
                    return 0
                }
                unsafe folded[index] = character
            }
            return raw.count
        }
        guard isValid else { throw .malformed }
        if StreamName.reserved.contains(text) { throw .reserved }
    }

    package var description: String { text }

    /// First path components that are, or may become, Weir's own.
    private static let reserved: Set<String> = [
        "about", "account", "accounts", "admin", "api", "assets", "favicon", "healthz", "help",
        "hls", "live", "login", "logout", "me", "metrics", "readyz", "robots", "settings", "signup",
        "static", "status", "streams", "watch", "watchlive", "weir", "well-known",
    ]

    private static func fold(_ byte: UInt8, isFirst: Bool) -> UInt8? {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "_"), UInt8(ascii: "-"): isFirst ? nil : byte
        default: nil
        }
    }
}

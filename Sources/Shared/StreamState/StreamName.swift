// The name of a user and of the user's stream. It is also a path component on disk. Only a valid
// StreamName ever becomes part of a file path, so no request can leave the data directory.

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
        var folded: [UInt8] = []
        for byte in raw.utf8 {
            guard folded.count < Limits.nameCharacters.upperBound else { throw .malformed }
            guard let character = StreamName.fold(byte, isFirst: folded.isEmpty) else {
                throw .malformed
            }
            folded.append(character)
        }
        guard Limits.nameCharacters.contains(folded.count) else { throw .malformed }
        text = String(decoding: folded, as: UTF8.self)
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

// What kind of picture a logo is, by its first bytes: a file's name says nothing certain.
//
// Pure.

package enum LogoType: String, CaseIterable, Sendable {
    case png
    case jpeg
    case webp

    package init?(_ bytes: [UInt8]) {
        let signature = bytes.prefix(12)
        let webp = Array("WEBP".utf8)
        if signature.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if signature.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if signature.starts(with: Array("RIFF".utf8)),
            signature.dropFirst(8).elementsEqual(webp)
        {
            self = .webp
        } else {
            return nil
        }
    }
}

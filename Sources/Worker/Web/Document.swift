// Something a browser can load: a page or an asset, with all that an answer needs to say of it.

import Compression
import Text

package struct Document: Sendable {
    /// With charset where there is one.
    package let contentType: String
    package let bytes: [UInt8]
    /// The same, compressed; nil when that would not pay.
    package let gzipBytes: [UInt8]?
    /// A strong validator (RFC 9110, section 8.8.3), quoted; it changes with every byte.
    package let entityTag: String
    /// BCP 47; nil for what is in no language, or in several.
    package let language: String?

    init(
        contentType: String, bytes: [UInt8], effort: Gzip.Effort, language: String? = nil
    ) {
        self.language = language
        self.contentType = contentType
        self.bytes = bytes
        gzipBytes =
            bytes.count < Document.leastCompressedBytes
            ? nil : Gzip.compress(bytes, effort: effort)
        entityTag = "\"\(Fingerprint(of: bytes).text)\""
    }

    /// Below this, one packet takes it either way.
    private static let leastCompressedBytes = 512

    /// The entity tag of the compressed form: another representation, so another tag.
    package var gzipEntityTag: String { "\(entityTag.dropLast())-gz\"" }
}

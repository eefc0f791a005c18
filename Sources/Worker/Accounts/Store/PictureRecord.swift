// The picture of a user, as it is stored.

import Channel
import Pictures

package struct PictureRecord: Equatable, Sendable {
    package let format: PictureFormat
    package let bytes: [UInt8]
    package let tag: PictureTag

    package init(_ picture: Picture) {
        self.init(format: picture.format, bytes: picture.bytes)
    }

    /// Nil when somebody else has stored something else there.
    init?(contentType: String, bytes: [UInt8]) {
        guard let format = PictureFormat(rawValue: contentType) else { return nil }
        self.init(format: format, bytes: bytes)
    }

    private init(format: PictureFormat, bytes: [UInt8]) {
        self.format = format
        self.bytes = bytes
        // 64 bits of SHA-256 do, because whoever finds two pictures with one tag has both.
        tag = PictureTag(digest: SecretDigest(of: bytes).bytes)
    }
}

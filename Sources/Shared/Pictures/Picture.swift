// A picture that somebody has sent: a JPEG, a PNG or a WebP. It is looked through, not decoded, and put
// together anew from the pieces that a decoder needs. So what it says besides (where it was taken, with what,
// texts, other pictures, programs) is gone, nothing stands before or behind it, and it is what it is served as.
//
// Pure.

package enum PictureFormat: String, CaseIterable, Sendable {
    case jpeg = "image/jpeg"
    case png = "image/png"
    case webP = "image/webp"

    package var contentType: String { rawValue }

    fileprivate var name: String {
        switch self {
        case .jpeg: "a JPEG"
        case .png: "a PNG"
        case .webP: "a WebP"
        }
    }

    /// By how it begins.
    fileprivate init?(_ bytes: [UInt8]) {
        if bytes.starts(with: JPEGReader.beginning) {
            self = .jpeg
        } else if bytes.starts(with: PNGReader.beginning) {
            self = .png
        } else if WebPReader.begins(bytes) {
            self = .webP
        } else {
            return nil
        }
    }
}

package struct Picture: Equatable, Sendable {
    package let format: PictureFormat
    package let bytes: [UInt8]
    package let size: Picture.Size

    init(format: PictureFormat, bytes: [UInt8], size: Picture.Size) {
        self.format = format
        self.bytes = bytes
        self.size = size
    }

    /// - Parameters:
    ///   - formats: those that are taken.
    ///   - edgePixels: how wide and how high it may be.
    ///
    /// Errors: why it is not taken.
    package init(
        checking source: [UInt8], as formats: [PictureFormat] = PictureFormat.allCases,
        edgePixels: ClosedRange<Int>
    ) throws(PictureFault) {
        guard let format = PictureFormat(source), formats.contains(format) else {
            let names = formats.map(\.name)
            throw PictureFault(
                names.count == 1
                    ? "It is not \(names[0])."
                    : "It is neither \(names.joined(separator: " nor ")).")
        }
        switch format {
        case .jpeg:
            var reader = JPEGReader(source, edgePixels: edgePixels)
            self = try reader.read()
        case .png:
            var reader = PNGReader(source, edgePixels: edgePixels)
            self = try reader.read()
        case .webP:
            var reader = WebPReader(source, edgePixels: edgePixels)
            self = try reader.read()
        }
    }
}

extension Picture {
    /// In pixels.
    package struct Size: Equatable, Sendable {
        package let width: Int
        package let height: Int

        /// Errors: it is out of bounds.
        init(_ width: Int, _ height: Int, in edgePixels: ClosedRange<Int>) throws(PictureFault) {
            guard edgePixels.contains(width), edgePixels.contains(height) else {
                let (least, most) = (edgePixels.lowerBound, edgePixels.upperBound)
                throw PictureFault("Its edges have to be of \(least) to \(most) pixels.")
            }
            self.width = width
            self.height = height
        }
    }
}

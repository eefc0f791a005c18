// ContentEncodings: what a broadcaster did to its frames besides the codec (RFC 9559 section
// 5.1.4.1.31). Browsers support none of it. Left-out beginnings and zlib are undone on arrival; any
// other encoding is refused by its name.

enum ContentEncodings {
    private enum Scope {
        static let frames: UInt64 = 1
        static let codecPrivate: UInt64 = 2
    }

    /// One ContentEncoding.
    private struct Encoding {
        var scope = Scope.frames
        var isEncryption = false
        var algorithm: UInt64 = 0
        var settings: [UInt8] = []

        init(_ content: Range<Int>, in bytes: Span<UInt8>) throws(MediaError) {
            var reader = ElementReader(children: content)
            while let child = try reader.next(in: bytes) {
                switch child.id {
                case ElementID.contentEncodingScope: scope = try child.unsigned(in: bytes)
                case ElementID.contentEncodingType:
                    isEncryption = try child.unsigned(in: bytes) != 0
                case ElementID.contentCompression:
                    try readCompression(child.content, in: bytes)
                default: break
                }
            }
        }

        private mutating func readCompression(
            _ content: Range<Int>, in bytes: Span<UInt8>
        ) throws(MediaError) {
            var reader = ElementReader(children: content)
            while let child = try reader.next(in: bytes) {
                switch child.id {
                case ElementID.contentCompAlgo: algorithm = try child.unsigned(in: bytes)
                case ElementID.contentCompSettings: settings = child.contentBytes(in: bytes)
                default: break
                }
            }
        }
    }

    /// How the frames of a track are packed, from the content of its ContentEncodings; undoes what was
    /// done to its CodecPrivate. `trackName` is for the words of a refusal.
    static func packing(
        _ content: Range<Int>, in bytes: Span<UInt8>, codecPrivate: inout [UInt8],
        trackName: String, limits: MediaLimits
    ) throws(MediaError) -> FramePacking {
        var encodings: [Encoding] = []
        var reader = ElementReader(children: content)
        while let child = try reader.next(in: bytes) {
            guard child.id == ElementID.contentEncoding else { continue }
            guard encodings.isEmpty else {
                throw .unsupported("\(trackName) has several encodings on top of each other")
            }
            encodings.append(try Encoding(child.content, in: bytes))
        }
        guard let encoding = encodings.first else { return .plain }
        try refuse(encoding, of: trackName)
        if encoding.scope & Scope.codecPrivate != 0, !codecPrivate.isEmpty {
            try undo(encoding, in: &codecPrivate, of: trackName, limits: limits)
        }
        var packing = FramePacking.plain
        if encoding.scope & Scope.frames != 0 {
            packing.isDeflated = encoding.algorithm == 0
            if encoding.algorithm == 3 { packing.stripped = encoding.settings }
        }
        return packing
    }

    private static func refuse(_ encoding: Encoding, of trackName: String) throws(MediaError) {
        if encoding.isEncryption { throw .unsupported("\(trackName) is encrypted") }
        switch encoding.algorithm {
        case 0: break
        case 1: throw .unsupported("\(trackName) is compressed with bzip2")
        case 2: throw .unsupported("\(trackName) is compressed with LZO")
        case 3:
            guard encoding.settings.count <= FramePacking.mostStrippedBytes else {
                throw .unsupported(
                    "\(trackName) leaves out more than \(FramePacking.mostStrippedBytes) bytes "
                        + "at the beginning of each frame")
            }
        default: throw .unsupported("\(trackName) is compressed in a way that nobody knows")
        }
    }

    private static func undo(
        _ encoding: Encoding, in codecPrivate: inout [UInt8], of trackName: String,
        limits: MediaLimits
    ) throws(MediaError) {
        if encoding.algorithm == 3 {
            codecPrivate = encoding.settings + codecPrivate
            return
        }
        var inflated: [UInt8] = []
        guard
            Inflate.append(
                codecPrivate.span, to: &inflated, mostBytes: limits.initializationBytes)
        else { throw .malformed("the decoder set-up of \(trackName) cannot be decompressed") }
        codecPrivate = inflated
    }
}

// Looks through a WebP and puts it together anew from the chunks that a decoder needs (RFC 9649): one picture,
// and its transparency where that is apart. Exif, XMP, colour profiles and unknown chunks are left out. Of an
// animation, the first frame is kept, if it fills the canvas.
//
// Pure.

struct WebPReader {
    /// The two ways to code a picture, and what is around them.
    private enum Kind {
        static let lossy = Array("VP8 ".utf8)
        static let lossless = Array("VP8L".utf8)
        static let extended = Array("VP8X".utf8)
        static let alpha = Array("ALPH".utf8)
        static let frame = Array("ANMF".utf8)
    }

    private let source: [UInt8]
    private let edgePixels: ClosedRange<Int>
    /// As VP8X says; nil without one.
    private var canvas: Picture.Size?
    private var alpha: Range<Int>?
    /// The picture, and how it is coded.
    private var picture: (kind: [UInt8], content: Range<Int>, size: Picture.Size)?
    private var isAnimated = false

    private static let riffBytes = 12
    private static let chunkHeadBytes = 8
    /// What stands before the chunks of a frame.
    private static let frameHeadBytes = 16

    static func begins(_ bytes: [UInt8]) -> Bool {
        bytes.count >= riffBytes && bytes.starts(with: Array("RIFF".utf8))
            && bytes[8..<12].elementsEqual("WEBP".utf8)
    }

    init(_ source: [UInt8], edgePixels: ClosedRange<Int>) {
        self.source = source
        self.edgePixels = edgePixels
    }

    /// - Parameter source: begins as a WebP does.
    mutating func read() throws(PictureFault) -> Picture {
        let length = number(4, bytes: 4) + 8
        guard length <= source.count else { throw .cutOff }
        guard length == source.count else { throw .followed }
        try readChunks(Self.riffBytes..<source.count)
        guard let picture else { throw .empty }
        guard canvas ?? picture.size == picture.size else {
            throw PictureFault("It does not fill its canvas.")
        }
        return Picture(format: .webP, bytes: put(together: picture.kind), size: picture.size)
    }

    private func number(_ index: Int, bytes: Int) -> Int {
        source[index..<index + bytes].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    // MARK: Chunks

    private mutating func readChunks(_ range: Range<Int>) throws(PictureFault) {
        var position = range.lowerBound
        while position < range.upperBound {
            guard range.upperBound - position >= Self.chunkHeadBytes else { throw .cutOff }
            let kind = Array(source[position..<position + 4])
            let length = number(position + 4, bytes: 4)
            let start = position + Self.chunkHeadBytes
            // Chunks have an even length.
            guard length + length & 1 <= range.upperBound - start else { throw .cutOff }
            try read(kind, start..<start + length, isFirst: position == Self.riffBytes)
            position = start + length + length & 1
        }
    }

    private mutating func read(
        _ kind: [UInt8], _ content: Range<Int>, isFirst: Bool
    ) throws(PictureFault) {
        switch kind {
        case Kind.extended:
            guard isFirst, content.count == 10 else { throw .damaged }
            canvas = try size(content.lowerBound + 4)
        case Kind.alpha:
            guard alpha == nil, picture == nil || isAnimated else { throw .damaged }
            guard isAlpha(content) else { throw PictureFault("Its transparency is damaged.") }
            if picture == nil { alpha = content }
        case Kind.lossy, Kind.lossless:
            if picture != nil, isAnimated { return }
            guard picture == nil else { throw PictureFault("It has more than one picture.") }
            let size = kind == Kind.lossy ? try lossySize(content) : try losslessSize(content)
            picture = (kind, content, size)
        case Kind.frame:
            // The first one is the picture; those behind it are not looked at.
            guard !isAnimated else { return }
            guard picture == nil, alpha == nil else { throw .damaged }
            isAnimated = true
            guard content.count > Self.frameHeadBytes else { throw .cutOff }
            try readChunks(content.lowerBound + Self.frameHeadBytes..<content.upperBound)
            guard picture != nil else { throw .empty }
        default: return
        }
    }

    /// Two numbers of three bytes, each less by one than what it says.
    private func size(_ index: Int) throws(PictureFault) -> Picture.Size {
        try Picture.Size(
            number(index, bytes: 3) + 1, number(index + 3, bytes: 3) + 1, in: edgePixels)
    }

    private func isAlpha(_ content: Range<Int>) -> Bool {
        guard content.count > 1 else { return false }
        // Compression and preprocessing, of which there are two each; two bits are for later.
        let head = source[content.lowerBound]
        return head & 3 <= 1 && head >> 4 & 3 <= 1 && head >> 6 == 0
    }

    /// Of a key frame of VP8 that is shown (RFC 6386, section 9.1).
    private func lossySize(_ content: Range<Int>) throws(PictureFault) -> Picture.Size {
        let index = content.lowerBound
        guard content.count > 10, source[index + 3..<index + 6].elementsEqual([0x9D, 0x01, 0x2A])
        else { throw .damaged }
        let head = number(index, bytes: 3)
        guard head & 1 == 0, head >> 1 & 7 <= 3, head >> 4 & 1 == 1, head >> 5 < content.count - 10
        else { throw .damaged }
        return try Picture.Size(
            number(index + 6, bytes: 2) & 0x3FFF, number(index + 8, bytes: 2) & 0x3FFF,
            in: edgePixels)
    }

    /// RFC 9649, section 3.4.
    private func losslessSize(_ content: Range<Int>) throws(PictureFault) -> Picture.Size {
        guard content.count > 5, source[content.lowerBound] == 0x2F else { throw .damaged }
        let head = number(content.lowerBound + 1, bytes: 4)
        guard head >> 29 == 0 else { throw .damaged }
        return try Picture.Size(head & 0x3FFF + 1, head >> 14 & 0x3FFF + 1, in: edgePixels)
    }

    // MARK: The new file

    private func put(together kind: [UInt8]) -> [UInt8] {
        guard let picture else { return [] }
        var chunks: [UInt8] = []
        // A lossless picture has its transparency in itself.
        if let alpha, kind == Kind.lossy {
            let hasAlpha: UInt8 = 0x10
            let size = [picture.size.width - 1, picture.size.height - 1]
            Self.append(
                Kind.extended, [hasAlpha, 0, 0, 0] + size.flatMap { Self.bytes($0, count: 3) },
                to: &chunks)
            Self.append(Kind.alpha, Array(source[alpha]), to: &chunks)
        }
        Self.append(kind, Array(source[picture.content]), to: &chunks)
        return Array("RIFF".utf8) + Self.bytes(chunks.count + 4, count: 4)
            + Array("WEBP".utf8) + chunks
    }

    private static func append(_ kind: [UInt8], _ content: [UInt8], to chunks: inout [UInt8]) {
        chunks += kind + bytes(content.count, count: 4) + content
        if content.count & 1 == 1 { chunks.append(0) }
    }

    private static func bytes(_ number: Int, count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}

// Looks through a PNG and puts it together anew from the chunks that a decoder needs (PNG, third edition,
// section 11): header, palette, transparency, what the colours mean in a few numbers, and the picture. Texts,
// times, Exif, colour profiles and further pictures of an animation are left out; the first picture stays.
//
// Pure.

struct PNGReader {
    static let beginning: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// What of the picture's data has come.
    private enum Data { case nothing, some, all }

    private enum Colour: UInt8 {
        case grey = 0
        case colour = 2
        case palette = 3
        case greyWithAlpha = 4
        case colourWithAlpha = 6

        var depths: Set<UInt8> {
            switch self {
            case .grey: [1, 2, 4, 8, 16]
            case .palette: [1, 2, 4, 8]
            case .colour, .greyWithAlpha, .colourWithAlpha: [8, 16]
            }
        }
    }

    private struct Header {
        let size: Picture.Size
        let depth: UInt8
        let colour: Colour
    }

    private let source: [UInt8]
    private let edgePixels: ClosedRange<Int>
    private var position = 0
    private var header: Header?
    private var paletteColours = 0
    /// Chunks that may come only once, and have.
    private var once: Set<String> = []
    private var data = Data.nothing
    private var hasBytes = false
    /// What is passed on.
    private var kept: [UInt8] = []

    /// Length, type and checksum of a chunk.
    private static let chunkOverhead = 12
    /// The chunks that say in numbers what the colours mean, and their lengths.
    private static let colourMeanings = ["gAMA": 4, "cHRM": 32, "sRGB": 1]

    init(_ source: [UInt8], edgePixels: ClosedRange<Int>) {
        self.source = source
        self.edgePixels = edgePixels
        kept.reserveCapacity(source.count)
    }

    /// - Parameter source: begins as a PNG does.
    mutating func read() throws(PictureFault) -> Picture {
        position = Self.beginning.count
        kept += Self.beginning
        while true {
            let chunk = try nextChunk()
            let type = String(
                decoding: source[chunk.lowerBound + 4..<chunk.lowerBound + 8], as: UTF8.self)
            let content = chunk.lowerBound + 8..<chunk.upperBound - 4
            if type != "IDAT", data == .some { data = .all }
            guard try isKept(type, source[content]) else { continue }
            guard isIntact(chunk) else { throw .damaged }
            kept += source[chunk]
            if type == "IEND" { return try finish() }
        }
    }

    private func finish() throws(PictureFault) -> Picture {
        guard let header, hasBytes else { throw .empty }
        guard position == source.count else { throw .followed }
        return Picture(format: .png, bytes: kept, size: header.size)
    }

    // MARK: Chunks

    /// All of the next one: its length, its type, its content, its checksum.
    private mutating func nextChunk() throws(PictureFault) -> Range<Int> {
        guard source.count - position >= Self.chunkOverhead else { throw .cutOff }
        let length = number(position)
        guard length <= source.count - position - Self.chunkOverhead else { throw .cutOff }
        defer { position += Self.chunkOverhead + length }
        let type = source[position + 4..<position + 8]
        guard type.allSatisfy({ 0x41...0x5A ~= $0 & 0xDF }) else {
            throw PictureFault("A part of it has no name.")
        }
        return position..<position + Self.chunkOverhead + length
    }

    private func isIntact(_ chunk: Range<Int>) -> Bool {
        let checksum = CRC32.checksum(of: source[chunk.lowerBound + 4..<chunk.upperBound - 4])
        return number(chunk.upperBound - 4) == Int(checksum)
    }

    private func number(_ index: Int) -> Int {
        source[index..<index + 4].reduce(0) { $0 << 8 | Int($1) }
    }

    // MARK: What they say

    private mutating func isKept(
        _ type: String, _ content: ArraySlice<UInt8>
    ) throws(PictureFault) -> Bool {
        guard let header else {
            guard type == "IHDR" else { throw PictureFault("It does not begin with its size.") }
            self.header = try readHeader(Array(content))
            return true
        }
        switch type {
        case "PLTE": try readPalette(content, header)
        case "tRNS": try readTransparency(content, header)
        case "IDAT":
            guard data != .all else { throw PictureFault("Its picture is interrupted.") }
            guard header.colour != .palette || paletteColours > 0 else {
                throw PictureFault("It has no palette.")
            }
            data = .some
            hasBytes = hasBytes || !content.isEmpty
        case "IEND":
            guard content.isEmpty else { throw .damaged }
        default:
            if let length = Self.colourMeanings[type] {
                return content.count == length && data == .nothing && paletteColours == 0
                    && once.insert(type).inserted
            }
            // Those with a small letter may be passed over (section 5.4).
            guard type.utf8.first.map({ $0 & 0x20 != 0 }) ?? false else {
                throw PictureFault("It has a part that no decoder knows.")
            }
            return false
        }
        return true
    }

    private func readHeader(_ content: [UInt8]) throws(PictureFault) -> Header {
        guard content.count == 13 else { throw .damaged }
        let width = content[0..<4].reduce(0) { $0 << 8 | Int($1) }
        let height = content[4..<8].reduce(0) { $0 << 8 | Int($1) }
        guard let colour = Colour(rawValue: content[9]), colour.depths.contains(content[8]),
            content[10] == 0, content[11] == 0, content[12] <= 1
        else { throw PictureFault("Its kind of colours or of compression does not exist.") }
        let size = try Picture.Size(width, height, in: edgePixels)
        return Header(size: size, depth: content[8], colour: colour)
    }

    private mutating func readPalette(
        _ content: ArraySlice<UInt8>, _ header: Header
    ) throws(PictureFault) {
        let most = header.colour == .palette ? 1 << Int(header.depth) : 256
        guard data == .nothing, once.insert("PLTE").inserted, !once.contains("tRNS"),
            header.colour != .grey, header.colour != .greyWithAlpha,
            content.count % 3 == 0, 1...most ~= content.count / 3
        else { throw PictureFault("Its palette is damaged.") }
        paletteColours = content.count / 3
    }

    private mutating func readTransparency(
        _ content: ArraySlice<UInt8>, _ header: Header
    ) throws(PictureFault) {
        let fits =
            switch header.colour {
            case .grey: content.count == 2
            case .colour: content.count == 6
            case .palette: !content.isEmpty && content.count <= paletteColours
            case .greyWithAlpha, .colourWithAlpha: false
            }
        guard fits, data == .nothing, once.insert("tRNS").inserted else {
            throw PictureFault("Its transparency is damaged.")
        }
    }
}

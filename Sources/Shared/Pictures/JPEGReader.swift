// Looks through a JPEG and puts it together anew from the pieces that a decoder needs (ITU-T T.81 annex B):
// tables, one frame, its scans. What programs write beside that (Exif, XMP, colour profiles, comments,
// thumbnails) is left out, and so is the direction that Exif gives: the pixels are shown as they are.
//
// Pure.

private enum Marker {
    static let baseline: UInt8 = 0xC0
    static let progressive: UInt8 = 0xC2
    static let codeTables: UInt8 = 0xC4
    static let restarts: ClosedRange<UInt8> = 0xD0...0xD7
    static let begin: UInt8 = 0xD8
    static let end: UInt8 = 0xD9
    static let scan: UInt8 = 0xDA
    static let quantization: UInt8 = 0xDB
    static let restartInterval: UInt8 = 0xDD
    static let jfif: UInt8 = 0xE0
    static let adobe: UInt8 = 0xEE
    /// What an application writes for itself, and comments.
    static let applications: ClosedRange<UInt8> = 0xE0...0xEF
    static let comment: UInt8 = 0xFE
}

struct JPEGReader {
    static let beginning: [UInt8] = [0xFF, Marker.begin]

    private struct Frame {
        let size: Picture.Size
        let components: Int
    }

    private let source: [UInt8]
    private let edgePixels: ClosedRange<Int>
    private var position = 0
    private var segments = 0
    private var scans = 0
    private var hasQuantization = false
    private var hasCodes = false
    private var frame: Frame?
    /// What is passed on.
    private var kept: [UInt8] = []

    /// Real ones have a dozen; progressive ones a dozen scans, each with a table.
    private static let mostSegments = 256
    private static let mostScans = 64

    init(_ source: [UInt8], edgePixels: ClosedRange<Int>) {
        self.source = source
        self.edgePixels = edgePixels
        kept.reserveCapacity(source.count)
    }

    /// - Parameter source: begins as a JPEG does.
    mutating func read() throws(PictureFault) -> Picture {
        position = Self.beginning.count
        kept += Self.beginning
        while true {
            segments += 1
            guard segments <= Self.mostSegments else {
                throw PictureFault("It has too many parts.")
            }
            let marker = try nextMarker()
            guard marker != Marker.end else { return try finish() }
            let content = try nextContent()
            guard try isKept(marker, source[content]) else { continue }
            keep(marker, content)
            if marker == Marker.scan { try copyScan() }
        }
    }

    private mutating func finish() throws(PictureFault) -> Picture {
        guard scans > 0, let frame else { throw .empty }
        guard position == source.count else { throw .followed }
        kept += [0xFF, Marker.end]
        return Picture(format: .jpeg, bytes: kept, size: frame.size)
    }

    // MARK: Pieces

    /// Any number of filling bytes may stand before one.
    private mutating func nextMarker() throws(PictureFault) -> UInt8 {
        guard position < source.count else { throw PictureFault.cutOff }
        guard source[position] == 0xFF else {
            throw PictureFault("It has bytes between its parts.")
        }
        while position < source.count, source[position] == 0xFF { position += 1 }
        guard position < source.count else { throw PictureFault.cutOff }
        position += 1
        return source[position - 1]
    }

    /// Where the content of a part is; its length comes first and counts itself.
    private mutating func nextContent() throws(PictureFault) -> Range<Int> {
        guard source.count - position >= 2 else { throw PictureFault.cutOff }
        let length = Int(source[position]) << 8 | Int(source[position + 1])
        guard length >= 2 else { throw PictureFault("A part of it has no length.") }
        guard length <= source.count - position else { throw PictureFault.cutOff }
        defer { position += length }
        return position + 2..<position + length
    }

    private mutating func keep(_ marker: UInt8, _ content: Range<Int>) {
        let length = content.count + 2
        kept += [0xFF, marker, UInt8(length >> 8), UInt8(length & 0xFF)]
        kept += source[content]
    }

    /// The coded data of a scan: up to a marker that is neither a zero, which stands for a byte of data,
    /// nor one that a decoder may begin anew at.
    private mutating func copyScan() throws(PictureFault) {
        let start = position
        while position < source.count {
            guard source[position] == 0xFF else {
                position += 1
                continue
            }
            guard position + 1 < source.count else { break }
            let next = source[position + 1]
            guard next == 0 || Marker.restarts.contains(next) else {
                guard position > start else { throw PictureFault("A scan of it is empty.") }
                kept += source[start..<position]
                return
            }
            position += 2
        }
        throw PictureFault.cutOff
    }

    // MARK: What they say

    private mutating func isKept(
        _ marker: UInt8, _ content: ArraySlice<UInt8>
    ) throws(PictureFault) -> Bool {
        let content = Array(content)
        switch marker {
        case Marker.baseline, Marker.progressive: try readFrame(content)
        case Marker.scan: try readScan(content)
        case Marker.quantization:
            guard Self.isQuantization(content) else { throw PictureFault("A table is damaged.") }
            hasQuantization = true
        case Marker.codeTables:
            guard Self.isCodeTables(content) else { throw PictureFault("A table is damaged.") }
            hasCodes = true
        case Marker.restartInterval:
            guard content.count == 2 else { throw PictureFault("A part of it is damaged.") }
        // Whether a decoder has to convert colours; of JFIF only without a thumbnail.
        case Marker.jfif:
            return content.count == 14 && content.starts(with: Array("JFIF\0".utf8))
                && content[12] == 0 && content[13] == 0
        case Marker.adobe:
            return content.count == 12 && content.starts(with: Array("Adobe".utf8))
        case Marker.applications, Marker.comment: return false
        default:
            throw PictureFault("It is neither baseline nor progressive.")
        }
        return true
    }

    private mutating func readFrame(_ content: [UInt8]) throws(PictureFault) {
        guard frame == nil else { throw PictureFault("It has more than one frame.") }
        guard content.count >= 6, content[0] == 8 else {
            throw PictureFault("Its samples do not have eight bits.")
        }
        let height = Int(content[1]) << 8 | Int(content[2])
        let width = Int(content[3]) << 8 | Int(content[4])
        let components = Int(content[5])
        guard components == 1 || components == 3, content.count == 6 + 3 * components else {
            throw PictureFault("It is neither grey nor of three colours.")
        }
        let size = try Picture.Size(width, height, in: edgePixels)
        for index in 0..<components {
            let sampling = content[7 + 3 * index]
            guard 1...4 ~= sampling >> 4, 1...4 ~= sampling & 15, content[8 + 3 * index] <= 3 else {
                throw PictureFault("Its frame is damaged.")
            }
        }
        frame = Frame(size: size, components: components)
    }

    private mutating func readScan(_ content: [UInt8]) throws(PictureFault) {
        scans += 1
        guard let frame, hasQuantization, hasCodes else {
            throw PictureFault("It has a scan before its frame or its tables.")
        }
        guard scans <= Self.mostScans else { throw PictureFault("It has too many scans.") }
        guard let components = content.first.map({ Int($0) }), 1...frame.components ~= components,
            content.count == 4 + 2 * components
        else { throw PictureFault("A scan of it is damaged.") }
    }

    /// Tables of 64 numbers of one byte or of two, each with its place in front.
    private static func isQuantization(_ content: [UInt8]) -> Bool {
        var index = 0
        while index < content.count {
            guard content[index] >> 4 <= 1, content[index] & 15 <= 3 else { return false }
            index += 1 + 64 * (Int(content[index] >> 4) + 1)
        }
        return index == content.count && index > 0
    }

    /// Tables of codes: how many there are of each length, then what each stands for.
    private static func isCodeTables(_ content: [UInt8]) -> Bool {
        var index = 0
        while index < content.count {
            guard content.count - index >= 17, content[index] >> 4 <= 1, content[index] & 15 <= 3
            else { return false }
            let codes = content[index + 1...index + 16].reduce(0) { $0 + Int($1) }
            guard 1...256 ~= codes else { return false }
            index += 17 + codes
        }
        return index == content.count && index > 0
    }
}

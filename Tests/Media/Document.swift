// Builds small WebM documents for tests, right and wrong ones.

@testable import Media

/// An element with its shortest size, or with an unknown one when `size` says so.
func element(_ id: UInt32, _ content: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendElement(id, content: content)
    return bytes
}

func element(_ id: UInt32, _ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendElement(id, unsigned: value)
    return bytes
}

func element(_ id: UInt32, _ text: String) -> [UInt8] { element(id, [UInt8](text.utf8)) }

/// The start of an element of unknown size.
func unknownSize(_ id: UInt32) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendID(id)
    return bytes + [0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
}

/// The start of an element that claims a size.
func claim(_ id: UInt32, size: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendHeader(id, size: size)
    return bytes
}

enum Document {
    /// Too short for a decoder to say what it is.
    static let frame: [UInt8] = [2, 4]

    static func header(docType: String = "webm", extra: [UInt8] = []) -> [UInt8] {
        element(ElementID.ebml, element(ElementID.docType, docType) + extra)
    }

    static func info(timestampScale: UInt64 = 1_000_000) -> [UInt8] {
        element(ElementID.info, element(ElementID.timestampScale, timestampScale))
    }

    static func track(
        _ number: UInt64, type: UInt64, codec: String, extra: [UInt8] = []
    ) -> [UInt8] {
        element(
            ElementID.trackEntry,
            element(ElementID.trackNumber, number) + element(ElementID.trackType, type)
                + element(ElementID.codecID, codec) + extra)
    }

    static func video(_ number: UInt64 = 1, codec: String = "V_VP8") -> [UInt8] {
        let size = element(ElementID.pixelWidth, 160) + element(ElementID.pixelHeight, 120)
        return track(number, type: 1, codec: codec, extra: element(ElementID.video, size))
    }

    static func audio(_ number: UInt64 = 2, codec: String = "A_OPUS") -> [UInt8] {
        let rate = element(
            ElementID.samplingFrequency, [0x40, 0xE7, 0x70, 0, 0, 0, 0, 0])
        return track(
            number, type: 2, codec: codec,
            extra: element(ElementID.audio, rate + element(ElementID.channels, 2)))
    }

    static func tracks(_ entries: [UInt8]...) -> [UInt8] {
        element(ElementID.tracks, [UInt8](entries.joined()))
    }

    /// A header with a Segment of unknown size.
    static func start(timestampScale: UInt64 = 1_000_000, _ entries: [UInt8]...) -> [UInt8] {
        header() + unknownSize(ElementID.segment) + info(timestampScale: timestampScale)
            + element(ElementID.tracks, [UInt8](entries.joined()))
    }

    /// The start of a cluster of unknown size.
    static func cluster(at time: UInt64) -> [UInt8] {
        unknownSize(ElementID.cluster) + element(ElementID.timestamp, time)
    }

    static func blockContent(
        _ track: UInt8, _ time: Int, key: Bool = false, _ payload: [UInt8] = frame
    ) -> [UInt8] {
        let pattern = UInt16(truncatingIfNeeded: time)
        return [0x80 | track, UInt8(pattern >> 8), UInt8(pattern & 0xFF), key ? 0x80 : 0] + payload
    }

    static func block(
        _ track: UInt8, _ time: Int, key: Bool = false, _ payload: [UInt8] = frame
    ) -> [UInt8] {
        element(ElementID.simpleBlock, blockContent(track, time, key: key, payload))
    }

    static func group(
        _ track: UInt8, _ time: Int, _ payload: [UInt8] = frame, extra: [UInt8] = []
    ) -> [UInt8] {
        element(
            ElementID.blockGroup,
            element(ElementID.block, blockContent(track, time, payload)) + extra)
    }
}

/// A block as it stands in an output.
struct WrittenBlock: Equatable {
    let track: UInt8
    let timeMs: Int64
    let payload: [UInt8]
}

extension Output {
    /// The output taken apart again, by other code than the parser's.
    var blocks: [WrittenBlock] {
        var blocks: [WrittenBlock] = []
        var clusterMs: Int64 = 0
        var position = 0
        while position < bytes.count {
            guard
                case .header(let header)? = try? ElementHeader.parse(
                    bytes.span, at: position, end: bytes.count)
            else { return blocks }
            let start = position + header.headerBytes
            switch header.id {
            case ElementID.segment, ElementID.cluster, ElementID.blockGroup:
                position = start
                continue
            case ElementID.timestamp:
                clusterMs = bytes[start..<start + 8].reduce(0) { $0 << 8 | Int64($1) }
            case ElementID.simpleBlock, ElementID.block:
                let content = bytes[start..<start + Int(header.size ?? 0)]
                let relative = Int16(
                    bitPattern: UInt16(content[start + 1]) << 8 | UInt16(content[start + 2]))
                blocks.append(
                    WrittenBlock(
                        track: content[start] & 0x7F, timeMs: clusterMs + Int64(relative),
                        payload: [UInt8](content.dropFirst(4))))
            default:
                break
            }
            position = start + Int(header.size ?? 0)
        }
        return blocks
    }
}

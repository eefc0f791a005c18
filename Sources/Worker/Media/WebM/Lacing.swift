// Lacing: several frames in one block (RFC 9559 section 10.3). Browsers do not read it, so it is
// undone here: where each frame lies is worked out from the sizes in front of them.

enum Lacing {
    /// The two bits of a block's flags that say how its frames are laced.
    static let flagBits: UInt8 = 0x06
    private static let xiph: UInt8 = 0x02
    private static let fixedSize: UInt8 = 0x04

    static func isLaced(flags: UInt8) -> Bool { flags & flagBits != 0 }

    /// Where the frames of a laced block lie. `payload` is what follows the block's flags.
    static func frames(
        flags: UInt8, payload: Range<Int>, in bytes: Span<UInt8>
    ) throws(MediaError) -> [Range<Int>] {
        guard let first = payload.first else { throw .malformed("a lace without its head") }
        let count = Int(bytes[first]) + 1
        var position = first + 1
        let sizes =
            switch flags & flagBits {
            case fixedSize: try equalSizes(count, bytes: payload.upperBound - position)
            case xiph: try xiphSizes(count, in: bytes, &position, end: payload.upperBound)
            default: try ebmlSizes(count, in: bytes, &position, end: payload.upperBound)
            }
        var frames: [Range<Int>] = []
        frames.reserveCapacity(count)
        for size in sizes {
            guard size >= 0, size <= payload.upperBound - position else { throw tooShort }
            frames.append(position..<position + size)
            position += size
        }
        // The last frame is what is left.
        if frames.count < count { frames.append(position..<payload.upperBound) }
        return frames
    }

    private static let tooShort = MediaError.malformed("a lace is larger than its block")

    private static func equalSizes(_ count: Int, bytes: Int) throws(MediaError) -> [Int] {
        guard bytes % count == 0 else {
            throw .malformed("a lace of equal frames does not divide its block")
        }
        return [Int](repeating: bytes / count, count: count)
    }

    /// Sizes of all frames but the last, each as bytes that are added up to the first below 255.
    private static func xiphSizes(
        _ count: Int, in bytes: Span<UInt8>, _ position: inout Int, end: Int
    ) throws(MediaError) -> [Int] {
        var sizes: [Int] = []
        for _ in 1..<max(count, 1) {
            var size = 0
            var byte: UInt8
            repeat {
                guard position < end else { throw tooShort }
                byte = bytes[position]
                position += 1
                size += Int(byte)
            } while byte == 255
            sizes.append(size)
        }
        return sizes
    }

    /// The first frame's size, then differences from frame to frame, as variable-length integers.
    private static func ebmlSizes(
        _ count: Int, in bytes: Span<UInt8>, _ position: inout Int, end: Int
    ) throws(MediaError) -> [Int] {
        var sizes: [Int] = []
        for index in 0..<count - 1 {
            guard position < end else { throw tooShort }
            let length = bytes[position].leadingZeroBitCount + 1
            guard length <= 4, position + length <= end else { throw tooShort }
            let value = Int(ElementHeader.variableInteger(bytes, at: position, length: length))
            position += length
            // A difference is stored with half of the range added to it.
            let bias = (1 << (7 * length - 1)) - 1
            sizes.append(index == 0 ? value : (sizes.last ?? 0) + value - bias)
        }
        return sizes
    }
}

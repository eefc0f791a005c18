// The chunked transfer coding up to the chunk of size 0 (RFC 9112 section 7.1), byte by byte and without
// a buffer. What follows (trailers, the empty line) is lines again, and is not read here.
//
// White space around sizes and extensions is refused, though old grammars allow it: one reader takes "5
// " for 5, another does not, and the two find different requests in the same bytes.

struct HTTP1Chunks {
    enum Step {
        case needsMore
        /// The range of the given bytes that is body; it is consumed.
        case data(Range<Int>)
        /// The line of the last chunk is consumed.
        case last
    }

    private enum State {
        case size, sizeExtension, sizeLineFeed, data, dataReturn, dataLineFeed
    }

    private static let sizeDigits = 16

    private let extensionBytesLimit: Int
    private var state = State.size
    private var digits = 0
    /// While the size is read: its value so far. After that: data bytes that are still to come.
    private var size: UInt64 = 0
    private var extensionBytes = 0

    init(limits: HTTPLimits) {
        extensionBytesLimit = limits.chunkExtensionBytes
    }

    mutating func next(
        in bytes: Span<UInt8>, from position: inout Int
    ) throws(HTTP1Failure) -> Step {
        while position < bytes.count {
            if state == .data { return takeData(in: bytes, from: &position) }
            let byte = bytes[position]
            position += 1
            switch state {
            case .size: try takeSize(byte)
            case .sizeExtension: try takeExtension(byte)
            case .sizeLineFeed:
                guard byte == HTTP1Character.lineFeed else { throw .malformedChunkSize }
                if size == 0 { return .last }
                state = .data
            case .dataReturn:
                guard byte == HTTP1Character.carriageReturn else { throw .malformedChunkEnd }
                state = .dataLineFeed
            case .dataLineFeed:
                guard byte == HTTP1Character.lineFeed else { throw .malformedChunkEnd }
                (state, digits, size, extensionBytes) = (.size, 0, 0, 0)
            case .data: break
            }
        }
        return .needsMore
    }

    private mutating func takeData(in bytes: Span<UInt8>, from position: inout Int) -> Step {
        let count = min(Int(size), bytes.count - position)
        size -= UInt64(count)
        if size == 0 { state = .dataReturn }
        defer { position += count }
        return .data(position..<position + count)
    }

    private mutating func takeSize(_ byte: UInt8) throws(HTTP1Failure) {
        if let digit = HTTP1Character.hexadecimal(byte) {
            digits += 1
            guard digits <= Self.sizeDigits else { throw .malformedChunkSize }
            size = size << 4 | UInt64(digit)
            return
        }
        guard digits > 0 else { throw .malformedChunkSize }
        switch byte {
        case HTTP1Character.carriageReturn: state = .sizeLineFeed
        case UInt8(ascii: ";"): state = .sizeExtension
        default: throw .malformedChunkSize
        }
        guard size <= UInt64(Int.max) else { throw .chunkTooLarge }
    }

    /// Extensions mean nothing to anyone; their bytes only have to be harmless and few.
    private mutating func takeExtension(_ byte: UInt8) throws(HTTP1Failure) {
        if byte == HTTP1Character.carriageReturn {
            state = .sizeLineFeed
            return
        }
        guard HTTP1Character.isFieldValue(byte), byte < 0x80 else {
            throw .malformedChunkExtension
        }
        extensionBytes += 1
        guard extensionBytes <= extensionBytesLimit else { throw .chunkExtensionTooLong }
    }
}

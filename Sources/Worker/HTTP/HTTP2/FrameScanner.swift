// Finds where requests begin in the bytes of an HTTP/2 peer, by frame headers alone (RFC 9113, section
// 4.1). So nghttp2 can be given a few requests at a time: one packet can hold a thousand of them, and
// nghttp2 would report them all before it returns.
//
// Pure: bytes in, a number of bytes out. It sees each byte once, in order, however the bytes are cut.
//
// Unsafe use: the caller's bytes are read during the call, each after a look at how many there are.

struct FrameScanner {
    private static let headerBytes = 9
    private static let headersType: UInt8 = 1
    /// The client connection preface (RFC 9113, section 3.4), which comes before the first frame.
    private static let prefaceBytes = 24

    /// Bytes that are left of the preface or of the payload of a frame.
    private var rest = Self.prefaceBytes
    /// Bytes of a frame's header that have been read.
    private var headerCount = 0
    private var payloadBytes = 0
    private var isHeaders = false

    /// How many of `bytes` may be passed on so that no more than `requests` header sections begin: up to
    /// the end of the frame with the last of them, or to the beginning of the frame with one too many.
    /// The scanner has then read exactly these bytes.
    mutating func extent(of bytes: UnsafeRawBufferPointer, requests: Int) -> Int {
        var position = 0
        var left = requests
        while position < bytes.count {
            if rest > 0 {
                let step = min(rest, bytes.count - position)
                rest -= step
                position += step
                if rest == 0, isHeaders, left == 0 { return position }
                continue
            }
            if headerCount == 0, bytes.count - position >= Self.headerBytes {
                unsafe readHeader(bytes, at: position)
                position += Self.headerBytes
            } else {
                unsafe readHeader(bytes[position])
                position += 1
                guard headerCount == 0 else { continue }
            }
            if isHeaders { left -= 1 }
            rest = payloadBytes
            // A frame without a payload ends with its header.
            if rest == 0, isHeaders, left == 0 { return position }
        }
        return position
    }

    /// Takes a whole header of a frame: what almost all of them come to.
    private mutating func readHeader(_ bytes: UnsafeRawBufferPointer, at position: Int) {
        let start = unsafe bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self).bigEndian
        payloadBytes = Int(start >> 8)
        isHeaders = UInt8(truncatingIfNeeded: start) == Self.headersType
    }

    /// Takes one byte of a frame's header; after the last one, `headerCount` is 0 again.
    private mutating func readHeader(_ byte: UInt8) {
        switch headerCount {
        case 0: payloadBytes = Int(byte) << 16
        case 1: payloadBytes |= Int(byte) << 8
        case 2: payloadBytes |= Int(byte)
        case 3: isHeaders = byte == Self.headersType
        default: break
        }
        headerCount = headerCount + 1 == Self.headerBytes ? 0 : headerCount + 1
    }
}

// Reads bits, most significant first, from untrusted bytes. Past the end it returns zeros and says so
// afterwards, so that a parser reads on and asks once; a loop's bound must therefore be checked before
// the loop.

struct BitReader {
    private let bytes: [UInt8]
    private var position = 0
    /// A read went past the end, or a number was longer than it may be.
    private(set) var hasFailed = false

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The bytes of a span, up to a limit: what a parser needs is at the beginning.
    init(_ span: Span<UInt8>, mostBytes: Int) {
        var copy: [UInt8] = []
        copy.append(copying: span.extracting(first: mostBytes))
        self.init(copy)
    }

    /// The payload of an H.264 or HEVC unit: without the bytes that keep start codes out of it
    /// (ISO/IEC 14496-10 section 7.4.1).
    init(unescaping unit: Span<UInt8>, mostBytes: Int) {
        var payload: [UInt8] = []
        var zeros = 0
        for index in 0..<min(unit.count, mostBytes) {
            let byte = unit[index]
            if zeros >= 2, byte == 3 {
                zeros = 0
                continue
            }
            zeros = byte == 0 ? zeros + 1 : 0
            payload.append(byte)
        }
        self.init(payload)
    }

    mutating func flag() -> Bool { bits(1) == 1 }

    /// An unsigned number of up to 32 bits.
    mutating func bits(_ count: Int) -> UInt32 {
        guard count <= bytes.count * 8 - position else {
            hasFailed = true
            position = bytes.count * 8
            return 0
        }
        var value: UInt32 = 0
        for _ in 0..<count {
            value = value << 1 | UInt32(bytes[position >> 3] >> (7 - UInt8(position & 7)) & 1)
            position += 1
        }
        return value
    }

    mutating func skip(_ count: Int) {
        if count > bytes.count * 8 - position {
            hasFailed = true
            position = bytes.count * 8
        } else {
            position += count
        }
    }

    /// An Exp-Golomb number, ue(v); also AV1's uvlc(), which is the same but for its largest value.
    mutating func exponentialGolomb() -> UInt32 {
        var zeros = 0
        while !hasFailed, !flag() { zeros += 1 }
        guard !hasFailed, zeros < 32 else {
            hasFailed = true
            return 0
        }
        return (UInt32(1) << UInt32(zeros)) - 1 + bits(zeros)
    }

    /// A signed Exp-Golomb number, se(v).
    mutating func signedExponentialGolomb() -> Int64 {
        let code = Int64(exponentialGolomb())
        return code & 1 == 1 ? (code + 1) / 2 : -(code / 2)
    }
}

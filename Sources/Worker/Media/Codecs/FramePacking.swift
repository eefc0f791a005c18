// How a track's frames are packed by its broadcaster, in ways that viewers never see: bytes that were
// left out at their beginning, deflate (both ContentEncodings of RFC 9559 section 5.1.4.1.31), and
// start codes where Matroska has lengths. Small, so that a parser's snapshot can hold it.

struct FramePacking: Sendable, Equatable {
    /// The bytes that were left out at the beginning of each frame.
    var stripped: [UInt8] = []
    /// Each frame is a zlib stream.
    var isDeflated = false
    /// H.264 or HEVC without a decoder configuration in the container: units behind start codes.
    var mayHaveStartCodes = false

    static let plain = FramePacking()

    /// Nothing is packed: frames are passed on as they are.
    var isPlain: Bool { self == .plain }

    /// The longest beginning that may be left out; real ones are the two to four bytes of a
    /// synchronization word.
    static let mostStrippedBytes = 8
    /// The longest form for a snapshot.
    static let mostSnapshotBytes = 1 + mostStrippedBytes

    /// Two flags and a count in one byte, then the bytes that were left out.
    var snapshot: [UInt8] { [snapshotFlags] + stripped }

    /// What a snapshot begins with.
    var snapshotFlags: UInt8 {
        (isDeflated ? 0x80 : 0) | (mayHaveStartCodes ? 0x40 : 0) | UInt8(stripped.count)
    }

    /// How long a snapshot is that begins with this byte.
    static func snapshotBytes(first: UInt8) -> Int { 1 + Int(first & 0x3F) }

    /// Nil for what `snapshot` never gives.
    init?(snapshot: [UInt8]) {
        guard let first = snapshot.first,
            snapshot.count == FramePacking.snapshotBytes(first: first),
            snapshot.count <= FramePacking.mostSnapshotBytes
        else { return nil }
        isDeflated = first & 0x80 != 0
        mayHaveStartCodes = first & 0x40 != 0
        stripped = [UInt8](snapshot.dropFirst())
        if isDeflated, !stripped.isEmpty { return nil }
    }

    init() {}
}

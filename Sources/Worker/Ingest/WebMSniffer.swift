// What the first bytes of a body are: the beginning of a WebM file, or something else. The parser
// decides about everything after that. Element IDs: RFC 9559, section 5; EBML: RFC 8794.

enum WebMSniffer {
    private static let ebmlHeader: [UInt8] = [0x1A, 0x45, 0xDF, 0xA3]
    private static let cluster: [UInt8] = [0x1F, 0x43, 0xB6, 0x75]
    /// The length of each ID here, in bytes.
    static let idBytes = 4
    /// Segment, Info, Tracks, Cues: what else may be at the beginning of a piece of a file.
    private static let others: [[UInt8]] = [
        [0x18, 0x53, 0x80, 0x67], [0x15, 0x49, 0xA9, 0x66], [0x16, 0x54, 0xAE, 0x6B],
        [0x1C, 0x53, 0xBB, 0x6B],
    ]

    static func start(of bytes: [UInt8], isComplete: Bool) -> BodyStart {
        if bytes.starts(with: ebmlHeader) { return .header }
        // Fewer than four bytes may still become a header.
        let mayBecomeHeader = !isComplete && ebmlHeader.starts(with: bytes)
        return mayBecomeHeader ? .unknown : .continuation
    }

    /// Whether bytes that do not begin a file look like they came from the middle of one.
    static func looksLikeContinuation(_ bytes: [UInt8]) -> Bool {
        if bytes.isEmpty || others.contains(where: bytes.starts(with:)) { return true }
        return hasCluster(in: bytes, from: 0)
    }

    /// - Parameter start: the bytes before it have been searched already.
    static func hasCluster(in bytes: [UInt8], from start: Int) -> Bool {
        var rest = bytes[start...]
        while let index = rest.firstIndex(of: cluster[0]) {
            rest = rest[index...]
            if rest.starts(with: cluster) { return true }
            rest = rest.dropFirst()
        }
        return false
    }
}

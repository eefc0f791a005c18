// Whether a ring is too small for the segments in it: lists of HLS take at most five eighths of it (see
// ListWindow), and are not to be shorter than three target durations (draft-pantos-hls-rfc8216bis, section
// 6.2.2). Where key frames are seldom and the bit rate is high, they would be. Pure.

enum RingSizeAdvice {
    /// Until a ring has so many segments, the bit rate is not known well.
    static let enoughSegments: UInt64 = 3

    /// - Parameter capacityMs: how much media the ring holds.
    /// - Returns: how many bytes a ring should have if this one should have more.
    static func neededBytes(
        targetDurationMs: UInt32, ringBytes: Int, capacityMs: UInt64?
    ) -> UInt64? {
        guard let capacityMs, capacityMs > 0 else { return nil }
        let neededMs = 3 * UInt64(targetDurationMs) * 8 / 5
        guard capacityMs < neededMs else { return nil }
        let (product, isTooMuch) = UInt64(max(ringBytes, 0))
            .multipliedReportingOverflow(by: neededMs)
        guard !isTooMuch else { return nil }
        // Rings have sizes that are powers of two.
        var bytes: UInt64 = 1 << 20
        while bytes < product / capacityMs, bytes < 1 << 40 { bytes <<= 1 }
        return bytes
    }
}

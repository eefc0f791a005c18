// The decoder set-up of Opus, an OpusHead (RFC 7845 section 5.1): numbers with the least significant byte
// first.

struct OpusSetUp {
    let channels: UInt8
    /// Samples at 48 kHz that come out of a decoder before the sound begins.
    let preSkip: UInt16
    /// In 1/256 dB, as the bits of a signed number.
    let outputGain: UInt16
    /// How channels are arranged (channel mapping family).
    let family: UInt8
    /// Streams, coupled streams, and the place of each channel; empty for mono and stereo (family 0).
    let mapping: [UInt8]

    /// Nil for what no decoder takes.
    init?(_ head: [UInt8]) {
        guard head.count >= 19, head.prefix(8).elementsEqual("OpusHead".utf8), head[8] < 16,
            head[9] > 0
        else { return nil }
        channels = head[9]
        preSkip = UInt16(head[10]) | UInt16(head[11]) << 8
        outputGain = UInt16(head[16]) | UInt16(head[17]) << 8
        family = head[18]
        guard family != 0 else {
            mapping = []
            guard channels <= 2 else { return nil }
            return
        }
        let end = 21 + Int(channels)
        guard head.count >= end else { return nil }
        mapping = [UInt8](head[19..<end])
        let (streams, coupled) = (Int(mapping[0]), Int(mapping[1]))
        guard streams > 0, coupled <= streams, streams + coupled <= 255 else { return nil }
    }
}

// The decoder set-up of FLAC: the beginning of a FLAC file, "fLaC" and blocks of metadata, of which
// STREAMINFO comes first (RFC 9639 sections 6 and 8.2).

struct FLACSetUp {
    let rateHz: Int
    let channels: Int
    let bitDepth: Int
    /// STREAMINFO without the head of its block.
    let streamInfo: [UInt8]

    private static let streamInfoBytes = 34

    init?(_ bytes: [UInt8]) {
        let start = 8
        guard bytes.count >= start + FLACSetUp.streamInfoBytes,
            bytes.prefix(4).elementsEqual("fLaC".utf8), bytes[4] & 0x7F == 0,
            bytes[5] == 0, bytes[6] == 0, Int(bytes[7]) == FLACSetUp.streamInfoBytes
        else { return nil }
        streamInfo = [UInt8](bytes[start..<start + FLACSetUp.streamInfoBytes])
        var reader = BitReader(streamInfo)
        reader.skip(2 * 16 + 2 * 24)
        rateHz = Int(reader.bits(20))
        channels = Int(reader.bits(3)) + 1
        bitDepth = Int(reader.bits(5)) + 1
        guard rateHz > 0 else { return nil }
    }
}

// What a decoder of pictures has to know before the first one: their size, and the codec's own set-up. A
// header says it once; a camera that turns, a window that is resized or an encoder that adapts says something
// else at a key frame, and no other header comes.

package struct PictureSetUp: Sendable, Equatable {
    package let size: PictureSize
    /// As CodecPrivate has it.
    package let codecPrivate: [UInt8]

    /// Real ones have some dozens of bytes. A longer one is not followed, so that records of segments
    /// stay small.
    static let mostPrivateBytes = 256
    /// Width, height, length, and the rest.
    static let mostEncodedBytes = 6 + mostPrivateBytes

    /// Nil when it is too long.
    init?(size: PictureSize, codecPrivate: [UInt8]) {
        guard codecPrivate.count <= Self.mostPrivateBytes else { return nil }
        self.size = size
        self.codecPrivate = codecPrivate
    }

    // MARK: As bytes, in records and snapshots

    var encodedBytes: Int { 6 + codecPrivate.count }

    func append(to output: inout OutputSpan<UInt8>) {
        output.append(bigEndian: UInt64(size.width), count: 2)
        output.append(bigEndian: UInt64(size.height), count: 2)
        output.append(bigEndian: UInt64(codecPrivate.count), count: 2)
        for byte in codecPrivate { output.append(byte) }
    }

    init(from reader: inout SnapshotReader) throws(MediaError) {
        let (width, height) = (Int(try reader.unsigned(2)), Int(try reader.unsigned(2)))
        let count = Int(try reader.unsigned(2))
        guard count <= Self.mostPrivateBytes, let size = PictureSize(width: width, height: height)
        else { throw .malformed("the set-up of a picture is out of range") }
        self.size = size
        codecPrivate = try reader.bytes(count)
    }
}

extension MediaTrack {
    /// The same track with another set-up; nil: with its own.
    package func with(_ setUp: PictureSetUp?) -> MediaTrack {
        guard let setUp else { return self }
        return MediaTrack(
            number: number, kind: kind, codec: codec, codecID: codecID, width: setUp.size.width,
            height: setUp.size.height, channels: channels, sampleRateHz: sampleRateHz,
            codecPrivate: setUp.codecPrivate, bitDepth: bitDepth, colour: colour,
            pixelAspect: pixelAspect, frameDurationNs: frameDurationNs, codecDelayNs: codecDelayNs,
            language: language, title: title, isDefault: isDefault)
    }
}

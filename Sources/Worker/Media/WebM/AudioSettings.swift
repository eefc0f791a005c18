// What is written of a track's Audio (RFC 9559 section 5.1.4.1.29).

struct AudioSettings: Sendable, Equatable {
    var sampleRateHz = 8_000.0
    private var outputRateHz: Double?
    var channels: UInt64 = 1
    var bitDepth: UInt64?

    private static let ratesHz = 1.0...100_000_000.0

    init() {}

    /// Reads the content of an Audio element.
    init(_ content: Range<Int>, in bytes: Span<UInt8>) throws(MediaError) {
        var reader = ElementReader(children: content)
        while let child = try reader.next(in: bytes) {
            switch child.id {
            case ElementID.samplingFrequency: sampleRateHz = try child.float(in: bytes)
            case ElementID.outputSamplingFrequency:
                let rateHz = try child.float(in: bytes)
                outputRateHz = AudioSettings.ratesHz.contains(rateHz) ? rateHz : nil
            case ElementID.channels: channels = try child.unsigned(in: bytes)
            case ElementID.bitDepth:
                let bits = try child.unsigned(in: bytes)
                bitDepth = 1...64 ~= bits ? bits : nil
            default: break
            }
        }
        guard AudioSettings.ratesHz.contains(sampleRateHz), 1...255 ~= channels else {
            throw .malformed("an audio track's sampling rate or channel count is out of range")
        }
    }

    /// The content of the Audio element to serve.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendElement(ElementID.samplingFrequency, float: sampleRateHz)
        if let outputRateHz {
            bytes.appendElement(ElementID.outputSamplingFrequency, float: outputRateHz)
        }
        bytes.appendElement(ElementID.channels, unsigned: channels)
        if let bitDepth { bytes.appendElement(ElementID.bitDepth, unsigned: bitDepth) }
        return bytes
    }
}

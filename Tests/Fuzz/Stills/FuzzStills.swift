// Fuzzes what makes and reads stills: frames of codecs that become pictures, and files that a damaged disk may
// hold.
//
// The first byte of an input chooses: 1 a file, others a codec, whose frame or CodecPrivate the rest is (the
// second byte says how much of it is CodecPrivate).
//
// Run it with the directory of the corpus:
//   FuzzStills Tests/Fuzz/Stills/Corpus -max_total_time=30

import FuzzDriver

@testable import Media
@testable import Streams

@main
enum FuzzStills {
    static func main() { fuzz(check) }
}

private let codecs: [(id: String, form: Still.Form)] = [
    ("V_VP8", .webP), ("V_VP9", .webM), ("V_AV1", .avif), ("V_MPEG4/ISO/AVC", .mp4),
    ("V_MPEGH/ISO/HEVC", .mp4),
]

private func check(_ input: [UInt8]) {
    guard let choice = input.first else { return }
    let rest = Array(input.dropFirst())
    switch choice {
    case 1: checkFile(rest)
    default: checkFrame(rest, of: codecs[Int(choice) % codecs.count])
    }
}

private func checkFile(_ bytes: [UInt8]) {
    guard let file = StillFile(decoding: bytes) else { return }
    precondition(StillFile(decoding: file.encoded) == file)
}

private func checkFrame(_ bytes: [UInt8], of codec: (id: String, form: Still.Form)) {
    guard let length = bytes.first else { return }
    let setUp = Array(bytes.dropFirst().prefix(Int(length)))
    let frame = Array(bytes.dropFirst(1 + setUp.count))
    for size in [nil, 16] as [Int?] {
        let track = MediaTrack(
            number: 1, kind: .video, codec: "", codecID: codec.id, width: size, height: size,
            channels: nil, sampleRateHz: nil, codecPrivate: setUp)
        let still = Still(frame: frame.span, of: track)
        guard let still else { continue }
        precondition(still.form == codec.form)
        precondition(still.bytes.count < frame.count + 4_096)
    }
}

// Fuzzes what looks through pictures of strangers. All of an input is the picture.
//
// Run it with the directory of the corpus:
//   FuzzPictures Tests/Fuzz/Pictures/Corpus -max_total_time=30

import FuzzDriver

@testable import Pictures

@main
enum FuzzPictures {
    static func main() { fuzz(check) }
}

private let edges = 16...2_048

/// What is taken is taken again, as it is, and is hardly longer than what came.
private func check(_ input: [UInt8]) {
    // A checksum that is right for nothing else would keep the fuzzer from all that is behind it.
    for bytes in [input, withChecksums(input)] {
        do throws(PictureFault) {
            let picture = try Picture(checking: bytes, edgePixels: edges)
            precondition(edges ~= picture.size.width && edges ~= picture.size.height)
            // The last chunk of a WebP may get a byte to be of even length.
            precondition(picture.bytes.count <= bytes.count + 1)
            let again = try? Picture(checking: picture.bytes, edgePixels: edges)
            precondition(again == picture, "it is not taken as it was put together")
        } catch {
            precondition(!error.sentence.isEmpty && error.sentence.utf8.count <= 128)
        }
    }
}

/// The chunks of a PNG with the checksums that belong to them; other bytes as they are.
private func withChecksums(_ input: [UInt8]) -> [UInt8] {
    guard input.starts(with: PNGReader.beginning) else { return input }
    var bytes = input
    var position = PNGReader.beginning.count
    while bytes.count - position >= 12 {
        let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
        guard length <= bytes.count - position - 12 else { break }
        let end = position + 8 + length
        let checksum = CRC32.checksum(of: bytes[position + 4..<end])
        for index in 0..<4 { bytes[end + index] = UInt8(checksum >> (24 - 8 * index) & 0xFF) }
        position = end + 4
    }
    return bytes
}

// Pushes a recording through the parser, in the pieces in which a worker gets it: for counting
// instructions, which do not depend on what else the machine does.
//
//   swift build -c release --product IngestCost
//   GLIBC_TUNABLES=glibc.cpu.x86_rep_movsb_threshold=1000000000 valgrind --tool=callgrind \
//       .build/release/IngestCost RECORDING BODY-BYTES PASSES
//
// BODY-BYTES are those of one request body (78125 are 250 ms of 2.5 Mbit/s). The difference between three
// passes and one, divided by two, is the cost of one. Without the tunable valgrind counts one instruction
// for each byte that is copied.
//
// Unsafe use: the C library's file functions, with a file that is open and a buffer of ours.

import Glibc
import Media

/// As MediaLimits(ringBytes:) has them, with a large ring.
private let limits = MediaLimits(
    initializationBytes: 64 * 1_024, blockBytes: 4 * 1_024 * 1_024, elementBytes: 64 * 1_024,
    tracks: 8, soundClusterDurationMs: 1_000, lostBytes: 16 * 1_024 * 1_024, heldFrames: 256,
    heldBytes: 512 * 1_024, orderWindowMs: 200, orderMemoryMs: 5_000, pictureSilenceMs: 2_000,
    firstFrameMs: 2_000, jumpBackMs: 1_000, jumpForwardMs: 10_000)
/// The most that a worker pushes at once (IngestSession).
private let pieceBytes = 16 * 1_024

private func contents(of path: String) -> [UInt8] {
    guard let file = unsafe fopen(path, "rb") else { fail("cannot open \(path)") }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = unsafe fread(&buffer, 1, buffer.count, file)
        if count == 0 { return bytes }
        bytes += buffer[..<count]
    }
}

private func fail(_ message: String) -> Never {
    print(message)
    exit(1)
}

/// Returns the bytes and fragments that come out.
private func pass(_ input: [UInt8], bodyBytes: Int) throws(MediaError) -> (Int, Int) {
    var ingest = WebMIngest(limits: limits)
    var batch = FragmentBatch()
    var written = (bytes: 0, fragments: 0)
    var position = 0
    while position < input.count {
        let bodyEnd = min(input.count, (position / bodyBytes + 1) * bodyBytes)
        let end = min(bodyEnd, position + pieceBytes)
        batch.removeAll()
        position += try ingest.push(
            input.span.extracting(position..<end), into: &batch
        ).consumed
        written.bytes += batch.bytes.count
        written.fragments += batch.fragments.count
    }
    return written
}

private let arguments = CommandLine.arguments
guard arguments.count == 4, let bodyBytes = Int(arguments[2]), let passes = Int(arguments[3]),
    bodyBytes > 0
else { fail("usage: IngestCost RECORDING BODY-BYTES PASSES") }
private let input = contents(of: arguments[1])
for _ in 0..<passes {
    let (bytes, fragments) = try pass(input, bodyBytes: bodyBytes)
    print("\(input.count) bytes in, \(bytes) bytes in \(fragments) fragments out")
}

// Fuzzes what looks into codecs: track entries, decoder set-ups and frames that nobody vouches for, and
// what MP4 makes of them.
//
// The first byte of an input chooses the codec, the second how many bytes of CodecPrivate follow (from
// the end of the four bits; the highest bit puts them into ContentEncodings instead); the rest is a
// frame.
//
// Run it with the directory of the corpus:
//   FuzzCodecs Tests/Fuzz/Codecs/Corpus -max_total_time=30

import FuzzDriver

@testable import Media

@main
enum FuzzCodecs {
    static func main() { fuzz(check) }
}

private let limits = MediaLimits(
    initializationBytes: 4_096, blockBytes: 65_536, elementBytes: 1_024,
    tracks: 4, soundClusterDurationMs: 500, lostBytes: 2_048, heldFrames: 8, heldBytes: 1_024,
    orderWindowMs: 200, orderMemoryMs: 5_000, pictureSilenceMs: 2_000, firstFrameMs: 2_000,
    jumpBackMs: 1_000, jumpForwardMs: 10_000)

private let codecIDs = [
    "V_VP8", "V_VP9", "V_AV1", "V_MPEG4/ISO/AVC", "V_MPEGH/ISO/HEVC", "V_MS/VFW/FOURCC",
    "V_QUICKTIME", "V_UNCOMPRESSED", "A_OPUS", "A_VORBIS", "A_AAC", "A_MPEG/L3", "A_AC3", "A_FLAC",
    "A_ALAC", "A_PCM/INT/LIT",
]

private func element(_ id: UInt32, _ content: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendElement(id, content: content)
    return bytes
}

private func check(_ input: [UInt8]) {
    guard input.count >= 2 else { return }
    let codecID = codecIDs[Int(input[0]) % codecIDs.count]
    let setUp = [UInt8](input.dropFirst(2).prefix(Int(input[1] & 0x7F)))
    let frame = [UInt8](input.dropFirst(2 + setUp.count))
    let isVideo = codecID.hasPrefix("V_")
    var entry =
        element(ElementID.trackNumber, [1]) + element(ElementID.codecID, [UInt8](codecID.utf8))
    entry += element(ElementID.trackType, [isVideo ? 1 : 2])
    if input[1] & 0x80 == 0 {
        entry += element(ElementID.codecPrivate, setUp)
    } else {
        entry += element(isVideo ? ElementID.video : ElementID.audio, setUp)
        entry += element(ElementID.contentEncodings, setUp)
    }
    let content = element(ElementID.trackEntry, entry)
    guard var table = try? TrackTable(tracks: 0..<content.count, in: content.span, limits: limits)
    else { return }
    look(at: frame, table)
    if table.complete(track: 1, firstKeyframe: frame.span) {
        precondition(!table.needsFirstFrame)
    }
    look(at: frame, table)
    checkInitialization(table)
}

private func look(at frame: [UInt8], _ table: TrackTable) {
    let track = table.tracks[0]
    let packing = table.packings[0]
    precondition(FramePacking(snapshot: packing.snapshot) == packing)
    let reader = FrameReader(track: track, packing: packing, mostFrameBytes: limits.blockBytes)
    _ = reader.isKeyframe(frame.span)
    _ = reader.pictureSize(frame.span)
    var output: [UInt8] = []
    if (try? reader.unpack(frame.span, into: &output)) != true {
        precondition(output.isEmpty, "something is put out of a frame that is passed on")
    }
    precondition(output.count <= limits.blockBytes + 5 * frame.count + 8)
    _ = SoundDuration.us(of: frame.span, in: track)
    let name = track.codecString
    precondition(!name.isEmpty && name.utf8.count <= 80)
    precondition(0...16 ~= track.reorderDepth)
    checkMP4(track)
    checkMP4(
        MediaTrack(
            number: 1, kind: track.kind, codec: track.codec, codecID: track.codecID, width: 16,
            height: 16, channels: 1, sampleRateHz: 48_000, codecPrivate: track.codecPrivate,
            colour: track.colour, pixelAspect: track.pixelAspect))
}

/// What a track becomes in MP4 is whole, or is refused in words.
private func checkMP4(_ media: MediaTrack) {
    do throws(MP4TrackError) {
        let track = try MP4Track(media)
        precondition(track.timescale > 0 && track.timescale == media.timescale)
        precondition(!track.codecString.isEmpty && track.codecString.utf8.count <= 80)
        precondition(media.kind == .audio || track.shownSize != nil)
        let bytes = MP4Initialization(track).bytes
        precondition(bytes.count <= 1_024 + media.codecPrivate.count)
        precondition(boxesComeOutEven(bytes, 0..<bytes.count, containers: 4))
    } catch {
        precondition(media.timescale == nil)
        precondition(error.explanation.utf8.count <= 256)
    }
}

/// Whether a range is boxes one after the other, and so are the boxes that have others in them.
private func boxesComeOutEven(
    _ bytes: [UInt8], _ range: Range<Int>, containers depth: Int
) -> Bool {
    var position = range.lowerBound
    while position < range.upperBound {
        guard range.upperBound - position >= 8 else { return false }
        let size = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
        guard size >= 8, size <= range.upperBound - position else { return false }
        let name = String(decoding: bytes[position + 4..<position + 8], as: UTF8.self)
        let isContainer = ["moov", "trak", "mdia", "minf", "stbl", "mvex"].contains(name)
        let inside = position + 8..<position + size
        if isContainer, depth > 0, !boxesComeOutEven(bytes, inside, containers: depth - 1) {
            return false
        }
        position += size
    }
    return true
}

/// What is written is read back as it is.
private func checkInitialization(_ table: TrackTable) {
    let draft = HeaderDraft(
        docType: .webm, versions: (1, 1), scale: TickScale())
    guard let made = try? Initialization(draft: draft, table: table, limits: limits) else { return }
    let again = try? Initialization(parsing: made.bytes, limits: limits)
    precondition(again == made, "an init is not read back as it is")
    precondition(again?.isCompatible(with: made) == true)
}

// Waiting frames, in the form for a parser that goes on elsewhere. They come back from a file and are
// checked like any other input.

extension FrameOrder {
    private static let frameHeaderBytes = 1 + 1 + 3 * 8 + 3 * 4
    // What a flag of a frame means.
    private static let leadingKey: UInt8 = 1
    private static let discontinuity: UInt8 = 2
    private static let isBreak: UInt8 = 4
    private static let hasSoundTicks: UInt8 = 8

    var encodedBytes: Int {
        held.reduce(heldBytes) {
            $0 + Self.frameHeaderBytes + ($1.head.held ?? HeldPicture()).encodedBytes
        }
    }

    static func mostEncodedBytes(_ limits: MediaLimits) -> Int {
        limits.heldBytes + limits.heldFrames * (frameHeaderBytes + HeldPicture.mostEncodedBytes)
    }

    /// The waiting frames, for a parser that goes on elsewhere; empty when there are none.
    func encoded() -> [UInt8] {
        guard !held.isEmpty else { return [] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encodedBytes)
        for frame in held {
            bytes.append(addingCapacity: Self.frameHeaderBytes + HeldPicture.mostEncodedBytes) {
                output in
                output.append(UInt8(frame.head.track))
                output.append(Self.flags(of: frame.head))
                (frame.head.held ?? HeldPicture()).append(to: &output)
                output.append(time: frame.head.timeMs)
                output.append(time: frame.head.endMs)
                output.append(time: frame.orderMs)
                output.append(bigEndian: UInt64(frame.head.soundTicks ?? 0), count: 4)
                output.append(bigEndian: UInt64(frame.relativeTimeOffset), count: 4)
                output.append(bigEndian: UInt64(frame.bytes.count), count: 4)
            }
            bytes.append(contentsOf: frame.bytes)
        }
        return bytes
    }

    private static func flags(of head: FrameHead) -> UInt8 {
        (head.isLeadingKey ? leadingKey : 0) | (head.isDiscontinuity ? discontinuity : 0)
            | (head.isBreak ? isBreak : 0) | (head.soundTicks == nil ? 0 : hasSoundTicks)
    }

    /// Takes over frames that waited elsewhere. They come from a file and are checked like any input.
    mutating func restore(
        from bytes: ArraySlice<UInt8>, tracks: [TrackProgress], limits: MediaLimits
    ) throws(MediaError) {
        var reader = SnapshotReader(bytes: [UInt8](bytes))
        while !reader.isAtEnd {
            let track = Int(try reader.unsigned(1))
            let flags = try reader.byte()
            let picture = try HeldPicture(from: &reader)
            let timeMs = try reader.time(0...Timeline.latestMs)
            let endMs = try reader.time(0...Timeline.latestMs)
            let orderMs = try reader.time(0...Timeline.latestMs)
            let soundTicks = UInt32(try reader.unsigned(4))
            let offset = Int(try reader.unsigned(4))
            let content = try reader.bytes(Int(try reader.unsigned(4)))
            guard tracks.indices.contains(track), offset >= 0, offset + 2 <= content.count,
                orderMs >= held.last?.orderMs ?? 0,
                hasRoom(for: content.count, limits: limits)
            else { throw .malformed("frames in a parser snapshot are not right") }
            hold(
                HeldFrame(
                    head: FrameHead(
                        track: track, timeMs: timeMs, endMs: endMs,
                        isLeadingKey: flags & Self.leadingKey != 0,
                        isDiscontinuity: flags & Self.discontinuity != 0,
                        isBreak: flags & Self.isBreak != 0,
                        soundTicks: flags & Self.hasSoundTicks == 0 ? nil : soundTicks,
                        held: picture == HeldPicture() ? nil : picture),
                    orderMs: orderMs, relativeTimeOffset: offset, bytes: content))
        }
    }
}

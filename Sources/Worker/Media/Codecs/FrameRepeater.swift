// Says how the frames of one track can be repeated. Writer and readers use the same one, on the same frames:
// a reader that begins at a segment record goes on from what the record says.

package struct FrameRepeater: Sendable {
    private enum Way: Sendable, Equatable {
        case vp9, av1
        /// Depends on the set-up of the pictures, so it is to be made anew with each.
        case h264(H264.Repeating)
    }

    private let way: Way
    /// What the headers of AV1 frames depend on; nil when that is not known, or of a rarer form. Some
    /// recorders say it with their key frames only.
    var setUp: AV1.Repeating?

    /// The same as the track's own set-up says it.
    private var ownSetUp: AV1.Repeating?

    /// Nil for a track whose frames never can be.
    package init?(for track: MediaTrack) {
        switch VideoBitstream(codecID: track.codecID) {
        case .vp9: way = .vp9
        case .av1:
            way = .av1
            ownSetUp = AV1.sequence(configuration: track.codecPrivate)?.repeating
            setUp = ownSetUp
        case .h264:
            guard let repeating = H264.Repeating(configuration: track.codecPrivate) else {
                return nil
            }
            way = .h264(repeating)
        default: return nil
        }
    }

    /// Frames can only be understood in their turn, behind a change of the set-up.
    var needsSetUp: Bool { if case .h264 = way { true } else { false } }

    /// What shows the picture of this frame once more, right after it.
    package mutating func take(_ frame: Span<UInt8>) -> HeldPicture {
        switch way {
        case .vp9: return HeldPicture(again: VP9.again(frame))
        case .av1:
            if let found = AV1.sequence(in: frame) { setUp = found.sequence.repeating }
            return HeldPicture(again: setUp.flatMap { AV1.again(frame, $0) }, setUp: setUp)
        case .h264(let repeating):
            return HeldPicture(again: repeating.again(frame).map { RepeatFrame($0) })
        }
    }

    /// The bytes of such a frame; nil when it is not one of this track's.
    package func bytes(of again: RepeatFrame) -> [UInt8]? {
        if case .h264(let repeating) = way { again.bytes(repeating) } else { again.bytes() }
    }

    /// Goes on behind that picture.
    package mutating func resume(after picture: HeldPicture) {
        if way == .av1 { setUp = picture.setUp ?? ownSetUp }
    }
}

/// A picture, for as long as none comes after it.
package struct HeldPicture: Sendable, Equatable {
    /// What shows it once more; nil when nothing can.
    package var again: RepeatFrame?
    /// What has to be known of the track to repeat the pictures after it.
    var setUp: AV1.Repeating?

    init(again: RepeatFrame? = nil, setUp: AV1.Repeating? = nil) {
        self.again = again
        self.setUp = setUp
    }

    // MARK: As bytes, in records and snapshots

    static let mostEncodedBytes = RepeatFrame.mostEncodedBytes + 1

    var encodedBytes: Int { (again?.encodedBytes ?? 1) + 1 }

    func append(to output: inout OutputSpan<UInt8>) {
        if let again { again.append(to: &output) } else { output.append(0) }
        output.append(setUp?.code ?? 0)
    }

    init(from reader: inout SnapshotReader) throws(MediaError) {
        again = try RepeatFrame(from: &reader)
        setUp = try AV1.Repeating(from: &reader)
    }
}

extension AV1.Repeating {
    private static let known: UInt8 = 0x80

    /// Never 0, which stands for none.
    var code: UInt8 {
        Self.known | UInt8(orderHintBits) << 3 | (choosesWholeVectors ? 4 : 0)
            | (hasScreenTools ? 2 : 0) | (choosesScreenTools ? 1 : 0)
    }

    init?(from reader: inout SnapshotReader) throws(MediaError) {
        let code = try reader.byte()
        guard code != 0 else { return nil }
        orderHintBits = Int(code >> 3 & 15)
        guard code & Self.known != 0, orderHintBits <= 8 else {
            throw .malformed("what headers of frames depend on is not right")
        }
        choosesWholeVectors = code & 4 != 0
        hasScreenTools = code & 2 != 0
        choosesScreenTools = code & 1 != 0
    }
}

// The set-up of the pictures in a segment, where it is not the one of the header, and from which segment on it
// has been in force. The ordinal of that segment makes names of inits: in a ring it never means another one.

package struct SegmentSetUp: Sendable, Equatable {
    package let picture: PictureSetUp
    /// The ordinal of the first segment that has it.
    package let since: UInt64

    init(_ picture: PictureSetUp, since: UInt64) {
        self.picture = picture
        self.since = since
    }

    static let mostEncodedBytes = 8 + PictureSetUp.mostEncodedBytes

    func append(to output: inout OutputSpan<UInt8>) {
        output.append(bigEndian: since, count: 8)
        picture.append(to: &output)
    }

    init(from reader: inout SnapshotReader) throws(MediaError) {
        since = try reader.unsigned(8)
        guard 1...SegmentRecord.greatestOrdinal ~= since else {
            throw .malformed("the number of a segment is out of range")
        }
        picture = try PictureSetUp(from: &reader)
    }
}

/// What a writer knows of it.
struct SetUpProgress: Sendable, Equatable {
    /// Of the newest key frame; nil: that of the header.
    var picture: PictureSetUp?
    /// The first segment that has it; 0: it is that of the header, or no segment has it yet.
    var since: UInt64 = 0
    /// The newest record has another one.
    var isNew = false

    mutating func take(_ change: SetUpReader.Change) {
        picture = if case .other(let other) = change { other } else { nil }
        isNew = true
    }

    /// A header has come: pictures are as it says.
    mutating func takeHeader() {
        isNew = isNew || since > 0
        picture = nil
    }

    /// A segment begins.
    mutating func begin(_ ordinal: UInt64) -> SegmentSetUp? {
        if isNew { since = picture == nil ? 0 : ordinal }
        isNew = false
        return picture.map { SegmentSetUp($0, since: since) }
    }
}

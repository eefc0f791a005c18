// A track that the broadcaster sends and viewers do not get. The API reports it, so that people do not
// look for it in vain. The init keeps it in a Void element, which every reader but ours ignores.

package struct LeftOutTrack: Sendable, Equatable {
    /// RFC 9559 section 27.2.
    let type: UInt64
    /// The Matroska codec identifier; may be empty.
    let codecID: String

    /// "video", "audio", "subtitles" or "other".
    package var kind: String {
        switch type {
        case 1: "video"
        case 2: "audio"
        case 17: "subtitles"
        default: "other"
        }
    }

    /// A short name such as "vp8".
    package var codec: String {
        let isText = codecID.hasPrefix("S_")
        return isText ? codecID.dropFirst(2).lowercased() : CodecName.short(for: codecID)
    }

    /// What is noted in a Void of ours; nothing for any other one, which has zeros in it as a rule.
    static func list(in void: Element, _ bytes: Span<UInt8>) -> [LeftOutTrack] {
        var tracks: [LeftOutTrack] = []
        var reader = ElementReader(children: void.content)
        while let entry = try? reader.next(in: bytes), entry.id == ElementID.trackEntry {
            guard let track = try? LeftOutTrack(entry: entry, in: bytes) else { return [] }
            tracks.append(track)
        }
        return tracks
    }

    init(type: UInt64, codecID: String) {
        self.type = type
        self.codecID = codecID
    }

    private init(entry: Element, in bytes: Span<UInt8>) throws(MediaError) {
        var type: UInt64 = 0
        var codecID = ""
        var reader = ElementReader(children: entry.content)
        while let child = try reader.next(in: bytes) {
            switch child.id {
            case ElementID.trackType: type = try child.unsigned(in: bytes)
            case ElementID.codecID:
                codecID = try child.shortString(in: bytes, mostBytes: CodecName.mostBytes)
            default: break
            }
        }
        self.init(type: type, codecID: codecID)
    }
}

extension [UInt8] {
    mutating func append(leftOut tracks: [LeftOutTrack]) {
        var content: [UInt8] = []
        for track in tracks {
            var entry: [UInt8] = []
            entry.appendElement(ElementID.trackType, unsigned: track.type)
            entry.appendElement(ElementID.codecID, text: track.codecID)
            content.appendElement(ElementID.trackEntry, content: entry)
        }
        appendElement(ElementID.void, content: content)
    }
}

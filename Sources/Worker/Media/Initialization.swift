// The init: what a viewer gets before the first cluster. It is written by us from what the source
// said, in one canonical form: EBML header, Segment of unknown size, Info with a TimestampScale of
// one millisecond and no Duration, Tracks. Reading it gives the same init again, byte for byte.

package struct Initialization: Sendable, Equatable {
    /// As served to viewers.
    package let bytes: [UInt8]
    /// Video tracks first, then audio, numbered from 1.
    package let tracks: [MediaTrack]

    /// The application name in what we write.
    private static let application = "Weir"
    /// Size field of a Segment of unknown size.
    private static let unknownSize: [UInt8] = [0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]

    /// Reads an init that was written by this type, for instance one stored with a stream.
    /// Throws `MediaError.malformed` for anything else.
    package init(parsing bytes: [UInt8], limits: MediaLimits) throws(MediaError) {
        var ingest = WebMIngest(limits: limits)
        var batch = FragmentBatch()
        let result = try ingest.push(bytes.span, into: &batch)
        guard case .initialization(let parsed) = result.event, result.consumed == bytes.count,
            parsed.bytes == bytes
        else { throw .malformed("not an init of ours") }
        self = parsed
    }

    init(draft: HeaderDraft, table: TrackTable, limits: MediaLimits) throws(MediaError) {
        var header: [UInt8] = []
        header.appendElement(ElementID.ebmlVersion, unsigned: 1)
        header.appendElement(ElementID.ebmlReadVersion, unsigned: 1)
        header.appendElement(ElementID.ebmlMaxIDLength, unsigned: 4)
        header.appendElement(ElementID.ebmlMaxSizeLength, unsigned: 8)
        header.appendElement(ElementID.docType, text: draft.docType.name)
        header.appendElement(ElementID.docTypeVersion, unsigned: UInt64(draft.docTypeVersion))
        header.appendElement(
            ElementID.docTypeReadVersion, unsigned: UInt64(draft.docTypeReadVersion))
        var info: [UInt8] = []
        info.appendElement(
            ElementID.timestampScale, unsigned: UInt64(HeaderDraft.defaultTimestampScaleNs))
        info.appendElement(ElementID.muxingApp, text: Initialization.application)
        info.appendElement(ElementID.writingApp, text: Initialization.application)
        var bytes: [UInt8] = []
        bytes.appendElement(ElementID.ebml, content: header)
        bytes.appendID(ElementID.segment)
        bytes.append(contentsOf: Initialization.unknownSize)
        bytes.appendElement(ElementID.info, content: info)
        bytes.append(contentsOf: table.bytes)
        guard bytes.count <= limits.initializationBytes else {
            throw .tooLarge("the header (EBML header, Info and Tracks)")
        }
        self.bytes = bytes
        tracks = table.tracks
    }

    /// Whether a broadcast with the other init can go on in a response that began with this one:
    /// the same tracks with the same decoder set-up. Names, languages and identifiers may differ.
    package func isCompatible(with other: Initialization) -> Bool {
        tracks == other.tracks
    }
}

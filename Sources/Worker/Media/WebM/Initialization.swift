// The init: what a viewer gets before the first cluster. It is written by us, from a list of what
// players need and out of what the source said, in one canonical form: EBML header, Segment of unknown
// size, Info with a TimestampScale of one millisecond and no Duration, Tracks. Reading it gives the
// same init again, byte for byte.

package struct Initialization: Sendable, Equatable {
    /// As served to viewers.
    package let bytes: [UInt8]
    /// Video tracks first, then audio, numbered from 1.
    package let tracks: [MediaTrack]
    /// What the broadcaster sends beside them.
    package let leftOut: [LeftOutTrack]

    /// The application name in what we write.
    static let application = "Weir"
    /// Size field of a Segment of unknown size.
    private static let unknownSize: [UInt8] = [0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]

    /// What our elements ask of a reader: SimpleBlock and no more. Some refuse a higher number.
    private static let docTypeVersion: UInt64 = 4
    private static let docTypeReadVersion: UInt64 = 2

    /// Reads an init that was written by this type, for instance one stored with a stream.
    /// Throws `MediaError.malformed` for anything else.
    package init(parsing bytes: [UInt8], limits: MediaLimits) throws(MediaError) {
        let span = bytes.span
        guard case .header(let ebml) = try ElementHeader.parse(span, at: 0, end: span.count),
            ebml.id == ElementID.ebml, let size = ebml.size,
            size <= UInt64(span.count - ebml.headerBytes)
        else { throw Initialization.notOurs }
        let end = ebml.headerBytes + Int(size)
        var draft = try HeaderDraft(ebmlHeader: ebml.headerBytes..<end, in: span)
        guard case .header(let segment) = try ElementHeader.parse(span, at: end, end: span.count),
            segment.id == ElementID.segment, segment.size == nil
        else { throw Initialization.notOurs }
        var reader = ElementReader(children: (end + segment.headerBytes)..<span.count)
        guard let info = try reader.next(in: span), info.id == ElementID.info,
            let tracks = try reader.next(in: span), tracks.id == ElementID.tracks
        else { throw Initialization.notOurs }
        try draft.read(info: info.content, in: span)
        let table = try TrackTable(tracks: tracks.content, in: span, limits: limits)
        let parsed = try Initialization(draft: draft, table: table, limits: limits)
        guard parsed.bytes == bytes else { throw Initialization.notOurs }
        self = parsed
    }

    private static let notOurs = MediaError.malformed("not an init of ours")

    /// Writes the init of what was read.
    init(draft: HeaderDraft, table: TrackTable, limits: MediaLimits) throws(MediaError) {
        tracks = table.tracks
        leftOut = table.leftOut
        let docType = tracks.allSatisfy(\.isWebM) ? HeaderDraft.DocType.webm : .matroska
        var header: [UInt8] = []
        header.appendElement(ElementID.ebmlVersion, unsigned: 1)
        header.appendElement(ElementID.ebmlReadVersion, unsigned: 1)
        header.appendElement(ElementID.ebmlMaxIDLength, unsigned: 4)
        header.appendElement(ElementID.ebmlMaxSizeLength, unsigned: 8)
        header.appendElement(ElementID.docType, text: docType.name)
        header.appendElement(
            ElementID.docTypeVersion, unsigned: Initialization.docTypeVersion)
        header.appendElement(
            ElementID.docTypeReadVersion, unsigned: Initialization.docTypeReadVersion)
        var info: [UInt8] = []
        info.appendElement(
            ElementID.timestampScale, unsigned: UInt64(TickScale.defaultNs))
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
    }

    /// Whether a broadcast with the other init can go on in a response that began with this one:
    /// the same tracks with the same decoder set-up. Titles, languages and identifiers may differ.
    package func isCompatible(with other: Initialization) -> Bool {
        tracks.count == other.tracks.count
            && zip(tracks, other.tracks).allSatisfy { $0.isDecoded(like: $1) }
    }
}

// A broadcast's header while it is being read: what its EBML header and Info said, until the Tracks
// element completes it (RFC 8794 section 11.2, RFC 9559 section 5.1.2). Small enough to be part of
// a parser snapshot.

struct HeaderDraft: Sendable, Equatable {
    enum DocType: UInt8, Sendable {
        case webm = 0
        case matroska = 1

        var name: String { self == .webm ? "webm" : "matroska" }
    }

    var docType: DocType
    var docTypeVersion: UInt8 = 1
    var docTypeReadVersion: UInt8 = 1
    /// Of the source's time stamps.
    var scale = TickScale()

    /// Reads the content of an EBML header.
    init(ebmlHeader content: Range<Int>, in bytes: Span<UInt8>) throws(MediaError) {
        var docTypeName = ""
        var version: UInt64 = 1
        var readVersion: UInt64 = 1
        var reader = ElementReader(children: content)
        while let child = try reader.next(in: bytes) {
            switch child.id {
            case ElementID.ebmlReadVersion:
                guard try child.unsigned(in: bytes) == 1 else {
                    throw .malformed("an EBML version other than 1")
                }
            case ElementID.ebmlMaxIDLength:
                guard try child.unsigned(in: bytes) <= 4 else {
                    throw .malformed("EBMLMaxIDLength is over 4")
                }
            case ElementID.ebmlMaxSizeLength:
                guard try child.unsigned(in: bytes) <= 8 else {
                    throw .malformed("EBMLMaxSizeLength is over 8")
                }
            case ElementID.docType:
                docTypeName = try child.shortString(in: bytes, mostBytes: 64)
            case ElementID.docTypeVersion:
                version = try child.unsigned(in: bytes)
            case ElementID.docTypeReadVersion:
                readVersion = try child.unsigned(in: bytes)
            default:
                break
            }
        }
        switch docTypeName {
        case DocType.webm.name: docType = .webm
        case DocType.matroska.name: docType = .matroska
        default: throw .notWebM
        }
        guard version >= 1, version <= 255, readVersion >= 1, readVersion <= version else {
            throw .malformed("DocTypeVersion or DocTypeReadVersion is out of range")
        }
        docTypeVersion = UInt8(version)
        docTypeReadVersion = UInt8(readVersion)
    }

    /// For one that is restored from a snapshot.
    init(docType: DocType, versions: (UInt8, UInt8), scale: TickScale) {
        self.docType = docType
        docTypeVersion = versions.0
        docTypeReadVersion = versions.1
        self.scale = scale
    }

    /// Reads the content of an Info element.
    mutating func read(info content: Range<Int>, in bytes: Span<UInt8>) throws(MediaError) {
        var reader = ElementReader(children: content)
        var ns = UInt64(TickScale.defaultNs)
        while let child = try reader.next(in: bytes) {
            if child.id == ElementID.timestampScale { ns = try child.unsigned(in: bytes) }
        }
        guard TickScale.acceptedNs.contains(ns) else {
            throw .malformed("TimestampScale is out of range")
        }
        scale.ns = UInt32(ns)
    }
}

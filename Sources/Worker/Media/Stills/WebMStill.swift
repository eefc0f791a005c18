// A key frame of VP9 as a film of one frame: WebM with everything in it of known length (RFC 9559).

enum WebMStill {
    /// How long the one frame lasts: players of files want a duration.
    private static let durationMs: Double = 40
    /// Every browser reads it since version 2, and SimpleBlock is all that is needed of it.
    private static let docTypeVersions: (written: UInt64, needed: UInt64) = (4, 2)

    /// - Parameter size: as the frame says it; the track says that of the broadcast's beginning.
    static func bytes(
        of frame: Span<UInt8>, _ track: MediaTrack, _ size: PictureSize
    ) -> [UInt8] {
        var head: [UInt8] = []
        head.appendElement(ElementID.docType, text: HeaderDraft.DocType.webm.name)
        head.appendElement(ElementID.docTypeVersion, unsigned: docTypeVersions.written)
        head.appendElement(ElementID.docTypeReadVersion, unsigned: docTypeVersions.needed)
        var info: [UInt8] = []
        info.appendElement(ElementID.timestampScale, unsigned: UInt64(TickScale.defaultNs))
        info.appendElement(ElementID.duration, float: durationMs)
        info.appendElement(ElementID.muxingApp, text: Initialization.application)
        info.appendElement(ElementID.writingApp, text: Initialization.application)
        var tracks: [UInt8] = []
        tracks.appendElement(ElementID.trackEntry, content: entry(of: track, size))
        var cluster: [UInt8] = []
        cluster.appendElement(ElementID.timestamp, unsigned: 0)
        let only = Frame(track: 0, timeMs: 0, isKey: true)
        // It stands at the cluster's own time.
        _ = cluster.append(block: only, frame, with: [UInt8]().span)
        var segment: [UInt8] = []
        segment.appendElement(ElementID.info, content: info)
        segment.appendElement(ElementID.tracks, content: tracks)
        segment.appendElement(ElementID.cluster, content: cluster)
        var bytes: [UInt8] = []
        bytes.appendElement(ElementID.ebml, content: head)
        bytes.appendElement(ElementID.segment, content: segment)
        return bytes
    }

    private static func entry(of track: MediaTrack, _ size: PictureSize) -> [UInt8] {
        var entry: [UInt8] = []
        entry.appendElement(ElementID.trackNumber, unsigned: 1)
        entry.appendElement(ElementID.trackUID, unsigned: 1)
        entry.appendElement(ElementID.trackType, unsigned: 1)
        entry.appendElement(ElementID.flagLacing, unsigned: 0)
        entry.appendElement(ElementID.codecID, text: track.codecID)
        // Of another set-up than this frame's it may be; browsers read what the frame says.
        var video: [UInt8] = []
        video.appendElement(ElementID.pixelWidth, unsigned: UInt64(size.width))
        video.appendElement(ElementID.pixelHeight, unsigned: UInt64(size.height))
        if let aspect = track.pixelAspect {
            // A ratio, not pixels.
            video.appendElement(
                ElementID.displayWidth, unsigned: UInt64(size.width * aspect.horizontal))
            video.appendElement(
                ElementID.displayHeight, unsigned: UInt64(size.height * aspect.vertical))
            video.appendElement(ElementID.displayUnit, unsigned: 3)
        }
        if let colour = track.colour {
            video.appendElement(ElementID.colour, content: elements(of: colour))
        }
        entry.appendElement(ElementID.video, content: video)
        return entry
    }

    private static func elements(of colour: VideoColour) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendElement(ElementID.matrixCoefficients, unsigned: UInt64(colour.matrix))
        if let isFullRange = colour.isFullRange {
            bytes.appendElement(ElementID.colourRange, unsigned: isFullRange ? 2 : 1)
        }
        bytes.appendElement(ElementID.transferCharacteristics, unsigned: UInt64(colour.transfer))
        bytes.appendElement(ElementID.colourPrimaries, unsigned: UInt64(colour.primaries))
        return bytes
    }
}

// One segment of one rendition as a media playlist lists it, and its tags.
//
// Durations are ticks of the rendition's time scale, or of the one that it had before, with another codec. URIs are relative to the playlist; see MediaName.

package struct PlaylistSegment: Sendable, Equatable {
    /// The media sequence number.
    package var ordinal: UInt64
    /// How many discontinuities there were up to here, this segment's own included.
    package var discontinuityOrdinal: UInt64
    /// It does not continue the segment before.
    package var isDiscontinuity: Bool
    /// Decoding can start with its first frame.
    package var isIndependent: Bool
    /// Its media are missing: players pass over it, and time goes on.
    package var isGap: Bool
    /// Its first decode time.
    package var start: UInt64
    /// Nil while it is being made: then only its parts are listed, and nothing comes after it.
    package var ticks: UInt64?
    /// Nil: that of the list.
    package var timescale: UInt32?
    package var uri: String
    package var mapURI: String
    /// Unix time in milliseconds at which its first frame is shown.
    package var programDateMs: UInt64
    package var parts: [PlaylistPart]
    /// From its beginning to the end of the key frame with which it begins; nil when it begins with none.
    package var keyFrameBytes: UInt64?

    package init(
        ordinal: UInt64, discontinuityOrdinal: UInt64, isDiscontinuity: Bool = false,
        isIndependent: Bool = true, isGap: Bool = false, start: UInt64, ticks: UInt64?,
        timescale: UInt32? = nil, uri: String, mapURI: String, programDateMs: UInt64,
        parts: [PlaylistPart] = [],
        keyFrameBytes: UInt64? = nil
    ) {
        self.ordinal = ordinal
        self.discontinuityOrdinal = discontinuityOrdinal
        self.isDiscontinuity = isDiscontinuity
        self.isIndependent = isIndependent
        self.isGap = isGap
        self.start = start
        self.ticks = ticks
        self.timescale = timescale
        self.uri = uri
        self.mapURI = mapURI
        self.programDateMs = programDateMs
        self.parts = parts
        self.keyFrameBytes = keyFrameBytes
    }

    /// How much of it is listed, in ticks of the list; rounded up, so that no part comes back into a list.
    func listedTicks(timescale list: UInt32) -> UInt64 {
        let listed = ticks ?? parts.reduce(0) { $0 &+ $1.ticks }
        guard let timescale, timescale != list else { return listed }
        let own = UInt128(max(timescale, 1))
        return UInt64(clamping: (UInt128(listed) * UInt128(list) + own - 1) / own)
    }

    /// EXT-X-DISCONTINUITY-SEQUENCE of a list that begins with this segment: its own discontinuity is
    /// written before it, and so does not count.
    var discontinuitySequence: UInt64 {
        isDiscontinuity && discontinuityOrdinal > 0
            ? discontinuityOrdinal - 1 : discontinuityOrdinal
    }

    // MARK: Text

    /// What comes before its first part.
    ///
    /// - Parameter previousMapURI: the map that is in force.
    func writeHead(to text: inout PlaylistText, previousMapURI: String?) {
        if isDiscontinuity { text.line("#EXT-X-DISCONTINUITY") }
        if isDiscontinuity || mapURI != previousMapURI {
            text.begin("#EXT-X-MAP")
            text.attribute("URI", quoted: mapURI)
            text.endLine()
        }
        text.append("#EXT-X-PROGRAM-DATE-TIME:")
        text.append(dateFromMs: programDateMs)
        text.endLine()
    }

    /// - Parameter timescale: of the list.
    func writeParts(to text: inout PlaylistText, timescale: UInt32) {
        let timescale = self.timescale ?? timescale
        var stretch = MediaStretch(start: start, ticks: 0)
        for part in parts {
            stretch = MediaStretch(start: stretch.end, ticks: part.ticks)
            part.write(to: &text, us: stretch.us(timescale: timescale))
        }
    }

    /// What makes it a whole segment, or the key frame of one; nothing while it is being made.
    func writeMedia(
        to text: inout PlaylistText, timescale: UInt32, _ content: MediaPlaylist.Content
    ) {
        guard let ticks else { return }
        let byteCount = content == .keyFrames && !isGap ? keyFrameBytes : nil
        if isGap || content == .keyFrames && byteCount == nil { text.line("#EXT-X-GAP") }
        text.append("#EXTINF:")
        text.append(
            secondsFromUs: MediaStretch(start: start, ticks: ticks)
                .us(timescale: self.timescale ?? timescale))
        text.append(",\n")
        if let byteCount {
            text.append("#EXT-X-BYTERANGE:")
            text.append(byteCount)
            text.append("@0\n")
        }
        text.line(uri)
    }
}

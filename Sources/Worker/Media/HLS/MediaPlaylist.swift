// The media playlist of one rendition: values in, text out (draft-pantos-hls-rfc8216bis, section 4.4).
//
// Three forms of the same list: for players of low latency all of it, or all that is not older than the
// skip boundary (a delta); and a plain one, which is all that a stream has that offers no low latency. A
// plain list has no EXT-X-SERVER-CONTROL at all, because Shaka fails on one without parts.
//
// The list of key frames (EXT-X-I-FRAMES-ONLY), for pictures while seeking, is the same value told to list
// those. It has one entry for each whole segment, under the segment's own ordinal; a segment that does not
// begin with a key frame is a gap in it, so that numbers and times agree with the other lists.
//
// Equal values give equal bytes. Tags of a segment leave the list together with it; only parts leave
// earlier.

package struct MediaPlaylist: Sendable, Equatable {
    package enum Form: Sendable, Equatable {
        case whole, delta, plain
    }

    package enum Content: Sendable, Equatable {
        case segments, keyFrames
    }

    package var content: Content
    /// A whole number of seconds, equal in all renditions and for the stream's whole life.
    package var targetDurationMs: UInt32
    /// Nil when low latency is not offered.
    package var control: ServerControl?
    /// Of all durations in the list, but those of segments that have their own.
    package var timescale: UInt32
    /// A promise for the stream's whole life: every segment begins with a key frame.
    package var areSegmentsIndependent: Bool
    /// Oldest first, without holes between their ordinals.
    package var segments: [PlaylistSegment]
    package var hint: PreloadHint?
    /// Of all other lists of segments.
    package var reports: [RenditionReport]
    /// Nothing will be added any more.
    package var hasEnded: Bool

    package init(
        content: Content = .segments, targetDurationMs: UInt32, control: ServerControl?,
        timescale: UInt32, areSegmentsIndependent: Bool, segments: [PlaylistSegment],
        hint: PreloadHint? = nil, reports: [RenditionReport] = [], hasEnded: Bool = false
    ) {
        self.content = content
        self.targetDurationMs = targetDurationMs
        self.control = control
        self.timescale = timescale
        self.areSegmentsIndependent = areSegmentsIndependent
        self.segments = segments
        self.hint = hint
        self.reports = reports
        self.hasEnded = hasEnded
    }

    /// A delta that would leave nothing out is the whole list.
    package func text(_ form: Form) -> [UInt8] {
        let control = form == .plain ? nil : control
        let hasParts = control != nil && content == .segments
        var listed = segments
        // Without parts there is nothing of it to list; and what has ended is not in the making.
        if !hasParts || hasEnded, listed.last?.ticks == nil { _ = listed.popLast() }
        let skipped =
            form == .delta
            ? control?.skippedCount(of: listed, timescale: timescale) ?? 0 : 0
        let partsFrom =
            hasParts
            ? control?.firstWithParts(of: listed, timescale: timescale) ?? 0 : listed.count
        var text = PlaylistText(reservedBytes: 512 + 192 * (listed.count - skipped))
        writeHeader(to: &text, listed, control, skipped: skipped)
        var map: String?
        for (index, segment) in listed.enumerated().dropFirst(skipped) {
            segment.writeHead(to: &text, previousMapURI: map)
            map = segment.mapURI
            if index >= partsFrom { segment.writeParts(to: &text, timescale: timescale) }
            segment.writeMedia(to: &text, timescale: timescale, content)
        }
        writeEnd(to: &text, control, hasParts: hasParts)
        return text.bytes
    }

    private func writeHeader(
        to text: inout PlaylistText, _ listed: [PlaylistSegment], _ control: ServerControl?,
        skipped: Int
    ) {
        // 6 for EXT-X-MAP, and to bound rounded durations; 9 for EXT-X-SKIP (section 8).
        text.line("#EXT-X-VERSION", skipped > 0 ? 9 : 6)
        switch content {
        case .segments:
            if areSegmentsIndependent { text.line("#EXT-X-INDEPENDENT-SEGMENTS") }
        case .keyFrames: text.line("#EXT-X-I-FRAMES-ONLY")
        }
        text.line("#EXT-X-TARGETDURATION", (UInt64(targetDurationMs) + 999) / 1_000)
        control?.write(to: &text)
        if content == .segments { control?.writePartTarget(to: &text) }
        text.line("#EXT-X-MEDIA-SEQUENCE", segments.first?.ordinal ?? 0)
        text.line("#EXT-X-DISCONTINUITY-SEQUENCE", segments.first?.discontinuitySequence ?? 0)
        if skipped > 0 {
            text.begin("#EXT-X-SKIP")
            text.attribute("SKIPPED-SEGMENTS", UInt64(skipped))
            text.endLine()
        }
    }

    private func writeEnd(to text: inout PlaylistText, _ control: ServerControl?, hasParts: Bool) {
        guard !hasEnded else { return text.line("#EXT-X-ENDLIST") }
        if hasParts { hint?.write(to: &text) }
        if control != nil { for report in reports { report.write(to: &text) } }
    }
}

// The lists of HLS as values, from what an index says.

import Media

extension IndexView {
    // MARK: One rendition

    /// How far the list of a track has got.
    func progress(of track: PackagedTrack) -> PlaylistProgress {
        let next = next(of: track)
        let making = index.segment(next, of: track.place)
        return PlaylistProgress(
            nextSegment: next, nextParts: UInt64(making?.parts.count ?? 0),
            lastParts: UInt64(last(of: track)?.parts.count ?? 0), control: control,
            hasEnded: hasEnded)
    }

    /// The list of a track, or of its key frames.
    func playlist(
        of track: PackagedTrack, _ content: MediaPlaylist.Content = .segments
    ) -> MediaPlaylist {
        MediaPlaylist(
            content: content, targetDurationMs: plan.targetDurationMs, control: control,
            timescale: timescale(of: track),
            // A promise may not come and go, and key frames are the encoder's.
            areSegmentsIndependent: track.isSound,
            segments: formerSegments(of: track) + playlistSegments(of: track),
            hint: control == nil ? nil : hint(of: track),
            reports: tracks.all.filter { content == .keyFrames || $0.name != track.name }
                .map(report),
            hasEnded: hasEnded)
    }

    /// Of rings that the stream has had before.
    private func formerSegments(of track: PackagedTrack) -> [PlaylistSegment] {
        pasts(with: track.name).flatMap { past in
            past.tracks.track(track.name).map(past.playlistSegments) ?? []
        }
    }

    private func playlistSegments(of track: PackagedTrack) -> [PlaylistSegment] {
        let listed = listed(of: track)
        let withParts = firstThatMayHaveParts(of: listed.map(\.segment), track)
        var segments = listed.enumerated().map { number, entry in
            playlistSegment(
                track, entry.facts, entry.segment,
                ticks: entry.segment.ticks,
                hasParts: number >= withParts)
        }
        let next = next(of: track)
        if let facts = index.facts(of: next), next >= firstListed,
            let making = index.segment(next, of: track.place), !making.parts.isEmpty
        {
            segments.append(
                playlistSegment(track, facts, making, ticks: nil, hasParts: true))
        }
        return segments
    }

    /// Parts are listed of the last three target durations (ServerControl), so those of segments that are
    /// clearly older need no names.
    private func firstThatMayHaveParts(of segments: [RenditionSegment], _ track: PackagedTrack)
        -> Int
    {
        guard control != nil else { return segments.count }
        let most = UInt64(plan.targetDurationMs) * 4 * UInt64(timescale(of: track)) / 1_000
        var ticks: UInt64 = 0
        let last = segments.lastIndex { segment in
            ticks &+= segment.ticks
            return ticks > most
        }
        return last ?? 0
    }

    private func playlistSegment(
        _ track: PackagedTrack, _ facts: SegmentFacts, _ segment: RenditionSegment, ticks: UInt64?,
        hasParts: Bool
    ) -> PlaylistSegment {
        let parts = (hasParts ? segment.parts : []).enumerated().map { number, part in
            PlaylistPart(
                ticks: part.ticks, uri: partURI(number, of: facts.ordinal, track),
                isIndependent: part.isIndependent, isGap: part.isGap)
        }
        return PlaylistSegment(
            ordinal: facts.ordinal, discontinuityOrdinal: facts.discontinuityOrdinal,
            isDiscontinuity: facts.isDiscontinuity,
            isIndependent: track.isSound || facts.isIndependent, isGap: segment.isEmpty,
            start: segment.decodeTime, ticks: ticks, timescale: timescale(of: track),
            uri: uri(.segment(facts.ordinal), track), mapURI: initializationURI(track, facts),
            programDateMs: wallMs(of: segment, facts, track), parts: parts,
            keyFrameBytes: index.keyFrameBytes(of: facts.ordinal, rendition: track.place))
    }

    /// The part that comes next, and its init if that is not the one of the segment before.
    private func hint(of track: PackagedTrack) -> PreloadHint {
        let progress = progress(of: track)
        let next = progress.nextSegment
        let part = partURI(Int(progress.nextParts), of: next, track)
        if progress.nextParts == 0, !pasts.isEmpty, index.facts(of: next - 1) == nil {
            // Another ring has another init, and nothing of it is listed before its first part.
            let facts = index.facts(of: next)
            let isThere =
                initVersion(track, facts) == 0 || next <= index.newestFacts?.ordinal ?? 0
            return PreloadHint(
                partURI: part, mapURI: isThere ? initializationURI(track, facts) : nil)
        }
        guard progress.nextParts == 0, let facts = index.facts(of: next),
            facts.ordinal <= index.newestFacts?.ordinal ?? 0,
            let before = index.facts(of: next - 1),
            initVersion(track, before) != initVersion(track, facts)
        else { return PreloadHint(partURI: part) }
        return PreloadHint(partURI: part, mapURI: initializationURI(track, facts))
    }

    private func report(on track: PackagedTrack) -> RenditionReport {
        let progress = progress(of: track)
        let uri = ResourceName.playlist(track.name).text
        guard progress.nextParts == 0 else {
            return RenditionReport(
                uri: uri, lastSegment: progress.nextSegment, lastPart: progress.nextParts - 1)
        }
        let last = progress.nextSegment == 0 ? 0 : progress.nextSegment - 1
        return RenditionReport(
            uri: uri, lastSegment: last,
            lastPart: progress.lastParts == 0 ? nil : progress.lastParts - 1)
    }

    // MARK: All of them

    /// - Parameter isSoundOnly: leaves the picture out.
    func multivariant(isSoundOnly: Bool) -> MultivariantPlaylist {
        let picture = isSoundOnly ? nil : tracks.picture
        return MultivariantPlaylist(
            picture: picture.flatMap(variant), sounds: tracks.sounds.map(sound),
            // Nobody knows whether a picture will have a key frame at the beginning of every segment.
            areSegmentsIndependent: picture == nil)
    }

    private func variant(_ track: PackagedTrack) -> MultivariantPlaylist.Picture? {
        let newest = index.newestFacts
        let made = self.track(track, in: newest)
        guard let size = made.shownSize else { return nil }
        let keyFrames = keyFrameBandwidth(of: track)
        return MultivariantPlaylist.Picture(
            uri: ResourceName.playlist(track.name).text, codec: made.codecString,
            width: size.width, height: size.height,
            frameRateMilli: frameRateMilli(of: track, in: newest),
            bandwidth: bandwidth(of: track) ?? Self.unmeasuredPicture,
            keyFramesURI: keyFrames.map { _ in ResourceName.keyFrames(track.name).text },
            keyFramesBandwidth: keyFrames)
    }

    private func sound(_ track: PackagedTrack) -> SoundRendition {
        SoundRendition(
            uri: ResourceName.playlist(track.name).text, codec: track.track.codecString,
            name: track.media.title ?? "", language: track.media.language,
            channels: track.track.channels, isDefault: track.media.isDefault,
            bandwidth: bandwidth(of: track) ?? Self.unmeasuredSound)
    }

    /// What is said of a track that has sent nothing yet: players read this list once.
    static let unmeasuredPicture = Bandwidth(peak: 2_000_000, average: 2_000_000)
    static let unmeasuredSound = Bandwidth(peak: 128_000, average: 128_000)
}

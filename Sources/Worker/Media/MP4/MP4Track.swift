// One track as MP4 has it: made from a track as it is served, or an error that says why that cannot be.
// Equal tracks give equal bytes, in every process.

package struct MP4Track: Sendable, Equatable {
    /// The number in the files, which have one track each: some programs take no other for the only one.
    package let id = MP4Track.onlyID
    package static let onlyID: UInt32 = 1
    package let kind: MediaTrack.Kind
    /// Units a second of the times of its samples.
    package let timescale: UInt32
    /// Its entry in a CODECS attribute (RFC 6381), for instance "avc1.64001F" or "Opus".
    package let codecString: String
    /// Size of pictures as they are coded; nil for sound.
    package let codedSize: PictureSize?
    /// The same as it is shown, with square pixels.
    package let shownSize: PictureSize?
    /// Channels of sound; nil for pictures.
    package let channels: Int?
    /// Pictures a second, where the bitstream or the container says it; it is not measured.
    package let frameRate: Double?
    let entry: SampleEntry
    let colour: VideoColour?
    let pixelAspect: PixelAspect?
    let language: MP4Language

    /// Of pictures: many clocks of media have a whole number of ticks in it.
    private static let pictureTimescale: UInt32 = 90_000

    package init(_ track: MediaTrack) throws(MP4TrackError) {
        guard let entry = try SampleEntry(track) else { throw MP4TrackError(track, .codec) }
        self.entry = entry
        kind = track.kind
        codecString = entry.codecString
        language = MP4Language(track.language)
        colour = track.colour ?? entry.colour
        pixelAspect = track.pixelAspect ?? entry.pixelAspect
        guard track.kind == .video else {
            guard let rateHz = UInt32(exactly: entry.sampleRateHz),
                TrackClock.soundTimescales.contains(rateHz)
            else {
                throw MP4TrackError(track, .setUp)
            }
            timescale = rateHz
            channels = entry.channels
            (codedSize, shownSize, frameRate) = (nil, nil, nil)
            return
        }
        guard let size = PictureSize(width: track.width ?? 0, height: track.height ?? 0) else {
            throw MP4TrackError(track, .pictureSize)
        }
        timescale = MP4Track.pictureTimescale
        channels = nil
        codedSize = size
        shownSize = pixelAspect.map { size.shown(with: $0) } ?? size
        frameRate = MP4Track.frameRate(track, entry)
    }

    private static func frameRate(_ track: MediaTrack, _ entry: SampleEntry) -> Double? {
        let given = track.frameDurationNs
        let isGuess = given == TrackEntry.guessedDurationNs
        guard let durationNs = entry.frameDurationNs ?? (isGuess ? nil : given) else { return nil }
        return 1_000_000_000 / Double(durationNs)
    }
}

extension MediaTrack {
    /// Units a second in which the frames of this track are counted in MP4; nil if it cannot be in one.
    package var timescale: UInt32? { (try? MP4Track(self))?.timescale }
}

extension PictureSize {
    /// With square pixels: the height stays.
    fileprivate func shown(with aspect: PixelAspect) -> PictureSize {
        let (product, isTooLarge) = width.multipliedReportingOverflow(by: aspect.horizontal)
        let shown = isTooLarge ? width : (product + aspect.vertical / 2) / aspect.vertical
        return PictureSize(width: shown, height: height) ?? self
    }
}

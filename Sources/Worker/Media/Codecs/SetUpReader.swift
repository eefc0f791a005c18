// Finds out whether a key frame is of another set-up than the pictures before it. Frames keep what they say
// of it, so viewers of WebM decode them with the header that they have; MP4 needs an init for each set-up.
//
// A key frame that says nothing, or something that makes no sense, changes nothing. What is of another size or
// has another set of parameters is another set-up; a set that is sent again is not.

struct SetUpReader: Sendable {
    enum Change: Equatable {
        /// To the set-up of the header.
        case back
        case other(PictureSetUp)
    }

    private let track: MediaTrack
    private let bitstream: VideoBitstream
    /// That of the header.
    private let ownSize: PictureSize
    /// Bytes of a unit's length; nil when the header does not say.
    private let lengthBytes: Int?

    /// Nil for a track that says too little, or whose frames are of no codec that can go into MP4.
    init?(for track: MediaTrack) {
        guard let bitstream = VideoBitstream(codecID: track.codecID), bitstream != .vp8,
            let size = PictureSize(width: track.width ?? 0, height: track.height ?? 0)
        else { return nil }
        self.track = track
        self.bitstream = bitstream
        ownSize = size
        lengthBytes =
            switch bitstream {
            case .h264: H264.lengthBytes(configuration: track.codecPrivate)
            case .hevc: HEVC.lengthBytes(configuration: track.codecPrivate)
            case .vp8, .vp9, .av1: nil
            }
    }

    /// What this key frame makes of the set-up; nil: it stays.
    ///
    /// - Parameter setUp: the present one; nil: that of the header.
    func change(in frame: Span<UInt8>, from setUp: PictureSetUp?) -> Change? {
        let present = Form(
            size: setUp?.size ?? ownSize, codecPrivate: setUp?.codecPrivate ?? track.codecPrivate)
        let own = Form(size: ownSize, codecPrivate: track.codecPrivate)
        let change =
            switch bitstream {
            case .vp8: Change?.none
            case .vp9: vp9(frame, present, own)
            case .av1: av1(frame, present, own)
            case .h264: h264(frame, present, own)
            case .hevc: hevc(frame, present, own)
            }
        switch change {
        case .other(let found):
            // An init can be made of it.
            return (try? MP4Track(track.with(found))) == nil ? nil : change
        case .back: return setUp == nil ? nil : change
        case nil: return nil
        }
    }

    /// A set-up of any length.
    private struct Form {
        let size: PictureSize
        let codecPrivate: [UInt8]
    }

    private static func other(_ size: PictureSize?, _ codecPrivate: [UInt8]?) -> Change? {
        guard let size, let codecPrivate else { return nil }
        return PictureSetUp(size: size, codecPrivate: codecPrivate).map { .other($0) }
    }

    // MARK: Codecs

    private func vp9(_ frame: Span<UInt8>, _ present: Form, _ own: Form) -> Change? {
        guard let picture = VP9.picture(frame), !Self.isOf(present, picture) else { return nil }
        if Self.isOf(own, picture) { return .back }
        // Every player takes profile 0 for granted, and the level follows from the size.
        let features =
            picture.profile > 0
            ? VP9.features(picture, frameDurationNs: track.frameDurationNs ?? 0) : []
        return Self.other(picture.size, features)
    }

    private static func isOf(_ form: Form, _ picture: VP9.Picture) -> Bool {
        let features = VP9.Features(form.codecPrivate)
        let subsampling = picture.subsampling ?? features.subsampling
        // 0 and 1 are two ways to put the same samples.
        return picture.size == form.size && picture.profile == features.profile
            && picture.depth == features.depth
            && max(subsampling, 1) == max(features.subsampling, 1)
    }

    private func av1(_ frame: Span<UInt8>, _ present: Form, _ own: Form) -> Change? {
        guard let (sequence, unit) = AV1.sequence(in: frame), let size = sequence.size else {
            return nil
        }
        let made = AV1.configuration(sequence, unit: unit)
        if Self.isOf(present, made, size) { return nil }
        return Self.isOf(own, made, size) ? .back : Self.other(size, made)
    }

    /// A header may leave the sequence header to the frames.
    private static func isOf(_ form: Form, _ made: [UInt8], _ size: PictureSize) -> Bool {
        guard AV1.isConfiguration(form.codecPrivate) else { return false }
        let units = form.codecPrivate.span.extracting(droppingFirst: 4)
        if let unit = AV1.sequence(in: units)?.unit { return made[4...].elementsEqual(unit) }
        return made[1..<3].elementsEqual(form.codecPrivate[1..<3]) && size == form.size
    }

    private func h264(_ frame: Span<UInt8>, _ present: Form, _ own: Form) -> Change? {
        guard let format = format(of: frame) else { return nil }
        var found = H264.ParameterSets(in: frame, format)
        let known = H264.ParameterSets(configuration: present.codecPrivate)
        // Also of none at all.
        if let known, found.areAll(in: known) { return nil }
        if let sets = H264.ParameterSets(configuration: own.codecPrivate), found.areAll(in: sets) {
            return .back
        }
        found.complete(with: known)
        guard var made = H264.configuration(found) else { return nil }
        made[4] = 0xFC | UInt8((lengthBytes ?? 4) - 1)
        return Self.other(found.sequence.first.flatMap { H264.sequence($0.span)?.size }, made)
    }

    private func hevc(_ frame: Span<UInt8>, _ present: Form, _ own: Form) -> Change? {
        guard let format = format(of: frame) else { return nil }
        var found = HEVC.ParameterSets(in: frame, format)
        let known = HEVC.ParameterSets(configuration: present.codecPrivate)
        if let known, found.areAll(in: known) { return nil }
        if let sets = HEVC.ParameterSets(configuration: own.codecPrivate), found.areAll(in: sets) {
            return .back
        }
        found.complete(with: known)
        guard var made = HEVC.configuration(found) else { return nil }
        made[21] = made[21] & ~3 | UInt8((lengthBytes ?? 4) - 1)
        return Self.other(found.sequence.first.flatMap { HEVC.sequence($0.span)?.size }, made)
    }

    private func format(of frame: Span<UInt8>) -> NALFormat? {
        lengthBytes.map { .lengths($0) } ?? NALFormat.guess(frame)
    }
}

extension H264.ParameterSets {
    fileprivate func areAll(in known: H264.ParameterSets) -> Bool {
        sequence.allSatisfy(known.sequence.contains) && picture.allSatisfy(known.picture.contains)
    }

    /// A key frame with sequence sets has all that it needs. Of one with picture sets alone, those of the
    /// same number are replaced.
    fileprivate mutating func complete(with known: H264.ParameterSets?) {
        guard let known else { return }
        if picture.isEmpty { picture = known.picture }
        guard sequence.isEmpty else { return }
        sequence = known.sequence
        let numbers = picture.map { H264.ParameterSets.number(of: $0, headerBytes: 1) }
        picture += known.picture.filter {
            !numbers.contains(H264.ParameterSets.number(of: $0, headerBytes: 1))
        }
    }

    /// With which a picture set begins.
    fileprivate static func number(of set: [UInt8], headerBytes: Int) -> UInt32 {
        var reader = BitReader(unescaping: set.span, mostBytes: 8)
        reader.skip(8 * headerBytes)
        return reader.exponentialGolomb()
    }
}

extension HEVC.ParameterSets {
    fileprivate func areAll(in known: HEVC.ParameterSets) -> Bool {
        video.allSatisfy(known.video.contains) && sequence.allSatisfy(known.sequence.contains)
            && picture.allSatisfy(known.picture.contains)
    }

    fileprivate mutating func complete(with known: HEVC.ParameterSets?) {
        guard let known else { return }
        if video.isEmpty { video = known.video }
        if picture.isEmpty { picture = known.picture }
        guard sequence.isEmpty else { return }
        sequence = known.sequence
        let numbers = picture.map { H264.ParameterSets.number(of: $0, headerBytes: 2) }
        picture += known.picture.filter {
            !numbers.contains(H264.ParameterSets.number(of: $0, headerBytes: 2))
        }
    }
}

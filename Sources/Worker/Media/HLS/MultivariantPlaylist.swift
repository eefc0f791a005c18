// The multivariant playlist of a stream: which renditions there are (draft-pantos-hls-rfc8216bis, section
// 4.4.6). One picture at most, and any number of sound tracks, which become a group.
//
// Without a picture it is a stream of sound. The same value without its picture is what the address of the
// sound alone serves: a list with a picture never offers sound alone, as Apple's rules for tvOS ask.

package struct MultivariantPlaylist: Sendable, Equatable {
    package struct Picture: Sendable, Equatable {
        package var uri: String
        /// As RFC 6381 has it.
        package var codec: String
        package var width: Int
        package var height: Int
        /// In thousandths of a frame per second; nil when it is not known.
        package var frameRateMilli: UInt64?
        package var bandwidth: Bandwidth
        /// The list of its key frames, and what they take.
        package var keyFramesURI: String?
        package var keyFramesBandwidth: Bandwidth?

        package init(
            uri: String, codec: String, width: Int, height: Int, frameRateMilli: UInt64?,
            bandwidth: Bandwidth, keyFramesURI: String? = nil, keyFramesBandwidth: Bandwidth? = nil
        ) {
            self.uri = uri
            self.codec = codec
            self.width = width
            self.height = height
            self.frameRateMilli = frameRateMilli
            self.bandwidth = bandwidth
            self.keyFramesURI = keyFramesURI
            self.keyFramesBandwidth = keyFramesBandwidth
        }
    }

    package var picture: Picture?
    package var sounds: [SoundRendition]
    /// Every segment that the stream will ever have begins with a key frame. Players read this list once.
    package var areSegmentsIndependent: Bool
    /// Where players start, before the end; nil for the live edge.
    package var rewindMs: UInt64?

    package init(
        picture: Picture?, sounds: [SoundRendition], areSegmentsIndependent: Bool,
        rewindMs: UInt64? = nil
    ) {
        self.picture = picture
        self.sounds = sounds
        self.areSegmentsIndependent = areSegmentsIndependent
        self.rewindMs = rewindMs
    }

    package var text: [UInt8] {
        var text = PlaylistText(reservedBytes: 1_024)
        let sounds = SoundRendition.listed(sounds)
        // Sound that is alone needs no group to choose from.
        let hasGroup = !sounds.isEmpty && (picture != nil || sounds.count > 1)
        if hasGroup || picture?.keyFramesURI != nil { text.line("#EXT-X-VERSION", 4) }
        if areSegmentsIndependent { text.line("#EXT-X-INDEPENDENT-SEGMENTS") }
        if let rewindMs {
            text.begin("#EXT-X-START")
            text.append(":TIME-OFFSET=-")
            text.append(secondsFromUs: min(rewindMs, Self.mostRewindMs) * 1_000)
            text.endLine()
        }
        if hasGroup { for sound in sounds { sound.write(to: &text) } }
        if let picture {
            write(picture, with: sounds, to: &text)
        } else if let sound = sounds.first(where: \.isDefault) {
            write(sound, of: sounds, hasGroup: hasGroup, to: &text)
        }
        return text.bytes
    }

    /// A year: longer than any ring.
    private static let mostRewindMs: UInt64 = 366 * 86_400_000

    // MARK: Variants

    private func write(
        _ picture: Picture, with sounds: [SoundRendition], to text: inout PlaylistText
    ) {
        text.begin("#EXT-X-STREAM-INF")
        let dearest = SoundRendition.dearest(sounds)
        text.attribute(dearest.map { picture.bandwidth + $0 } ?? picture.bandwidth)
        text.attribute(
            "CODECS",
            quoted: ([picture.codec] + SoundRendition.codecs(sounds)).joined(separator: ","))
        text.attribute("RESOLUTION", "\(picture.width)x\(picture.height)")
        if let rate = picture.frameRateMilli { text.attribute("FRAME-RATE", thousandths: rate) }
        if !sounds.isEmpty { text.attribute("AUDIO", quoted: SoundRendition.groupID) }
        text.endLine()
        text.line(picture.uri)
        guard let uri = picture.keyFramesURI, let bandwidth = picture.keyFramesBandwidth else {
            return
        }
        text.begin("#EXT-X-I-FRAME-STREAM-INF")
        text.attribute(bandwidth)
        text.attribute("CODECS", quoted: picture.codec)
        text.attribute("RESOLUTION", "\(picture.width)x\(picture.height)")
        text.attribute("URI", quoted: uri)
        text.endLine()
    }

    private func write(
        _ sound: SoundRendition, of sounds: [SoundRendition], hasGroup: Bool,
        to text: inout PlaylistText
    ) {
        text.begin("#EXT-X-STREAM-INF")
        text.attribute(SoundRendition.dearest(sounds) ?? sound.bandwidth)
        text.attribute("CODECS", quoted: SoundRendition.codecs(sounds).joined(separator: ","))
        if hasGroup { text.attribute("AUDIO", quoted: SoundRendition.groupID) }
        text.endLine()
        text.line(sound.uri)
    }
}

extension PlaylistText {
    fileprivate mutating func attribute(_ bandwidth: Bandwidth) {
        attribute("BANDWIDTH", bandwidth.peak)
        attribute("AVERAGE-BANDWIDTH", bandwidth.average)
    }
}

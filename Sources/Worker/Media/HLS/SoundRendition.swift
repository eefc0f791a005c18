// One sound track of a multivariant playlist, and the group of all of them: EXT-X-MEDIA.
//
// A broadcaster's tracks may have no names or the same ones, several defaults or none. A group needs names
// that differ, exactly one default, and at most one track of a language that players choose by themselves
// (draft-pantos-hls-rfc8216bis, section 4.4.6.1.1).

package struct SoundRendition: Sendable, Equatable {
    package var uri: String
    /// As RFC 6381 has it.
    package var codec: String
    /// What people see; empty when the broadcaster says nothing.
    package var name: String
    /// As RFC 5646 has it; nil when it is not known.
    package var language: String?
    package var channels: Int?
    package var isDefault: Bool
    package var bandwidth: Bandwidth
    private var isChosen = true

    static let groupID = "sound"

    package init(
        uri: String, codec: String, name: String, language: String?, channels: Int?,
        isDefault: Bool, bandwidth: Bandwidth
    ) {
        self.uri = uri
        self.codec = codec
        self.name = name
        self.language = language
        self.channels = channels
        self.isDefault = isDefault
        self.bandwidth = bandwidth
    }

    /// "und" is the language that is not known.
    private var tag: String {
        guard let language, !language.isEmpty else { return "und" }
        return language
    }

    // MARK: The group

    /// The tracks as a group needs them.
    static func listed(_ sounds: [SoundRendition]) -> [SoundRendition] {
        let standard = sounds.firstIndex(where: \.isDefault) ?? 0
        var names: Set<String> = []
        var languages: Set<String> = sounds.isEmpty ? [] : [sounds[standard].tag]
        return sounds.enumerated().map { index, sound in
            var listed = sound
            listed.isDefault = index == standard
            listed.isChosen = listed.isDefault || languages.insert(sound.tag).inserted
            let name = sound.name.isEmpty ? "Sound \(index + 1)" : sound.name
            listed.name = name
            var number = index + 1
            while !names.insert(listed.name).inserted {
                listed.name = "\(name) (\(number))"
                number += 1
            }
            return listed
        }
    }

    /// The greatest rates of any of them.
    static func dearest(_ sounds: [SoundRendition]) -> Bandwidth? {
        guard let peak = sounds.map(\.bandwidth.peak).max(),
            let average = sounds.map(\.bandwidth.average).max()
        else { return nil }
        return Bandwidth(peak: peak, average: average)
    }

    /// All their codecs, each once.
    static func codecs(_ sounds: [SoundRendition]) -> [String] {
        sounds.reduce(into: []) { if !$0.contains($1.codec) { $0.append($1.codec) } }
    }

    func write(to text: inout PlaylistText) {
        text.begin("#EXT-X-MEDIA")
        text.attribute("TYPE", "AUDIO")
        text.attribute("GROUP-ID", quoted: Self.groupID)
        text.attribute("NAME", quoted: name)
        text.attribute("LANGUAGE", quoted: tag)
        text.attribute("DEFAULT", isDefault ? "YES" : "NO")
        text.attribute("AUTOSELECT", isChosen ? "YES" : "NO")
        if let channels { text.attribute("CHANNELS", quoted: String(channels)) }
        text.attribute("URI", quoted: uri)
        text.endLine()
    }
}

// How the supervisor hands settings to its workers: the effective values as lines of text, through
// the same table and the same parser that read them from flags. Both ends come from one build, so
// the version line only guards against a worker binary of another build.

extension Settings {
    private static let versionLine = "weir settings 1"

    /// The effective settings, for `init(encoded:)` in a worker.
    package func encoded() -> [UInt8] {
        var text = Self.versionLine + "\n"
        for name in Setting.Name.allCases {
            for value in texts(name) { text += "\(name.rawValue)=\(value)\n" }
        }
        return Array(text.utf8)
    }

    /// Reads what `encoded` wrote. Errors name the line's setting; they mean that supervisor and
    /// worker are of different builds.
    package init(encoded bytes: [UInt8]) throws(SettingsError) {
        guard bytes.count <= Limits.encodedSettingsBytes else {
            throw SettingsError("inherited settings are too long")
        }
        // Bytes, not characters: a mark that begins a value would be one character with the "=" before it.
        var lines = bytes.split(separator: UInt8(ascii: "\n"))[...]
        guard lines.popFirst().map({ $0.elementsEqual(Self.versionLine.utf8) }) == true else {
            throw SettingsError("inherited settings are of another version; install one build")
        }
        var given = GivenSettings()
        for line in lines {
            let key = line.prefix { $0 != UInt8(ascii: "=") }
            let text = { (part: ArraySlice<UInt8>) in String(decoding: part, as: UTF8.self) }
            guard key.count < line.count, let name = Setting.Name(rawValue: text(key)) else {
                throw SettingsError("inherited settings: unknown line \(Quoted.text(text(line)))")
            }
            let value = text(line.dropFirst(key.count + 1))
            let texts = (given[name]?.texts ?? []) + [value]
            given[name] = GivenSettings.Entry(texts: texts, source: .inherited)
        }
        // The supervisor has resolved `workers` to a number, so the processors do not matter here.
        try self.init(given, processors: 1)
    }
}

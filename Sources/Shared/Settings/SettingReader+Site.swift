// From raw texts to checked values: what a server says of itself. Pure.

extension SettingReader {
    /// Empty when it is not given. White space at its ends is taken off.
    func text(_ name: Setting.Name) throws(SettingsError) -> String {
        let raw = try raw(name)
        guard case .text(let most) = raw.setting.kind else { preconditionFailure("\(name)") }
        if raw.texts.isEmpty { return "" }
        let given = try single(raw)
        let text = given.trimmingSpaces
        guard text.count <= most, text.utf8.count <= most * Limits.bytesPerTextCharacter else {
            throw raw.error("is longer than \(most) characters; shorten it")
        }
        guard text.unicodeScalars.allSatisfy(\.isShown) else {
            throw raw.error(
                "\(Quoted.text(String(text))) has a character that cannot be shown; remove it")
        }
        return String(text)
    }

    /// The same, for what cannot be empty.
    func requiredText(_ name: Setting.Name) throws(SettingsError) -> String {
        let text = try text(name)
        guard !text.isEmpty else { throw try raw(name).error("is empty; give a name") }
        return text
    }

    /// "#rrggbb" in lower case; nil for "off".
    func color(_ name: Setting.Name) throws(SettingsError) -> String? {
        let raw = try raw(name)
        let text = try single(raw)
        if text == "off" { return nil }
        let digits = text.dropFirst()
        guard text.first == "#", digits.utf8.count == 6,
            digits.allSatisfy({ $0.isASCII && $0.isHexDigit })
        else {
            throw raw.error(
                "\(Quoted.text(text)) is no colour; give # and six digits, for example #0b6a66")
        }
        return text.lowercased()
    }
}

extension String {
    fileprivate var trimmingSpaces: Substring {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}

extension Unicode.Scalar {
    /// It neither ends a line nor turns the direction of what follows.
    fileprivate var isShown: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
            false
        case .format: !(0x202A...0x202E).contains(value) && !(0x2066...0x2069).contains(value)
        default: true
        }
    }
}

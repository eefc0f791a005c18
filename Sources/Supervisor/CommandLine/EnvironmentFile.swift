// A file of environment variables as systemd reads it (EnvironmentFile= in systemd.exec(5)): NAME=VALUE on a line;
// lines that begin with # or ; are comments; a backslash at the end of a line joins it with the next one; values
// may have pieces in quotes. What is no assignment is passed over, as there. Pure.

import Settings

enum EnvironmentFile {
    /// An assignment, and the line that its name is on, from 1.
    struct Variable: Equatable {
        let name: String
        let value: String
        let line: Int
    }

    /// The settings that the variables are.
    static func settings(in bytes: [UInt8], path: String) -> GivenSettings {
        let variables = self.variables(in: bytes)
        var result = GivenSettings.environment { name in
            variables.last { $0.name == name }?.value
        }
        // Who reads a complaint has to know that they do not come from the shell.
        for setting in Setting.all {
            guard let texts = result[setting.name]?.texts,
                let line = variables.last(where: { $0.name == setting.environmentName })?.line
            else { continue }
            result[setting.name] = GivenSettings.Entry(
                texts: texts, source: .file(path: path, line: line))
        }
        return result
    }

    static func variables(in bytes: [UInt8]) -> [Variable] {
        var reader = Reader()
        for byte in bytes { reader.take(byte) }
        // The last line may have no end.
        reader.take(UInt8(ascii: "\n"), isEnd: true)
        return reader.variables
    }
}

extension EnvironmentFile {
    private struct Reader {
        enum Place {
            case beforeName
            case name
            case comment
            case commentEscape
            case beforeValue
            case value
            case valueEscape
            case singleQuotes
            case doubleQuotes
            case doubleQuotesEscape
        }

        private(set) var variables: [Variable] = []
        private var place = Place.beforeName
        private var name: [UInt8] = []
        private var value: [UInt8] = []
        /// What is kept of `value` if nothing but blanks follows.
        private var keptBytes = 0
        private var line = 1
        private var nameLine = 1

        mutating func take(_ byte: UInt8, isEnd: Bool = false) {
            let isNewline = byte == UInt8(ascii: "\n")
            if isEnd, place != .beforeName, place != .name { return finish() }
            switch place {
            case .beforeName, .name, .comment, .commentEscape: takeName(byte, isNewline)
            case .beforeValue, .value, .valueEscape: takeValue(byte, isNewline)
            case .singleQuotes, .doubleQuotes, .doubleQuotesEscape: takeQuoted(byte, isNewline)
            }
            if isNewline { line += 1 }
        }

        private mutating func takeName(_ byte: UInt8, _ isNewline: Bool) {
            switch (place, byte) {
            case (.comment, UInt8(ascii: "\\")): place = .commentEscape
            case (.comment, _): if isNewline { place = .beforeName }
            case (.commentEscape, _): place = .comment
            case (.beforeName, UInt8(ascii: "#")), (.beforeName, UInt8(ascii: ";")):
                place = .comment
            case (.beforeName, _):
                guard !isBlank(byte) else { return }
                (place, name, nameLine) = (.name, [byte], line)
            case (_, UInt8(ascii: "=")):
                (place, value, keptBytes) = (.beforeValue, [], 0)
            case (_, UInt8(ascii: "\n")): (place, name) = (.beforeName, [])
            default: name.append(byte)
            }
        }

        private mutating func takeValue(_ byte: UInt8, _ isNewline: Bool) {
            if place == .valueEscape {
                place = .value
                if !isNewline { keep(byte) }
            } else if isNewline {
                finish()
            } else if byte == UInt8(ascii: "\\") {
                place = .valueEscape
            } else if place == .beforeValue, byte == UInt8(ascii: "'") {
                place = .singleQuotes
            } else if place == .beforeValue, byte == UInt8(ascii: "\"") {
                place = .doubleQuotes
            } else if place == .beforeValue, isBlank(byte) {
                return
            } else {
                place = .value
                isBlank(byte) ? value.append(byte) : keep(byte)
            }
        }

        private mutating func takeQuoted(_ byte: UInt8, _ isNewline: Bool) {
            switch (place, byte) {
            case (.singleQuotes, UInt8(ascii: "'")), (.doubleQuotes, UInt8(ascii: "\"")):
                place = .beforeValue
            case (.doubleQuotes, UInt8(ascii: "\\")): place = .doubleQuotesEscape
            case (.doubleQuotesEscape, _):
                place = .doubleQuotes
                if "\"\\`$".utf8.contains(byte) { return keep(byte) }
                guard !isNewline else { return }
                keep(UInt8(ascii: "\\"))
                keep(byte)
            default: keep(byte)
            }
        }

        private mutating func keep(_ byte: UInt8) {
            value.append(byte)
            keptBytes = value.count
        }

        private mutating func finish() {
            place = .beforeName
            guard !name.isEmpty else { return }
            while name.last.map(isBlank) == true { name.removeLast() }
            variables.append(
                Variable(
                    name: String(decoding: name, as: UTF8.self),
                    value: String(decoding: value.prefix(keptBytes), as: UTF8.self), line: nameLine)
            )
            name = []
        }

        private func isBlank(_ byte: UInt8) -> Bool { " \t\n\r".utf8.contains(byte) }
    }
}

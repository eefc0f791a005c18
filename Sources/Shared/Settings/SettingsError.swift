// What is wrong with a setting, on one line: where it was given, what is wrong, and what would be
// right.

/// Where a value came from.
package enum SettingSource: Sendable, Equatable, CustomStringConvertible {
    case flag
    case environment
    case file(path: String, line: Int)
    case initial
    /// Handed down by the supervisor.
    case inherited

    /// For people: "flag", "environment", "weir.toml:3", "default".
    package var description: String {
        switch self {
        case .flag: "flag"
        case .environment: "environment"
        case .file(let path, let line): "\(Quoted.printable(path)):\(line)"
        case .initial: "default"
        case .inherited: "inherited"
        }
    }
}

/// Settings that cannot be used. The description is one printable line with cause and remedy.
package struct SettingsError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }

    /// `problem` with the value of a setting, and where that value was given.
    package init(_ setting: Setting, from source: SettingSource, _ problem: String) {
        switch source {
        case .flag: description = "\(setting.flag): \(problem)"
        case .environment: description = "\(setting.environmentName): \(problem)"
        case .file: description = "\(source): \(setting.name.rawValue): \(problem)"
        case .initial, .inherited: description = "\(setting.name.rawValue): \(problem)"
        }
    }
}

/// Text from outside, fit for a message.
package enum Quoted {
    /// `text` in double quotes, printable, and cut when it is long.
    package static func text(_ text: String) -> String { "\"\(printable(text))\"" }

    /// `text` without control characters, and cut when it is long.
    package static func printable(_ text: String) -> String {
        var result = ""
        for (count, scalar) in text.unicodeScalars.enumerated() {
            if count == 120 { return result + "..." }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

// Settings as text for people: the report of `weir check-config`, and the reference table in
// docs/configuration.md (a test keeps the two equal).

extension Settings {
    /// One line per setting: name, value that took effect, where it came from. Holds no secrets.
    package func report() -> String {
        let rows = Setting.all.map { setting in
            let values = setting.name == .accounts ? [accounts.description] : texts(setting.name)
            return (
                name: setting.name.rawValue,
                value: values.isEmpty
                    ? "(none)" : values.map(Quoted.printable).joined(separator: ", "),
                source: sourceText(setting)
            )
        }
        let nameWidth = rows.map(\.name.count).max() ?? 0
        let valueWidth = min(rows.map(\.value.count).max() ?? 0, 40)
        return rows.map { row in
            padded(row.name, nameWidth) + "  " + padded(row.value, valueWidth) + "  " + row.source
                + "\n"
        }.joined()
    }

    private func sourceText(_ setting: Setting) -> String {
        let source = effective[setting.name]?.source ?? .initial
        switch source {
        case .flag: return "flag \(setting.flag)"
        case .environment: return "environment \(setting.environmentName)"
        case .file, .initial, .inherited: return "\(source)"
        }
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

extension Setting {
    /// The reference of all settings as a Markdown table.
    package static func markdownTable() -> String {
        let rows = all.map { setting in
            [
                "`\(setting.flag) \(setting.placeholder)`", "`\(setting.environmentName)`",
                setting.valuesText, setting.defaultText, setting.help,
            ]
        }
        let header = [
            "Flag (the key in the file is the same without `--`)", "Environment", "Values",
            "Default", "Meaning",
        ]
        let lines = [header, header.map { _ in "---" }] + rows
        return lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }
}

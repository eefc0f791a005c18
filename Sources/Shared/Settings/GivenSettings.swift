// Settings as they were given: raw texts, each with where it came from. Flags, environment and file
// all deliver this form, are laid over one another, and are then parsed once (see Settings.swift).

/// Raw values of some settings, each from one source.
package struct GivenSettings: Sendable, Equatable {
    /// The raw texts of one setting and where they came from. Several only for lists.
    package struct Entry: Sendable, Equatable {
        package var texts: [String]
        package let source: SettingSource

        package init(texts: [String], source: SettingSource) {
            self.texts = texts
            self.source = source
        }
    }

    private var entries: [Setting.Name: Entry] = [:]

    package init() {}

    /// What was given for a setting; nil if nothing was.
    package subscript(name: Setting.Name) -> Entry? {
        get { entries[name] }
        set { entries[name] = newValue }
    }

    /// These settings, filled up from `lower` where nothing is given here.
    package func over(_ lower: GivenSettings) -> GivenSettings {
        var result = lower
        for (name, entry) in entries { result[name] = entry }
        return result
    }

    /// The settings in an environment (`lookup` is getenv or a substitute). An empty variable
    /// counts as not set, so that a unit file or a container can blank one.
    package static func environment(_ lookup: (String) -> String?) -> GivenSettings {
        var result = GivenSettings()
        for setting in Setting.all {
            guard let text = lookup(setting.environmentName), !text.isEmpty else { continue }
            result[setting.name] = Entry(
                texts: setting.isList ? items(text) : [text], source: .environment)
        }
        return result
    }

    /// The items of a comma-separated list, without the blanks around them.
    package static func items(_ text: String) -> [String] {
        text.split(separator: ",").map { item in
            var item = item
            while item.first?.isWhitespace == true { item.removeFirst() }
            while item.last?.isWhitespace == true { item.removeLast() }
            return String(item)
        }
    }
}

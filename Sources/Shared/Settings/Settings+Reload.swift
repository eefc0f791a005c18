// What a reload makes of new settings: what can change while the server runs takes effect, the rest stays
// as it is and is said by name.

extension Settings {
    /// These settings with the values of `new` where a running server can take them over.
    /// - Returns: the settings to serve with, and the settings whose change waits for a restart.
    /// Errors: what stays does not go together with what is new.
    package func reloaded(
        as new: Settings
    ) throws(SettingsError) -> (settings: Settings, waiting: [Setting.Name]) {
        var given = new.effective
        var waiting: [Setting.Name] = []
        for setting in Setting.all where setting.needsRestart {
            guard texts(setting.name) != new.texts(setting.name) else { continue }
            given[setting.name] = effective[setting.name]
            // Another version may have another default, which nobody has asked for.
            let isDefault =
                effective[setting.name]?.source == .inherited
                && new.effective[setting.name]?.source ?? .initial == .initial
            if !isDefault { waiting.append(setting.name) }
        }
        // `new` has resolved the number of workers.
        return (try Settings(given, processors: new.workers), waiting)
    }

    /// These settings with the values that another supervisor of this server serves with, as far as they
    /// cannot change without a restart.
    package func keeping(_ kept: [Setting.Name: [String]]) throws(SettingsError) -> Settings {
        var given = effective
        for (name, texts) in kept where Setting.named(name).needsRestart {
            given[name] = GivenSettings.Entry(texts: texts, source: .inherited)
        }
        return try Settings(given, processors: workers)
    }
}

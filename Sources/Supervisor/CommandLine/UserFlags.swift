// The settings that commands about users need: where the accounts are, and nothing else. They come
// from the same sources as those of the server, so that the same file and environment serve both.

import ArgumentParser
import Settings

struct UserFlags: ParsableArguments {
    @Option(name: SettingFlags.flag(.accounts), help: SettingFlags.help(.accounts))
    var accounts: String?
    @Option(name: SettingFlags.flag(.data), help: SettingFlags.help(.data))
    var data: String?
    @Option(name: SettingFlags.configFlag, help: SettingFlags.configHelp)
    var config: String?

    /// Where the accounts are.
    func location() throws -> AccountsLocation {
        var given = GivenSettings()
        for (name, text) in [(Setting.Name.accounts, accounts), (.data, data)] {
            if let text {
                given[name] = GivenSettings.Entry(texts: [text], source: .flag)
            }
        }
        return try Settings.accounts(SettingFlags.complete(given, config: config, of: .command))
    }
}

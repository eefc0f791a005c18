// The settings that commands about users need: where the accounts are, and nothing else. They come
// from the same sources as those of the server, so that the same file and environment serve both. Without any
// of them, it is looked for (see AccountsSearch).

import ArgumentParser
import LinuxIO
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
        let complete = try SettingFlags.complete(given, config: config, of: .command)
        let isTold =
            complete[.accounts] != nil || complete[.data] != nil
            || SettingFlags.configurationPath(config) != nil
        return try Settings.accounts(isTold ? complete : try Self.found())
    }

    /// The settings of the server that is probably meant.
    private static func found() throws -> GivenSettings {
        let search = AccountsSearch(
            standard: Setting.named(.data).defaultText, checkout: Checkout.dataDirectory,
            exists: FileSystem.exists)
        switch search.find() {
        case .directory(let path):
            var given = GivenSettings()
            given[.data] = GivenSettings.Entry(texts: [path], source: .initial)
            return given
        case .service:
            return try SettingFlags.complete(
                GivenSettings(), config: ServiceFiles.configuration, of: .command)
        case nil:
            throw StartError(message: search.complaint(folder: FileSystem.workingDirectory ?? "."))
        }
    }
}

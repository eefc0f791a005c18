// Checks the place of the accounts without a database library, which this process does not have:
// whether a file could be made there. Whether a MongoDB answers, /readyz says once Weir runs.

import Settings

enum AccountsCheck {
    /// For `weir check-config`: if the file is outside the data directory, its folder must exist
    /// already, because nobody creates it.
    static func check(_ settings: Settings) throws(StartError) {
        guard case .sqlite(let path) = settings.accounts else { return }
        let folder = DataDirectoryCheck.parent(of: path)
        guard folder != DataDirectoryCheck.parent(of: settings.dataDirectory + "/file") else {
            return
        }
        try DataDirectoryCheck.requireWritable(
            folder, "the directory \(folder) of the accounts", flag: "--accounts")
    }

    /// Warnings about these settings.
    static func note(_ settings: Settings) -> String? {
        guard settings.effective[.accounts]?.source == .flag, settings.accounts.holdsSecret else {
            return nil
        }
        return """
            who lists the processes of this machine sees the password in --accounts; give the URI \
            as WEIR_ACCOUNTS or in the configuration file
            """
    }
}

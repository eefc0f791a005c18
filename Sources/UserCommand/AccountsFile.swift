// The SQLite file for an operator who runs `weir user` beside a server of another user. A mistake
// in the settings must not create the file in a wrong place, and files that root creates must
// belong to the server's user.
//
// Unsafe: stat and open get paths as C strings and a local value to fill.

import Glibc
import LinuxIO
import Settings

enum AccountsFile {
    private static let mode: mode_t = 0o600

    /// - Parameter creates: whether to make a missing file. Its directory is never made: it exists
    ///   once the server has run, and if it is missing, the settings are probably wrong.
    static func check(_ location: AccountsLocation, creates: Bool) throws(UserCommandError) {
        guard case .sqlite(let path) = location, status(of: path) == nil else { return }
        let shown = Quoted.printable(path)
        guard creates else {
            throw UserCommandError(
                "there are no accounts yet: there is no file \(shown); check --config, --data and "
                    + "--accounts, or add an account with weir user add")
        }
        let folder = folder(of: path)
        guard let owner = status(of: folder) else {
            throw UserCommandError(
                "there is no directory \(Quoted.printable(folder)) for the accounts; check "
                    + "--config, --data and --accounts, or start weir serve once")
        }
        if geteuid() == 0, owner.st_uid != 0 { try make(path, for: owner) }
    }

    /// Makes an empty file, owned by the directory's owner. SQLite takes it for an empty database,
    /// and gives the files that it puts beside it the same owner.
    private static func make(_ path: String, for owner: stat) throws(UserCommandError) {
        do throws(SystemError) {
            let raw = try systemCall("open") {
                unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
            }
            let file = Descriptor(owning: raw)
            try systemCall("fchown") { fchown(file.raw, owner.st_uid, owner.st_gid) }
        } catch {
            // Somebody else was faster, which is just as good.
            guard error.code != EEXIST else { return }
            throw UserCommandError(
                "cannot make the file \(Quoted.printable(path)): \(error.message)")
        }
    }

    private static func status(of path: String) -> stat? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? status : nil
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

// Where the commands about users look for accounts when nothing says where: no flag, no environment, no file of
// settings. It is the server that somebody in this folder, or on this machine, most probably means; what a
// command has done, it says with the place. Pure, but for the looks at the file system that it is given.

import LinuxIO
import Settings

struct AccountsSearch {
    /// The data directory of a server that was told nothing.
    let standard: String
    /// The data directory of `make run`; nil: there is no source tree.
    let checkout: String?
    /// Whether there is a file or folder.
    let exists: (String) -> Bool

    enum Place: Equatable {
        case directory(String)
        /// What the settings of the package's service say.
        case service
    }

    /// A file of accounts, else the service of the package, else a directory of a server that has none yet. Nil:
    /// there is nothing of that.
    func find() -> Place? {
        let directories = [standard] + (checkout.map { [$0] } ?? [])
        let file = AccountsLocation.defaultFileName
        if let used = directories.first(where: { exists("\($0)/\(file)") }) {
            return .directory(used)
        }
        if exists(ServiceFiles.configuration) { return .service }
        // Any folder may have one of the standard name in it, which need not be Weir's.
        return directories.last(where: exists).map(Place.directory)
    }

    /// One line for somebody who is told that nothing was found.
    /// - Parameter folder: the working directory, where relative paths begin.
    func complaint(folder: String) -> String {
        func absolute(_ path: String) -> String {
            Quoted.printable(path.hasPrefix("/") ? path : "\(folder)/\(path)")
        }
        var places = [absolute(standard)]
        if let checkout { places.append("\(absolute(checkout)) (make run)") }
        places.append("\(ServiceFiles.configuration) (the package)")
        return """
            there are no accounts: none of these is there: \(places.joined(separator: ", ")); say \
            where with --data, --config or --accounts, or start weir serve once
            """
    }
}

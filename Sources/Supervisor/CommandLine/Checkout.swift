// The source tree that this program was built in, or is called from: `make run` keeps its data there, and
// commands find it without being told.

import LinuxIO

enum Checkout {
    /// Where `make run` keeps its data, as scripts/run-places says, when PORT is not given.
    private static let data = "build/data"
    /// What tells a source tree of Weir from others.
    private static let mark = "scripts/run-places"

    /// The data directory of `make run`, whether it exists or not; nil: there is no source tree.
    /// - Parameters:
    ///   - program: where this program is.
    ///   - exists: whether there is a file or folder.
    static func dataDirectory(program: String?, exists: (String) -> Bool) -> String? {
        if let program, let build = program.firstRange(of: "/.build/") {
            let root = program[..<build.lowerBound]
            if exists("\(root)/\(mark)") { return "\(root)/\(data)" }
        }
        return exists(mark) ? data : nil
    }

    static var dataDirectory: String? {
        dataDirectory(program: try? WorkerSpawner.ownProgram(), exists: FileSystem.exists)
    }
}

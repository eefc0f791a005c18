// Why a worker cannot make its folders in the data directory, in words for the person who started the server.

import LinuxIO

struct DataDirectoryFault: Error, CustomStringConvertible {
    let description: String

    /// Runs what makes a folder there; an error of the system names the directory then.
    static func naming<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as SystemError {
            let cause = "\(error.message) (\(error.call))"
            throw Self(description: "cannot use the data directory \(path): \(cause)")
        }
    }
}

// What the operating system grants this process.

import CLinux

package enum ProcessLimits {
    /// Raises the soft limit of open descriptors to the hard one and returns what is in force.
    /// Errors: EPERM.
    package static func raiseOpenFiles() throws(SystemError) -> Int {
        Int(try systemCall("setrlimit") { weir_raise_open_files() })
    }
}

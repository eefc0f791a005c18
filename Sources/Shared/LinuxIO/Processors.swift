// How many processor cores this process may use: its affinity mask, which containers and `taskset`
// narrow, not what the machine has.

import CLinux

package enum Processors {
    /// At least 1.
    package static func usable() -> Int { Int(weir_usable_processors()) }
}

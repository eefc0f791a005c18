// What the system grants this process, and how it treats the memory that the process is done with.

import CLinux

package enum ThisProcess {
    /// How many processor cores it may use: its affinity mask, which containers and `taskset` narrow, not
    /// what the machine has. At least 1.
    package static func usableProcessors() -> Int { Int(weir_usable_processors()) }

    /// Raises the soft limit of open descriptors to the hard one and returns what is in force.
    /// Errors: EPERM.
    package static func raiseOpenFiles() throws(SystemError) -> Int {
        Int(try systemCall("setrlimit") { weir_raise_open_files() })
    }

    /// From now on, blocks of at least so many bytes come from the system and go back to it when they are
    /// freed. Without this, the C library learns from the first such block to keep the next ones,
    /// separately for each thread.
    package static func returnBlocks(fromBytes bytes: Int32) {
        weir_return_large_blocks(bytes)
    }

    /// Gives free memory between blocks in use back to the system, which the allocator does by itself
    /// only at the heap's end. Takes some milliseconds for a hundred MiB.
    package static func returnFreeMemory() {
        weir_return_free_memory()
    }
}

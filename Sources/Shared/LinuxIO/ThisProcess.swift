// What the system grants this process, what the process uses of it, and how the system treats the memory
// that the process is done with.
//
// Unsafe: C writes to two numbers, for the time of one call.

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

    // MARK: What it uses

    /// How many descriptors it may have open; nil if that is not known.
    package static func descriptorsAllowed() -> UInt64? {
        UInt64(exactly: weir_open_files_limit())
    }

    /// How many descriptors it has open; nil if that is not known. Before Linux 6.2 this takes a
    /// microsecond for each.
    package static func descriptorsOpen() -> UInt64? { UInt64(exactly: weir_open_files()) }

    /// The processor time that it has taken so far, all threads together, in microseconds.
    package static func processorUs() -> UInt64 { weir_processor_us() }

    /// The bytes that are in memory, and those of them that are its own: no file is behind them. Nil if
    /// that is not known.
    package static func memoryInUse() -> (residentBytes: UInt64, anonymousBytes: UInt64)? {
        var (resident, shared): (UInt64, UInt64) = (0, 0)
        guard unsafe weir_memory_in_use(&resident, &shared) == 0 else { return nil }
        return (resident, resident - min(shared, resident))
    }

    // MARK: Memory that it is done with

    /// Gives free memory between blocks in use back to the system, which the allocator does by itself
    /// only at the heap's end. Takes some milliseconds for a hundred MiB.
    package static func returnFreeMemory() {
        weir_return_free_memory()
    }

    /// Gives this process a name for `ps`, of at most 15 bytes.
    package static func name(_ name: String) { unsafe weir_name_process(name) }
}

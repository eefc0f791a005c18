// Memory for large blocks: from the system when they are needed, and back to it when they are freed.

import CLinux

package enum LargeBlocks {
    /// Gives free memory between blocks in use back to the system, which the allocator does by itself
    /// only at the heap's end. Takes some milliseconds for a hundred MiB.
    package static func returnFree() {
        weir_return_free_memory()
    }

    /// For blocks of at least `bytes`, in the whole process. Without this, the C library learns
    /// from the first such block to keep the next ones, separately for each thread.
    package static func areReturned(fromBytes bytes: Int32) {
        weir_return_large_blocks(bytes)
    }
}

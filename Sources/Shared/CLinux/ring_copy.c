// The two copies between private memory and a mapping that another process may be changing.
//
// A copy out races with the writer on purpose. The C memory model has no word for that with plain
// memcpy, so the argument is about what is compiled: the functions are calls into another
// translation unit (no caller can merge, repeat or reorder the accesses with its own), memcpy reads
// each byte at most once into private memory, nothing looks at those bytes here, and the acquire
// fence keeps every one of these loads before the load of `intent`. The writer does the reverse:
// intent, release fence, bytes. So a copy that caught one new byte also sees the intent which
// announced it, and its caller throws the copy away.
// H.-J. Boehm, "Can Seqlocks Get Along With Programming Language Memory Models?", 2012, section 4.
#include "CLinux.h"

#include <stdatomic.h>
#include <string.h>

__attribute__((noinline)) void weir_ring_copy_in(void *shared, const void *source, size_t bytes) {
    if (bytes != 0) memcpy(shared, source, bytes);
}

__attribute__((noinline)) uint64_t weir_ring_copy_out(
    void *target, const void *shared, size_t bytes, const void *intent) {
    if (bytes != 0) memcpy(target, shared, bytes);
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit((const _Atomic uint64_t *)intent, memory_order_relaxed);
}

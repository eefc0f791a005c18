// Memory that several processes count in.
#ifndef WEIR_CLINUX_COUNTERS_H
#define WEIR_CLINUX_COUNTERS_H

#include <stddef.h>

/// Creates a memory file of `bytes` zero bytes whose size nobody can change any more, close-on-exec.
/// Its descriptor, or -1 and errno.
int weir_shared_memory(const char *name, size_t bytes);

/// Whether `descriptor` is such a file of exactly `bytes` bytes: 1 or 0.
int weir_is_shared_memory(int descriptor, size_t bytes);

#endif

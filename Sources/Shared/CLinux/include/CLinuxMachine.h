// What the machine gives: memory that several processes count in, and processor cores.
#ifndef WEIR_CLINUX_MACHINE_H
#define WEIR_CLINUX_MACHINE_H

#include <stddef.h>

/// Creates a memory file of `bytes` zero bytes whose size nobody can change any more,
/// close-on-exec. Its descriptor, or -1 and errno.
int weir_shared_memory(const char *name, size_t bytes);

/// Whether `descriptor` is such a file of exactly `bytes` bytes: 1 or 0.
int weir_is_shared_memory(int descriptor, size_t bytes);

/// The processor cores that this process may run on (its affinity mask), at least 1.
int weir_usable_processors(void);

/// From now on, blocks of at least `bytes` that are freed go back to the system (mallopt(3)).
void weir_return_large_blocks(int bytes);

/// Gives free memory that lies between blocks in use back to the system (malloc_trim(3)).
void weir_return_free_memory(void);

#endif

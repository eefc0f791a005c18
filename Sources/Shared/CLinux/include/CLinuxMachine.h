// What the machine gives: memory, processor cores, open files.
#ifndef WEIR_CLINUX_MACHINE_H
#define WEIR_CLINUX_MACHINE_H

#include <stddef.h>
#include <stdint.h>

// MARK: Memory (memory.c)

/// Creates a memory file of `bytes` zero bytes whose size nobody can change any more,
/// close-on-exec. Its descriptor, or -1 and errno.
int weir_shared_memory(const char *name, size_t bytes);

/// Whether `descriptor` is such a file of exactly `bytes` bytes: 1 or 0.
int weir_is_shared_memory(int descriptor, size_t bytes);

/// A close-on-exec memory file of `count` bytes, sealed: nobody can change or resize it.
int weir_sealed_memory(const char *name, const void *bytes, size_t count);

/// From now on, blocks of at least `bytes` that are freed go back to the system (mallopt(3)).
void weir_return_large_blocks(int bytes);

/// Gives free memory that lies between blocks in use back to the system (malloc_trim(3)).
void weir_return_free_memory(void);

// MARK: Limits (machine.c)

/// The processor cores that this process may run on (its affinity mask), at least 1.
int weir_usable_processors(void);

/// Raises the soft limit of open descriptors to the hard one. Returns the limit now in force.
int64_t weir_raise_open_files(void);

/// The soft limit of open descriptors, or -1.
int64_t weir_open_files_limit(void);

// MARK: What this process uses (machine.c)

/// How many descriptors are open, or -1. Before Linux 6.2 this takes a microsecond for each.
int64_t weir_open_files(void);

/// The processor time that this process has taken so far, in microseconds; 0 if that is not known.
uint64_t weir_processor_us(void);

/// The bytes of this process that are in memory, and those of them that have a file behind them. 0, or
/// -1 if /proc is not there.
int weir_memory_in_use(uint64_t *resident, uint64_t *shared);

/// How large the terminal behind a descriptor is. -1 and errno when there is none, or it does not say.
int weir_terminal_size(int descriptor, int *columns, int *rows);

#endif

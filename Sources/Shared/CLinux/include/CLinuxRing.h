// What files, and above all the on-disk ring, need from C: fixed-address mappings, locks that belong to
// an open file, the copies between private and shared memory, and a checksum.
#ifndef WEIR_CLINUX_RING_H
#define WEIR_CLINUX_RING_H

#include <stddef.h>
#include <stdint.h>

/// Sets `bytes` of address space aside, without memory behind it. NULL and errno on failure.
void *weir_reserve_addresses(size_t bytes);

/// Maps a piece of a file, shared, over an earlier reservation. 0, or -1 and errno.
int weir_map_over(void *address, size_t bytes, int descriptor, uint64_t file_offset, int writable);

/// Unmaps everything in the range. 0, or -1 and errno.
int weir_unmap(void *address, size_t bytes);

/// Takes an exclusive lock of the whole file for this open file description, without waiting.
/// 1 when it was taken, 0 when someone else holds it, -1 and errno on failure.
int weir_try_lock_file(int descriptor);

/// Gives such a lock back. 0, or -1 and errno.
int weir_unlock_file(int descriptor);

/// 1 when some other open file description has that lock, else 0; -1 and errno on failure.
int weir_is_file_locked(int descriptor);

/// Says that this open file description uses the file; any number may. -1 and errno on failure. In the
/// kernel this is a flock, which has nothing to do with the lock above.
int weir_use_file(int descriptor);

/// 1 when some other open file description uses the file in that way, else 0; -1 and errno on failure.
int weir_is_file_used(int descriptor);

/// Allocates every block of the first `bytes` of a file. 0 or the error number itself.
int weir_allocate_file(int descriptor, uint64_t bytes);

/// Opens a file without a name in a directory, for writing. open(2) with O_TMPFILE.
int weir_open_temporary(const char *directory);

/// Which kind of file system the file of that name is on: the number of linux/magic.h, by statfs(2).
/// -1 with errno on failure.
int weir_file_system_kind(const char *path, uint32_t *number);

/// Copies into shared memory. The caller has announced what is about to be overwritten.
void weir_ring_copy_in(void *shared, const void *source, size_t bytes);

/// Copies out of shared memory and only then reads the writer's intent, which is returned: the
/// caller compares it with what it copied.
uint64_t weir_ring_copy_out(void *target, const void *shared, size_t bytes, const void *intent);

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4) of `bytes`, continuing from `previous` (0 at first).
uint32_t weir_crc32c(uint32_t previous, const void *bytes, size_t count);

#endif

// Mappings at fixed places, locks of open file descriptions, allocation, files without a name: system
// calls that Swift cannot call as they are (variadic, or returning a pointer that is not NULL on failure).
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/vfs.h>

void *weir_reserve_addresses(size_t bytes) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *address = mmap(NULL, bytes, PROT_NONE, flags, -1, 0);
    return address == MAP_FAILED ? NULL : address;
}

int weir_map_over(void *address, size_t bytes, int descriptor, uint64_t file_offset, int writable) {
    int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    void *mapped =
        mmap(address, bytes, protection, MAP_SHARED | MAP_FIXED, descriptor, (off_t)file_offset);
    return mapped == MAP_FAILED ? -1 : 0;
}

int weir_unmap(void *address, size_t bytes) {
    return munmap(address, bytes);
}

static int set_lock(int descriptor, short type) {
    // From the start of the file to its end; this kind of lock demands that the pid is 0.
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET};
    return fcntl(descriptor, F_OFD_SETLK, &lock);
}

int weir_try_lock_file(int descriptor) {
    if (set_lock(descriptor, F_WRLCK) == 0) return 1;
    return errno == EAGAIN || errno == EACCES ? 0 : -1;
}

int weir_unlock_file(int descriptor) {
    return set_lock(descriptor, F_UNLCK);
}

int weir_is_file_locked(int descriptor) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(descriptor, F_OFD_GETLK, &lock) == -1) return -1;
    return lock.l_type != F_UNLCK;
}

int weir_use_file(int descriptor) {
    return flock(descriptor, LOCK_SH | LOCK_NB);
}

int weir_is_file_used(int descriptor) {
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
        flock(descriptor, LOCK_UN);
        return 0;
    }
    return errno == EWOULDBLOCK ? 1 : -1;
}

int weir_allocate_file(int descriptor, uint64_t bytes) {
    int error;
    do {
        error = posix_fallocate(descriptor, 0, (off_t)bytes);
    } while (error == EINTR);
    return error;
}

int weir_open_temporary(const char *directory) {
    int descriptor;
    do {
        descriptor = open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

int weir_file_system_kind(const char *path, uint32_t *number) {
    struct statfs status;
    if (statfs(path, &status) == -1) return -1;
    *number = (uint32_t)status.f_type;
    return 0;
}

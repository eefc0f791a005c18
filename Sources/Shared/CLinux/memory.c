// Memory: files of it, which processes share by descriptor, and blocks of it, which go back to the system.
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int descriptor, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(descriptor, bytes, count);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return -1;
        bytes += written;
        count -= (size_t)written;
    }
    return 0;
}

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U  // Linux 6.3; the headers may be older than the kernel.
#endif

// A file that nobody can ever run. A kernel whose vm.memfd_noexec is set may insist on that, and one that is
// older than 6.3 does not know the flag.
static int memory_file(const char *name) {
    unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    int descriptor = memfd_create(name, flags | MFD_NOEXEC_SEAL);
    if (descriptor == -1 && errno == EINVAL) descriptor = memfd_create(name, flags);
    return descriptor;
}

int weir_sealed_memory(const char *name, const void *bytes, size_t count) {
    int descriptor = memory_file(name);
    if (descriptor < 0) return -1;
    int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    if (write_all(descriptor, bytes, count) == 0 && fcntl(descriptor, F_ADD_SEALS, seals) == 0) {
        return descriptor;
    }
    int code = errno;
    close(descriptor);
    errno = code;
    return -1;
}

int weir_shared_memory(const char *name, size_t bytes) {
    int descriptor = memory_file(name);
    if (descriptor == -1) return -1;
    if (ftruncate(descriptor, (off_t)bytes) == -1 ||
        fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == -1) {
        int code = errno;
        close(descriptor);
        errno = code;
        return -1;
    }
    return descriptor;
}

int weir_is_shared_memory(int descriptor, size_t bytes) {
    struct stat status;
    if (fstat(descriptor, &status) == -1) return 0;
    int seals = fcntl(descriptor, F_GET_SEALS);
    return seals != -1 && (seals & F_SEAL_SHRINK) != 0 && status.st_size == (off_t)bytes;
}

void weir_return_large_blocks(int bytes) { mallopt(M_MMAP_THRESHOLD, bytes); }

void weir_return_free_memory(void) { malloc_trim(0); }

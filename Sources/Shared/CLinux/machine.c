#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int weir_shared_memory(const char *name, size_t bytes) {
    int descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
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

int weir_usable_processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
    // More cores than the set has bits.
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

void weir_return_large_blocks(int bytes) { mallopt(M_MMAP_THRESHOLD, bytes); }

void weir_return_free_memory(void) { malloc_trim(0); }

// Counts the allocations of a process, for benchmarks: LD_PRELOAD this library, and name a file in
// ALLOCATION_COUNT. Every process that loads it counts in that file, as two 64-bit numbers:
//
//   0: allocations made by the program's own code, the Swift runtime linked into it included
//   1: those that a library asked for (nghttp2, OpenSSL), also through functions of the program
//
// Who has asked is seen from the return addresses: through frames of the program up to the first one
// that is in a library. The program keeps frame pointers, as Swift does by default; a library's frame
// is where the walk ends, so its frame pointer is not followed.
//
// Build: cc -O2 -fno-omit-frame-pointer -shared -fPIC -o allocation_count.so allocation_count.c -ldl

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static _Atomic uint64_t *counts;
static uintptr_t program_start, program_end;

static int find_program(struct dl_phdr_info *info, size_t size, void *data) {
    (void)size;
    (void)data;
    for (int index = 0; index < info->dlpi_phnum; index++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[index];
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X)) continue;
        program_start = info->dlpi_addr + segment->p_vaddr;
        program_end = program_start + segment->p_memsz;
    }
    return 1; // The program itself comes first.
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("ALLOCATION_COUNT");
    if (!path) return;
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (page == MAP_FAILED) return;
    dl_iterate_phdr(find_program, NULL);
    counts = page;
}

struct frame {
    struct frame *caller;
    uintptr_t return_address;
};

static void count(const struct frame *frame) {
    if (!counts) return;
    const uintptr_t most_bytes = 1 << 20;
    int is_library = 0;
    for (int depth = 0; depth < 8; depth++) {
        if (frame->return_address < program_start || frame->return_address >= program_end) {
            is_library = 1;
            break;
        }
        const struct frame *caller = frame->caller;
        uintptr_t step = (uintptr_t)caller - (uintptr_t)frame;
        if (step == 0 || step > most_bytes || (uintptr_t)caller % sizeof(void *)) break;
        frame = caller;
    }
    atomic_fetch_add_explicit(&counts[is_library], 1, memory_order_relaxed);
}

#define COUNT() count(__builtin_frame_address(0))

void *malloc(size_t size) {
    COUNT();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    COUNT();
    return __libc_calloc(number, size);
}

void *realloc(void *pointer, size_t size) {
    COUNT();
    return __libc_realloc(pointer, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    COUNT();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    COUNT();
    void *made = __libc_memalign(alignment, size);
    if (!made) return 12; // ENOMEM
    *result = made;
    return 0;
}

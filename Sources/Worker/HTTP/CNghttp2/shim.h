// The nghttp2 header, and what our memory functions for it need of the C library.
#ifndef WEIR_CNGHTTP2_SHIM_H
#define WEIR_CNGHTTP2_SHIM_H

#include <malloc.h>
#include <nghttp2/nghttp2.h>

/// How many bytes a block of malloc has room for. (Swift does not import malloc.h.)
static inline size_t weir_usable_bytes(void *block) {
    return malloc_usable_size(block);
}

#endif

// zlib as Swift sees it: what it offers as macros is given here as functions.
#pragma once

#include <zlib.h>

/// deflateInit2 for the gzip format (RFC 1952): so many bits of window, 9 to 15, plus 16 for its header.
static inline int weir_gzip_begin(z_stream *stream, int level, int window_bits, int memory_level) {
    return deflateInit2(
        stream, level, Z_DEFLATED, window_bits + 16, memory_level, Z_DEFAULT_STRATEGY);
}

/// inflateInit, for a zlib stream (RFC 1950).
static inline int weir_zlib_begin_inflate(z_stream *stream) {
    return inflateInit(stream);
}

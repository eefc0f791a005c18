// Numbers of EBML (RFC 8794, section 4). Of blocks.c, and of walk.c in LiveLoad.

#ifndef EBML_H
#define EBML_H

#include <stdbool.h>
#include <stdint.h>

/// The length of a number of EBML by its first byte; 0 if there is none such.
static inline unsigned length_of(uint8_t first) {
    return first == 0 ? 0 : (unsigned)__builtin_clz(first) - 23;
}

static inline uint64_t number(const uint8_t *at, unsigned length, bool keeps_mark) {
    uint64_t value = keeps_mark ? at[0] : at[0] & ((1u << (8 - length)) - 1);
    for (unsigned index = 1; index < length; index++) value = value << 8 | at[index];
    return value;
}

#endif

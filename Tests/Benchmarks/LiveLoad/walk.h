// Blocks of WebM as they pass, at a cost that a load tool can bear: nothing is copied but the first and last bytes of
// each block. Publishers write a stamp over the last bytes of a block, which are only a picture's, so that whoever gets
// the block knows when it was handed over.

#ifndef WALK_H
#define WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STAMP_BYTES = 16, ELEMENT_HEAD_MAX = 12, BLOCK_HEAD_BYTES = 4, PICTURE_TRACK = 1 };

struct block {
    /// Of the whole element, from where the walk began.
    uint64_t start, end;
    uint8_t track;
    /// In the cluster's milliseconds.
    int16_t offset_ms;
    bool is_key;
    /// When it was handed over, of CLOCK_MONOTONIC; 0: it has no stamp.
    uint64_t stamp_ns;
};

struct walk {
    uint64_t at, element_start;
    /// Of an element that is passed over, or a block.
    uint64_t left;
    uint8_t head[ELEMENT_HEAD_MAX], first[BLOCK_HEAD_BYTES], last[STAMP_BYTES];
    uint8_t head_length, first_length;
    bool is_in_block, is_in_time;
    /// Of the cluster.
    uint64_t cluster_ms;
};

/// What is told of a walk. Either may be NULL.
struct walk_listener {
    /// The beginning of a block is there: all but `end` and `stamp_ns`.
    void (*began)(const struct block *block, void *owner);
    /// The whole of it is.
    void (*ended)(const struct block *block, void *owner);
};

/// False when it is no WebM.
bool walk_on(struct walk *walk, const uint8_t *bytes, size_t length, const struct walk_listener *to, void *owner);

/// Over the last bytes of a block that is `length` bytes long.
void stamp(uint8_t *block, size_t length, uint64_t at_ns);

#endif

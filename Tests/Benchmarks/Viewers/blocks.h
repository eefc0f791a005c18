// Blocks of WebM as they come, each as a digest of its payload: what was published and what viewers had can be compared
// block by block without being kept.

#ifndef BLOCKS_H
#define BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BLOCK_TRACKS = 4 };

struct digests {
    uint64_t *values;
    size_t count, room;
};

struct blocks {
    /// What is not a whole element yet.
    uint8_t *rest;
    size_t length, room;
    /// Bytes of an element that is passed over.
    uint64_t to_pass;
    /// By the number of the track.
    struct digests tracks[BLOCK_TRACKS + 1];
    uint64_t count;
};

/// False when it is no WebM, or has a track that has no place here.
bool blocks_take(struct blocks *blocks, const uint8_t *bytes, size_t length);
/// FOLDER/NAME.TRACK, eight bytes a block, for each track that has any. False when they cannot be written.
bool blocks_write(const struct blocks *blocks, const char *folder, const char *name);

#endif

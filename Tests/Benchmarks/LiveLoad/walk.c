// See walk.h.

#include "walk.h"

#include <string.h>

#include "../Viewers/ebml.h"

enum { SEGMENT = 0x18538067, CLUSTER = 0x1F43B675, TIME = 0xE7, BLOCK_GROUP = 0xA0, SIMPLE_BLOCK = 0xA3, BLOCK = 0xA1 };
enum { KEY_FLAG = 0x80, TRACK_MARK = 0x80, MARK_BYTES = STAMP_BYTES - sizeof(uint64_t) };

static const uint8_t mark[MARK_BYTES] = {'s', 't', 'a', 'm', 'p', 0xF3, 0x9A, 0x51};

void stamp(uint8_t *block, size_t length, uint64_t at_ns) {
    if (length < STAMP_BYTES) return;
    memcpy(block + length - STAMP_BYTES, mark, MARK_BYTES);
    memcpy(block + length - sizeof at_ns, &at_ns, sizeof at_ns);
}

static uint64_t stamp_in(const uint8_t last[STAMP_BYTES]) {
    uint64_t at_ns = 0;
    if (memcmp(last, mark, MARK_BYTES) == 0) memcpy(&at_ns, last + MARK_BYTES, sizeof at_ns);
    return at_ns;
}

static struct block block_of(const struct walk *walk) {
    return (struct block){
        .start = walk->element_start, .track = walk->first[0] & (uint8_t)~TRACK_MARK,
        .offset_ms = (int16_t)(walk->first[1] << 8 | walk->first[2]), .is_key = walk->first[3] & KEY_FLAG};
}

/// One more byte of an element's head. False when there is no such element.
static bool take_head(struct walk *walk, uint8_t byte) {
    if (walk->head_length == 0) walk->element_start = walk->at;
    if (walk->head_length == ELEMENT_HEAD_MAX) return false;
    walk->head[walk->head_length++] = byte;
    walk->at += 1;
    const unsigned id_length = length_of(walk->head[0]);
    if (id_length == 0 || id_length > 4) return false;
    if (walk->head_length <= id_length) return true;
    const unsigned size_length = length_of(walk->head[id_length]);
    if (size_length == 0) return false;
    if (walk->head_length < id_length + size_length) return true;
    const uint64_t id = number(walk->head, id_length, true);
    walk->head_length = 0;
    if (id == SEGMENT || id == CLUSTER || id == BLOCK_GROUP) return true;
    walk->left = number(walk->head + id_length, size_length, false);
    walk->is_in_block = id == SIMPLE_BLOCK || id == BLOCK;
    walk->is_in_time = id == TIME;
    walk->first_length = 0;
    if (walk->is_in_time) walk->cluster_ms = 0;
    return !walk->is_in_block || walk->left >= BLOCK_HEAD_BYTES;
}

/// The last bytes of what has come of a block, those before it moved along.
static void keep_last(struct walk *walk, const uint8_t *bytes, size_t length) {
    if (length >= STAMP_BYTES) {
        memcpy(walk->last, bytes + length - STAMP_BYTES, STAMP_BYTES);
        return;
    }
    memmove(walk->last, walk->last + length, STAMP_BYTES - length);
    memcpy(walk->last + STAMP_BYTES - length, bytes, length);
}

static void take_block(
    struct walk *walk, const uint8_t *bytes, size_t length, const struct walk_listener *to, void *owner) {
    for (size_t index = 0; index < length && walk->first_length < BLOCK_HEAD_BYTES; index++) {
        walk->first[walk->first_length++] = bytes[index];
        if (walk->first_length < BLOCK_HEAD_BYTES || to->began == NULL) continue;
        const struct block block = block_of(walk);
        to->began(&block, owner);
    }
    keep_last(walk, bytes, length);
    if (walk->left > length || to->ended == NULL) return;
    struct block block = block_of(walk);
    block.end = walk->at + length;
    block.stamp_ns = stamp_in(walk->last);
    to->ended(&block, owner);
}

bool walk_on(struct walk *walk, const uint8_t *bytes, size_t length, const struct walk_listener *to, void *owner) {
    size_t at = 0;
    while (at < length) {
        if (walk->left == 0) {
            if (!take_head(walk, bytes[at++])) return false;
            continue;
        }
        const size_t there = length - at < walk->left ? length - at : (size_t)walk->left;
        if (walk->is_in_block) take_block(walk, bytes + at, there, to, owner);
        for (size_t index = 0; walk->is_in_time && index < there; index++)
            walk->cluster_ms = walk->cluster_ms << 8 | bytes[at + index];
        at += there;
        walk->at += there;
        walk->left -= there;
    }
    return true;
}

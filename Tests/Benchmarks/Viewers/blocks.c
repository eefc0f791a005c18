// See blocks.h.

#include "blocks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ebml.h"

enum { SEGMENT = 0x18538067, CLUSTER = 0x1F43B675, BLOCK_GROUP = 0xA0, SIMPLE_BLOCK = 0xA3, BLOCK = 0xA1 };
enum { BLOCK_BYTES_MAX = 16 << 20 };

/// FNV-1a.
static uint64_t digest(const uint8_t *bytes, size_t length) {
    uint64_t value = 0xCBF29CE484222325u;
    for (size_t index = 0; index < length; index++) value = (value ^ bytes[index]) * 0x100000001B3u;
    return value;
}

static bool add(struct blocks *blocks, const uint8_t *block, size_t length) {
    if (length < 4 || (block[0] & 0x80) == 0 || (block[0] & 0x7F) > BLOCK_TRACKS) return false;
    struct digests *digests = &blocks->tracks[block[0] & 0x7F];
    if (digests->count == digests->room) {
        digests->room = digests->room == 0 ? 1024 : digests->room * 2;
        digests->values = realloc(digests->values, digests->room * sizeof *digests->values);
        if (digests->values == NULL) return false;
    }
    digests->values[digests->count++] = digest(block + 4, length - 4);
    blocks->count += 1;
    return true;
}

/// What it takes of the bytes: a head alone of what is looked into, the whole of a block. 0: more is needed.
static size_t take_element(struct blocks *blocks, const uint8_t *at, size_t left, bool *is_good) {
    if (left < 2) return 0;
    const unsigned id_length = length_of(at[0]);
    if (id_length == 0 || id_length > 4) return *is_good = false, 0;
    if (left <= id_length) return 0;
    const unsigned size_length = length_of(at[id_length]);
    if (size_length == 0) return *is_good = false, 0;
    const size_t head = id_length + size_length;
    if (left < head) return 0;
    const uint64_t id = number(at, id_length, true), size = number(at + id_length, size_length, false);
    if (id == SEGMENT || id == CLUSTER || id == BLOCK_GROUP) return head;
    if (id != SIMPLE_BLOCK && id != BLOCK) {
        blocks->to_pass = size;
        return head;
    }
    if (size > BLOCK_BYTES_MAX) return *is_good = false, 0;
    if (left < head + size) return 0;
    *is_good = add(blocks, at + head, (size_t)size);
    return head + (size_t)size;
}

bool blocks_take(struct blocks *blocks, const uint8_t *bytes, size_t length) {
    if (blocks->length + length > blocks->room) {
        blocks->room = (blocks->length + length) * 2;
        blocks->rest = realloc(blocks->rest, blocks->room);
        if (blocks->rest == NULL) return false;
    }
    memcpy(blocks->rest + blocks->length, bytes, length);
    blocks->length += length;
    size_t at = 0;
    bool is_good = true;
    while (is_good && at < blocks->length) {
        if (blocks->to_pass > 0) {
            const uint64_t left = blocks->length - at;
            const uint64_t passed = blocks->to_pass < left ? blocks->to_pass : left;
            blocks->to_pass -= passed;
            at += (size_t)passed;
            continue;
        }
        const size_t taken = take_element(blocks, blocks->rest + at, blocks->length - at, &is_good);
        if (taken == 0) break;
        at += taken;
    }
    memmove(blocks->rest, blocks->rest + at, blocks->length - at);
    blocks->length -= at;
    return is_good;
}

bool blocks_write(const struct blocks *blocks, const char *folder, const char *name) {
    char path[512];
    for (unsigned track = 1; track <= BLOCK_TRACKS; track++) {
        const struct digests *digests = &blocks->tracks[track];
        if (digests->count == 0) continue;
        snprintf(path, sizeof path, "%s/%s.%u", folder, name, track);
        FILE *file = fopen(path, "wb");
        if (file == NULL) return false;
        const size_t written = fwrite(digests->values, sizeof *digests->values, digests->count, file);
        if (fclose(file) != 0 || written != digests->count) return false;
    }
    return true;
}

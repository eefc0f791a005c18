// What players read: playlists, the scale of an init, and which time a part has. Every byte is the server's
// and is not trusted: what cannot be read is said to be so.

#ifndef LISTS_H
#define LISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NAME_ROOM = 96, PARTS_MAX = 512, SEGMENTS_MAX = 256 };

/// What a list names, in its order. There is nothing to fetch for a gap (EXT-X-GAP, GAP=YES).
struct entry {
    char name[NAME_ROOM];
    bool is_gap;
};

struct list {
    /// What comes next: a segment, and a part of it.
    uint64_t next_segment;
    unsigned next_part;
    struct entry parts[PARTS_MAX];
    unsigned count;
    struct entry segments[SEGMENTS_MAX];
    unsigned segment_count;
    unsigned target_s;
    char hint[NAME_ROOM], map[NAME_ROOM];
    /// The segment that is named next is a gap.
    bool is_gap_next;
    bool has_ended;
};

/// Of a multivariant playlist: the lists of the first variant and of the first sound; empty if there is none.
struct renditions {
    char names[2][NAME_ROOM];
};

/// In ticks of the track's scale.
struct stretch {
    uint64_t start, end;
};

bool read_list(const uint8_t *body, size_t length, bool is_packed, struct list *list);
bool read_renditions(const uint8_t *body, size_t length, bool is_packed, struct renditions *found);
/// 0 if there is none.
uint32_t read_scale(const uint8_t *body, size_t length);
/// False when a part is not whole: when its boxes do not end with it, or its samples are more than its bytes.
bool read_part(const uint8_t *body, size_t length, struct stretch *stretch);

#endif

// What players had, and when. Parts are known by their names; times are of CLOCK_MONOTONIC.

#ifndef REPORT_H
#define REPORT_H

#include "client.h"
#include "lists.h"

/// Picture and sound, in parts; and the same in whole segments.
enum { TRACKS = 2, KINDS = 2 * TRACKS };

struct moments {
    uint64_t *at_ns;
    size_t count, room;
};

struct part {
    char name[NAME_ROOM];
    struct stretch stretch;
    size_t length;
    /// When players had it, and the list whose newest part it is. Not those who still catch up.
    struct moments media, lists;
};

struct track {
    struct part *parts;
    size_t count, room;
    uint32_t scale;
};

extern struct track tracks[KINDS];

/// The part of that name, which is new if nobody has named it. Its place in `tracks[track].parts` stays.
size_t part_of(unsigned track, const char *name);
void note(struct moments *moments, uint64_t at_ns);
/// Something that no player should see. Counted by what it is.
void note_failure(const char *what);
/// Of those in parts.
void write_tracks(void);
void write_counts(const struct counts *counts);
void write_failures(void);

#endif

// See lists.h.

#include "lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { TEXT_ROOM = 1 << 20 };

// Lists

static bool unpack(const uint8_t *body, size_t length, bool is_packed, char *text) {
    if (!is_packed) {
        if (length >= TEXT_ROOM) return false;
        memcpy(text, body, length);
        text[length] = 0;
        return true;
    }
    z_stream stream = {
        .next_in = (uint8_t *)body, .avail_in = (uInt)length, .next_out = (uint8_t *)text,
        .avail_out = TEXT_ROOM - 1};
    if (inflateInit2(&stream, 15 + 16) != Z_OK) return false;
    bool is_whole = inflate(&stream, Z_FINISH) == Z_STREAM_END;
    text[stream.total_out] = 0;
    inflateEnd(&stream);
    return is_whole;
}

static bool begins(const char *line, const char *with) {
    return strncmp(line, with, strlen(with)) == 0;
}

/// The value of a URI attribute.
static bool uri_of(const char *line, char *name) {
    const char *start = strstr(line, "URI=\"");
    if (start == NULL) return false;
    start += 5;
    const char *end = strchr(start, '"');
    if (end == NULL || end - start >= NAME_ROOM) return false;
    memcpy(name, start, (size_t)(end - start));
    name[end - start] = 0;
    return true;
}

static void add_segment(struct list *list, const char *name) {
    list->next_segment += 1;
    list->next_part = 0;
    if (list->segment_count == SEGMENTS_MAX) {
        memmove(&list->segments[0], &list->segments[1], sizeof list->segments - sizeof list->segments[0]);
        list->segment_count -= 1;
    }
    struct entry *entry = &list->segments[list->segment_count++];
    snprintf(entry->name, NAME_ROOM, "%s", name);
    entry->is_gap = list->is_gap_next;
    list->is_gap_next = false;
}

static void read_line(char *line, struct list *list) {
    if (begins(line, "#EXT-X-PART:")) {
        if (list->count == PARTS_MAX) {
            memmove(&list->parts[0], &list->parts[1], sizeof list->parts - sizeof list->parts[0]);
            list->count -= 1;
        }
        list->parts[list->count].is_gap = strstr(line, ",GAP=YES") != NULL;
        if (uri_of(line, list->parts[list->count].name)) {
            list->count += 1;
            list->next_part += 1;
        }
    } else if (begins(line, "#EXT-X-TARGETDURATION:")) {
        list->target_s = (unsigned)atoi(strchr(line, ':') + 1);
    } else if (begins(line, "#EXT-X-MEDIA-SEQUENCE:")) {
        list->next_segment += strtoull(strchr(line, ':') + 1, NULL, 10);
    } else if (begins(line, "#EXT-X-SKIP:SKIPPED-SEGMENTS=")) {
        list->next_segment += strtoull(strchr(line, '=') + 1, NULL, 10);
    } else if (begins(line, "#EXT-X-PRELOAD-HINT:TYPE=PART")) {
        uri_of(line, list->hint);
    } else if (begins(line, "#EXT-X-MAP:")) {
        uri_of(line, list->map);
    } else if (begins(line, "#EXT-X-GAP")) {
        list->is_gap_next = true;
    } else if (begins(line, "#EXT-X-ENDLIST")) {
        list->has_ended = true;
    } else if (line[0] != '#' && line[0] != 0) {
        add_segment(list, line);
    }
}

bool read_list(const uint8_t *body, size_t length, bool is_packed, struct list *list) {
    static char text[TEXT_ROOM];
    if (!unpack(body, length, is_packed, text) || !begins(text, "#EXTM3U")) return false;
    memset(list, 0, sizeof *list);
    char *rest = text, *line;
    while ((line = strsep(&rest, "\n")) != NULL) read_line(line, list);
    return true;
}

bool read_renditions(const uint8_t *body, size_t length, bool is_packed, struct renditions *found) {
    static char text[TEXT_ROOM];
    if (!unpack(body, length, is_packed, text) || !begins(text, "#EXTM3U")) return false;
    memset(found, 0, sizeof *found);
    char *rest = text, *line;
    while ((line = strsep(&rest, "\n")) != NULL) {
        if (line[0] != '#' && line[0] != 0 && found->names[0][0] == 0) {
            snprintf(found->names[0], NAME_ROOM, "%s", line);
        } else if (begins(line, "#EXT-X-MEDIA:TYPE=AUDIO") && found->names[1][0] == 0) {
            uri_of(line, found->names[1]);
        }
    }
    return found->names[0][0] != 0;
}

// Boxes

struct box {
    const uint8_t *content;
    size_t length;
    char kind[5];
};

static uint32_t word(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint64_t long_word(const uint8_t *at) {
    return (uint64_t)word(at) << 32 | word(at + 4);
}

/// The box at the start of what is left; false at the end, or when it is longer than what is left.
static bool next_box(const uint8_t **at, size_t *left, struct box *box) {
    if (*left < 8) return false;
    size_t size = word(*at);
    if (size < 8 || size > *left) return false;
    memcpy(box->kind, *at + 4, 4);
    box->kind[4] = 0;
    box->content = *at + 8;
    box->length = size - 8;
    *at += size;
    *left -= size;
    return true;
}

static bool find(const struct box *in, const char *kind, struct box *found) {
    const uint8_t *at = in->content;
    size_t left = in->length;
    while (next_box(&at, &left, found))
        if (strcmp(found->kind, kind) == 0) return true;
    return false;
}

uint32_t read_scale(const uint8_t *body, size_t length) {
    struct box file = {.content = body, .length = length}, moov, track, media, head;
    if (!find(&file, "moov", &moov) || !find(&moov, "trak", &track) || !find(&track, "mdia", &media)
        || !find(&media, "mdhd", &head) || head.length < 20)
        return 0;
    return head.content[0] == 1 ? (head.length < 32 ? 0 : word(head.content + 20)) : word(head.content + 12);
}

/// How long the samples of a `trun` last, and how many bytes they have.
static bool add_samples(const struct box *run, const struct box *head, uint64_t *ticks, uint64_t *bytes) {
    if (run->length < 8 || head->length < 8) return false;
    const uint32_t flags = word(run->content) & 0xFFFFFF, given = word(head->content) & 0xFFFFFF;
    const uint32_t count = word(run->content + 4);
    size_t at = 8;
    if (given & 1) at += 8;
    if (given & 2) at += 4;
    const uint32_t usual_ticks = given & 8 && at + 4 <= head->length ? word(head->content + at) : 0;
    if (given & 8) at += 4;
    const uint32_t usual_bytes = given & 16 && at + 4 <= head->length ? word(head->content + at) : 0;
    at = 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0);
    const size_t each = 4 * (size_t)__builtin_popcount(flags & 0xF00);
    if (at > run->length || (each != 0 && count > (run->length - at) / each)) return false;
    for (uint32_t index = 0; index < count; index++, at += each) {
        const uint8_t *sample = run->content + at;
        *ticks += flags & 0x100 ? word(sample) : usual_ticks;
        *bytes += flags & 0x200 ? word(sample + (flags & 0x100 ? 4 : 0)) : usual_bytes;
    }
    return true;
}

static bool add_fragment(const struct box *fragment, bool is_first, struct stretch *stretch, uint64_t *bytes) {
    struct box track, head, time, run;
    if (!find(fragment, "traf", &track) || !find(&track, "tfhd", &head) || !find(&track, "tfdt", &time)
        || time.length < 8)
        return false;
    const bool is_long = time.content[0] == 1;
    if (is_long && time.length < 12) return false;
    const uint64_t start = is_long ? long_word(time.content + 4) : word(time.content + 4);
    if (is_first) stretch->start = stretch->end = start;
    if (start != stretch->end) return false;
    const uint8_t *at = track.content;
    size_t left = track.length;
    uint64_t ticks = 0;
    while (next_box(&at, &left, &run))
        if (strcmp(run.kind, "trun") == 0 && !add_samples(&run, &head, &ticks, bytes)) return false;
    stretch->end = start + ticks;
    return true;
}

bool read_part(const uint8_t *body, size_t length, struct stretch *stretch) {
    const uint8_t *at = body;
    size_t left = length;
    struct box box;
    uint64_t promised = 0, there = 0;
    bool is_first = true;
    while (next_box(&at, &left, &box)) {
        if (strcmp(box.kind, "moof") == 0) {
            if (!add_fragment(&box, is_first, stretch, &promised)) return false;
            is_first = false;
        } else if (strcmp(box.kind, "mdat") == 0) {
            there += box.length;
        }
    }
    return left == 0 && !is_first && promised == there && stretch->end > stretch->start;
}

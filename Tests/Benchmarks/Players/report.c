// See report.h.

#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

enum { FAILURES_MAX = 64 };

struct track tracks[KINDS];

static struct {
    char what[NAME_ROOM + 128];
    unsigned count;
} failures[FAILURES_MAX];

static void *grown(void *array, size_t count, size_t *room, size_t each) {
    if (count < *room) return array;
    *room = *room == 0 ? 256 : *room * 2;
    array = realloc(array, *room * each);
    if (array == NULL) fail("realloc");
    return array;
}

size_t part_of(unsigned number, const char *name) {
    struct track *track = &tracks[number];
    for (size_t index = track->count; index > 0; index--)
        if (strcmp(track->parts[index - 1].name, name) == 0) return index - 1;
    track->parts = grown(track->parts, track->count, &track->room, sizeof *track->parts);
    struct part *part = &track->parts[track->count];
    memset(part, 0, sizeof *part);
    snprintf(part->name, sizeof part->name, "%s", name);
    return track->count++;
}

void note(struct moments *moments, uint64_t at_ns) {
    moments->at_ns = grown(moments->at_ns, moments->count, &moments->room, sizeof *moments->at_ns);
    moments->at_ns[moments->count++] = at_ns;
}

void note_failure(const char *what) {
    for (unsigned index = 0; index < FAILURES_MAX; index++) {
        if (failures[index].count == 0) snprintf(failures[index].what, sizeof failures[index].what, "%s", what);
        if (strcmp(failures[index].what, what) == 0 || index == FAILURES_MAX - 1) {
            failures[index].count += 1;
            return;
        }
    }
}

// JSON. Names end at a quotation mark in the lists that they come from, so none of them has one.

static void write_moments(const char *name, const struct moments *moments) {
    printf(",\"%s\":[", name);
    for (size_t index = 0; index < moments->count; index++)
        printf("%s%" PRIu64, index ? "," : "", moments->at_ns[index] / 1000);
    printf("]");
}

void write_tracks(void) {
    for (unsigned number = 0; number < TRACKS; number++) {
        const struct track *track = &tracks[number];
        printf("%s{\"scale\":%u,\"parts\":[", number ? "," : "", track->scale);
        for (size_t index = 0; index < track->count; index++) {
            const struct part *part = &track->parts[index];
            printf(
                "%s\n{\"name\":\"%s\",\"start\":%" PRIu64 ",\"end\":%" PRIu64 ",\"bytes\":%zu", index ? "," : "",
                part->name, part->stretch.start, part->stretch.end, part->length);
            write_moments("mediaUs", &part->media);
            write_moments("listsUs", &part->lists);
            printf("}");
        }
        printf("]}");
    }
}

void write_counts(const struct counts *counts) {
    printf(
        "\"connections\":%" PRIu64 ",\"left\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"unanswered\":%" PRIu64 ",",
        counts->connections, counts->left, counts->refused, counts->unanswered);
}

void write_failures(void) {
    for (unsigned index = 0; index < FAILURES_MAX && failures[index].count > 0; index++)
        printf("%s\"%s\":%u", index ? "," : "", failures[index].what, failures[index].count);
}

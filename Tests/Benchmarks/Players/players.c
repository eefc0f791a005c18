// Players of HLS by the hundred, over HTTP/2 or HTTP/1.1 with TLS on loopback, in one thread. bench_players.py
// and weir/rollover.py say what for, and what its figures mean.
//
//   players PORT ROOT SECONDS PLAYERS CONNECTIONS [lists|mixed] [keep FOLDER]
//   players PORT ROOT SECONDS PLAYERS CONNECTIONS replay FILE
//
// ROOT is the path before the names of lists, "/NAME/hls/". Each player has picture and sound: it asks for
// each list with the part that comes next, every other player for a delta, and for each part when a list
// hints at it. So each waits with two lists and two parts. What it has is judged: each part is whole and
// begins where the last one ended, and is the same for all. It says `ready` when all connections are there,
// and begins when it is given a line. With `lists` all but the first player ask for the list of the picture
// alone. With `mixed`, every second pair of connections is of HTTP/1.1, and every third player plays as those
// do that know no parts: it asks for whole segments, and for the lists every half target duration. 0 SECONDS:
// until it is given another line. With `keep`, what the first player is answered goes to files, numbered,
// with their times.
//
// `replay`: all players ask for what stands in FILE: after a line `@MS`, which says when, so many paths.
//
// Connections are left and made anew as the server wants it (client.h).
//
// Build: clang -O2 -o players *.c -lnghttp2 -lssl -lcrypto -lz

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "crowd.h"
#include "pauses.h"

enum { TEXTS = 4, ROUNDS_TO_BEGIN = 4 };
static const uint64_t LOOK_EVERY_NS = 50000000;

struct crowd crowd;

bool is_over(void) { return now_ns() >= crowd.until_ns; }

void ask(struct follow *follow, const char *name, enum kind kind, unsigned slot) {
    char path[3 * NAME_ROOM];
    snprintf(path, sizeof path, "%s%s", crowd.root, name);
    crowd.requests += 1;
    client_ask(follow->player->client, path, follow, (unsigned)kind | slot << 8);
}

static void give_up(struct follow *follow, const char *what) {
    note_failure(what);
    follow->is_over = true;
}

// Parts

/// Takes what is there in its order.
static void take_in_order(struct follow *follow, uint64_t at_ns) {
    while (follow->count > 0 && follow->asked[follow->first].is_there) {
        const bool is_gap = follow->asked[follow->first].is_gap;
        const size_t index = follow->asked[follow->first].part;
        follow->first = (follow->first + 1) % AHEAD_MAX;
        follow->count -= 1;
        if (is_gap) {
            follow->knows_start = false;
            continue;
        }
        const struct stretch *stretch = &tracks[follow->track].parts[index].stretch;
        if (follow->knows_start && stretch->start != follow->next_start) note_failure("a part that does not follow");
        if (!follow->player->knows_no_parts) note_pause(follow->last_had_ns, at_ns);
        follow->last_had_ns = at_ns;
        follow->next_start = stretch->end;
        follow->knows_start = true;
        follow->last_had = index;
        follow->had += 1;
    }
}

/// In its turn, which is now if nothing is waited for.
static void ask_for_part(struct follow *follow, const struct entry *entry, uint64_t at_ns) {
    if (follow->count == AHEAD_MAX) return give_up(follow, "parts that do not come");
    const unsigned slot = (follow->first + follow->count++) % AHEAD_MAX;
    follow->asked[slot].is_gap = follow->asked[slot].is_there = entry->is_gap;
    snprintf(follow->newest, sizeof follow->newest, "%s", entry->name);
    if (entry->is_gap) return take_in_order(follow, at_ns);
    follow->asked[slot].part = part_of(follow->track, entry->name);
    ask(follow, entry->name, PART, slot);
}

/// Whole, and the same for all players; else it is noted what it is.
static bool is_sound(struct part *part, const struct answer *answer) {
    char what[NAME_ROOM + 128];
    struct stretch stretch;
    if (!read_part(answer->body, answer->length, &stretch)) {
        snprintf(what, sizeof what, "a part that is not whole: %s, %zu bytes", part->name, answer->length);
        return note_failure(what), false;
    }
    if (part->length == 0) {
        part->length = answer->length;
        part->stretch = stretch;
    }
    if (part->length == answer->length && part->stretch.start == stretch.start && part->stretch.end == stretch.end)
        return true;
    snprintf(
        what, sizeof what, "a part that is not the same for all: %s, %zu bytes at %" PRIu64 " and %zu at %" PRIu64,
        part->name, part->length, part->stretch.start, answer->length, stretch.start);
    return note_failure(what), false;
}

static void take_part(struct follow *follow, const struct answer *answer, unsigned slot) {
    struct track *track = &tracks[follow->track];
    struct part *part = &track->parts[follow->asked[slot].part];
    if (!is_sound(part, answer)) {
        follow->is_over = true;
        return;
    }
    if (follow->rounds > ROUNDS_TO_BEGIN) note(&part->media, answer->at_ns);
    follow->asked[slot].is_there = true;
    take_in_order(follow, answer->at_ns);
}

// Lists

/// All players of a round read the same text, so each is read once.
static const struct list *read_once(unsigned track, const struct answer *answer) {
    static struct {
        uint8_t *body;
        size_t length;
        struct list list;
    } texts[KINDS][TEXTS];
    static unsigned next[KINDS];
    for (unsigned index = 0; index < TEXTS; index++) {
        if (texts[track][index].length == answer->length
            && memcmp(texts[track][index].body, answer->body, answer->length) == 0)
            return &texts[track][index].list;
    }
    const unsigned place = next[track];
    if (!read_list(answer->body, answer->length, answer->is_packed, &texts[track][place].list)) return NULL;
    next[track] = (place + 1) % TEXTS;
    texts[track][place].body = realloc(texts[track][place].body, answer->length);
    if (texts[track][place].body == NULL) fail("realloc");
    memcpy(texts[track][place].body, answer->body, answer->length);
    texts[track][place].length = answer->length;
    return &texts[track][place].list;
}

static void ask_for_next_list(struct follow *follow, const struct list *list) {
    char query[2 * NAME_ROOM];
    snprintf(
        query, sizeof query, "%s?_HLS_msn=%" PRIu64 "&_HLS_part=%u%s", crowd.renditions.names[follow->track % TRACKS],
        list->next_segment, list->next_part, follow->player->number % 2 ? "&_HLS_skip=YES" : "");
    ask(follow, query, LIST, 0);
}

static void ask_for_hint(struct follow *follow, const struct list *list, uint64_t at_ns) {
    struct entry hint = {.is_gap = false};
    snprintf(hint.name, sizeof hint.name, "%s", list->hint);
    ask_for_part(follow, &hint, at_ns);
}

static bool has_media(const struct follow *follow) {
    return !crowd.has_lists_alone || follow->player->number == 0;
}

/// As players do that know no parts: from the newest segment on, each in its order.
static void take_list_of_segments(struct follow *follow, const struct list *list, uint64_t at_ns) {
    if (list->segment_count == 0) return give_up(follow, "a list without segments");
    follow->list_due_ns = at_ns + list->target_s * 500000000ull;
    unsigned at = list->segment_count;
    while (at > 0 && strcmp(list->segments[at - 1].name, follow->newest) != 0) at -= 1;
    if (follow->rounds++ == 0) at = list->segment_count - 1;
    else if (at == 0) note_failure("a list without the segment that was the last");
    for (; at < list->segment_count && !is_over(); at++) ask_for_part(follow, &list->segments[at], at_ns);
}

static void take_list(struct follow *follow, const struct answer *answer) {
    const struct list *list = read_once(follow->track, answer);
    if (list != NULL && !list->has_ended && follow->player->knows_no_parts)
        return take_list_of_segments(follow, list, answer->at_ns);
    if (list == NULL || list->count == 0 || list->has_ended) return give_up(follow, "a list without parts");
    const char *last = list->parts[list->count - 1].name;
    if (follow->rounds++ == 0) {
        snprintf(follow->newest, sizeof follow->newest, "%s", last);
        if (has_media(follow)) ask(follow, list->map, INIT, 0);
    } else if (follow->rounds > ROUNDS_TO_BEGIN) {
        note(&tracks[follow->track].parts[part_of(follow->track, last)].lists, answer->at_ns);
    }
    if (is_over()) return;
    if (has_media(follow)) {
        unsigned at = list->count;
        while (at > 0 && strcmp(list->parts[at - 1].name, follow->newest) != 0) at -= 1;
        if (at > 0) {
            for (; at < list->count; at++) ask_for_part(follow, &list->parts[at], answer->at_ns);
        } else if (strcmp(list->hint, follow->newest) != 0) {
            note_failure("a list without what the last one ended with");
        }
        if (list->hint[0] != 0 && strcmp(list->hint, follow->newest) != 0) ask_for_hint(follow, list, answer->at_ns);
    }
    ask_for_next_list(follow, list);
}

static void begin(struct player *player, const struct answer *answer) {
    if (!read_renditions(answer->body, answer->length, answer->is_packed, &crowd.renditions))
        return note_failure("no renditions");
    const unsigned count = crowd.has_lists_alone && player->number > 0 ? 1 : TRACKS;
    for (unsigned track = 0; track < count; track++) {
        if (crowd.renditions.names[track][0] == 0) continue;
        ask(&player->follows[track], crowd.renditions.names[track], FIRST_LIST, 0);
    }
}

static void ask_for_lists_that_are_due(void) {
    const uint64_t now = now_ns();
    for (unsigned index = 0; index < crowd.count * TRACKS; index++) {
        struct follow *follow = &crowd.players[index / TRACKS].follows[index % TRACKS];
        if (follow->list_due_ns == 0 || follow->list_due_ns > now || follow->is_over) continue;
        follow->list_due_ns = 0;
        ask(follow, crowd.renditions.names[follow->track % TRACKS], LIST, 0);
    }
}

// Answers

static void keep(const struct follow *follow, const struct answer *answer, enum kind kind) {
    char path[512];
    snprintf(path, sizeof path, "%s/%u", crowd.folder, crowd.kept_count);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(answer->body, 1, answer->length, file) != answer->length) fail(path);
    fclose(file);
    fprintf(
        crowd.kept, "%u %s %u %" PRIu64 "\n", crowd.kept_count++, kind == PART ? "part" : "list", follow->track,
        answer->at_ns / 1000);
}

static void on_answer(const struct answer *answer, void *owner, unsigned kind_and_slot) {
    struct follow *follow = owner;
    const enum kind kind = kind_and_slot & 0xFF;
    crowd.answers += 1;
    crowd.bytes += answer->length;
    if (answer->status != 200) {
        char what[64];
        snprintf(what, sizeof what, "%d for a %s", answer->status, kind == PART ? "part" : "list");
        return give_up(follow, what);
    }
    if (follow->is_over) return;
    if (crowd.folder != NULL && follow->player->number == 0 && (kind == LIST || kind == PART))
        keep(follow, answer, kind);
    switch (kind) {
    case ROOT: begin(follow->player, answer); break;
    case FIRST_LIST:
    case LIST: take_list(follow, answer); break;
    case INIT: tracks[follow->track].scale = read_scale(answer->body, answer->length); break;
    case PART: take_part(follow, answer, kind_and_slot >> 8); break;
    case REPLAYED: note(&crowd.replayed, answer->at_ns - crowd.round_began_ns); break;
    }
}

// The loop

void turn(uint64_t due_ns) {
    const uint64_t took = dial_turn(&crowd.dial, due_ns);
    if (took > crowd.longest_turn_ns) crowd.longest_turn_ns = took;
}

static void end_when_told(void) {
    struct pollfd input = {.fd = 0, .events = POLLIN};
    if (poll(&input, 1, 0) > 0) crowd.until_ns = now_ns();
}

/// They come within a second.
static void play(double seconds) {
    const uint64_t began = now_ns();
    crowd.until_ns = seconds > 0 ? began + (uint64_t)(seconds * 1e9) : UINT64_MAX;
    unsigned started = 0;
    while (!is_over()) {
        while (started < crowd.count && now_ns() >= began + 1000000000ull * started / crowd.count)
            ask(crowd.players[started++].follows, "index.m3u8", ROOT, 0);
        ask_for_lists_that_are_due();
        const bool all = started == crowd.count;
        const uint64_t soon = now_ns() + LOOK_EVERY_NS;
        const uint64_t due = all ? crowd.until_ns : began + 1000000000ull * started / crowd.count;
        turn(due < soon ? due : soon);
        if (seconds == 0) end_when_told();
    }
}

/// How many parts each player has had of its tracks, and how many it lacks of what others had at the end.
static void write_players(void) {
    for (unsigned number = 0; number < crowd.count; number++) {
        printf("%s[", number ? "," : "");
        for (unsigned track = 0; track < TRACKS; track++) {
            const struct follow *follow = &crowd.players[number].follows[track];
            const struct track *known = &tracks[follow->track];
            size_t newest = known->count;
            while (newest > 0 && known->parts[newest - 1].length == 0) newest -= 1;
            const size_t lacks = newest == 0 ? 0 : newest - 1 - follow->last_had;
            printf("%s[%u,%zu]", track ? "," : "", follow->had, lacks);
        }
        printf("]");
    }
}

static double cpu_seconds(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec)
        + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void write_report(double cpu_s) {
    printf(
        "{\"cpuSeconds\":%.3f,\"longestTurnMs\":%.1f,\"requests\":%" PRIu64 ",\"answers\":%" PRIu64
        ",\"bytes\":%" PRIu64 ",", cpu_s, (double)crowd.longest_turn_ns / 1e6, crowd.requests,
        crowd.answers, crowd.bytes);
    write_counts(&crowd.dial.counts);
    write_pauses();
    printf(",\"failures\":{");
    write_failures();
    printf("},\"players\":[");
    write_players();
    printf("],\"replayedUs\":[");
    write_replayed();
    printf("],\"tracks\":[");
    write_tracks();
    printf("]}\n");
}

static void make_players(unsigned connections, bool are_mixed) {
    struct client **clients = calloc(connections, sizeof *clients);
    crowd.players = calloc(crowd.count, sizeof *crowd.players);
    if (clients == NULL || crowd.players == NULL) fail("starting");
    for (unsigned index = 0; index < connections; index++)
        clients[index] = client_open(&crowd.dial, !are_mixed || index / 2 % 2 == 0);
    for (unsigned number = 0; number < crowd.count; number++) {
        struct player *player = &crowd.players[number];
        player->client = clients[number % connections];
        player->number = number;
        player->knows_no_parts = are_mixed && number % 3 == 2;
        for (unsigned track = 0; track < TRACKS; track++) {
            player->follows[track].player = player;
            player->follows[track].track = track + (player->knows_no_parts ? TRACKS : 0);
        }
    }
    free(clients);
}

static void keep_in(const char *folder) {
    char path[512];
    crowd.folder = folder;
    snprintf(path, sizeof path, "%s/order", folder);
    crowd.kept = fopen(path, "w");
    if (crowd.kept == NULL) fail(path);
}

int main(int count, char **words) {
    if (count < 6) fail("players PORT ROOT SECONDS PLAYERS CONNECTIONS ...");
    signal(SIGPIPE, SIG_IGN);
    crowd.root = words[2];
    crowd.count = (unsigned)atoi(words[4]);
    const double seconds = atof(words[3]);
    crowd.has_lists_alone = count > 6 && strcmp(words[6], "lists") == 0;
    const bool is_mixed = count > 6 && strcmp(words[6], "mixed") == 0;
    const char *file = NULL;
    for (int index = 6; index + 1 < count; index++) {
        if (strcmp(words[index], "keep") == 0) keep_in(words[index + 1]);
        if (strcmp(words[index], "replay") == 0) file = words[index + 1];
    }

    dial_make(&crowd.dial, (uint16_t)atoi(words[1]), on_answer, NULL);
    make_players((unsigned)atoi(words[5]), is_mixed);
    // Handshakes are not what is measured.
    dial_settle(&crowd.dial);
    puts("ready");
    fflush(stdout);
    if (getchar() == EOF) return 1;
    const double before_s = cpu_seconds();
    crowd.until_ns = now_ns() + (uint64_t)(seconds * 1e9);
    pauses_begin();
    if (file != NULL) replay(file);
    else play(seconds);
    if (crowd.kept != NULL) fclose(crowd.kept);
    write_report(cpu_seconds() - before_s);
    return 0;
}

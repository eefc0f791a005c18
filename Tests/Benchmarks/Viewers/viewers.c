// Viewers of live WebM by the hundred over TLS on loopback, in one thread; every second one of them over HTTP/1.1, the
// others over HTTP/2. Each has a connection of its own and stays until its response ends. bench_reloads.py says what
// for.
//
//   viewers PORT PATH VIEWERS FOLDER
//   viewers digest FILE FOLDER
//
// It says `ready` when all have had media, and at the end how many responses ended as they should and what the longest
// pauses were. Digests of the blocks that each had go to FOLDER: NUMBER.TRACK. When its input ends, so does it: all
// viewers leave. `digest` gives those of a file: sent.TRACK.
//
// Build: clang -O2 -o viewers *.c, with client.c, http1.c, http2.c, pauses.c and wire.c of Players,
// -lnghttp2 -lssl -lcrypto

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../Players/client.h"
#include "../Players/pauses.h"
#include "blocks.h"

enum { AT_ONCE = 50, STATUSES_MAX = 600 };
static const uint64_t LOOK_EVERY_NS = 100000000;
// Whoever has no media by then gets none.
static const uint64_t READY_NS = 120000000000;

struct viewer {
    struct blocks blocks;
    uint64_t last_ns;
    bool is_over, is_bad;
};

static struct {
    struct viewer *viewers;
    unsigned count, over, with_media, bad;
    /// How many responses ended with each status; 0: were cut off.
    unsigned statuses[STATUSES_MAX];
    bool is_left;
} audience;

static void on_piece(const uint8_t *bytes, size_t length, uint64_t at_ns, void *owner) {
    struct viewer *viewer = owner;
    const uint64_t before = viewer->blocks.count;
    if (viewer->is_bad) return;
    if (!blocks_take(&viewer->blocks, bytes, length)) {
        viewer->is_bad = true;
        audience.bad += 1;
    }
    if (viewer->blocks.count == before) return;
    if (before == 0) audience.with_media += 1;
    note_pause(viewer->last_ns, at_ns);
    viewer->last_ns = at_ns;
}

static void on_answer(const struct answer *answer, void *owner, unsigned kind) {
    (void)kind;
    struct viewer *viewer = owner;
    audience.statuses[answer->status < STATUSES_MAX ? answer->status : 0] += 1;
    viewer->is_over = true;
    audience.over += 1;
}

static void leave_when_told(void) {
    struct pollfd input = {.fd = 0, .events = POLLIN};
    if (poll(&input, 1, 0) > 0) audience.is_left = true;
}

static void watch(struct dial *dial, const char *path) {
    unsigned asked = 0;
    bool is_ready = false;
    const uint64_t late_ns = now_ns() + READY_NS;
    while (!audience.is_left && audience.over < audience.count) {
        // So many connections at a time: a listener's backlog has an end.
        while (asked < audience.count && dial->shaking < AT_ONCE) {
            struct client *client = client_open(dial, asked % 2 == 0);
            client_ask(client, path, &audience.viewers[asked++], 0);
        }
        dial_turn(dial, now_ns() + LOOK_EVERY_NS);
        if (!is_ready && audience.with_media + audience.over >= audience.count) {
            is_ready = true;
            puts("ready");
            fflush(stdout);
        }
        if (!is_ready && now_ns() > late_ns) fail("a viewer gets no media");
        leave_when_told();
    }
}

static void write_all(const char *folder) {
    char name[16];
    for (unsigned number = 0; number < audience.count; number++) {
        snprintf(name, sizeof name, "%u", number);
        if (!blocks_write(&audience.viewers[number].blocks, folder, name)) fail(folder);
    }
}

static void write_report(const struct dial *dial) {
    printf(
        "{\"viewers\":%u,\"over\":%u,\"bad\":%u,\"refused\":%u,\"statuses\":{", audience.count, audience.over,
        audience.bad, (unsigned)dial->counts.refused);
    const char *separator = "";
    for (unsigned status = 0; status < STATUSES_MAX; status++) {
        if (audience.statuses[status] == 0) continue;
        printf("%s\"%u\":%u", separator, status, audience.statuses[status]);
        separator = ",";
    }
    printf("},");
    write_pauses();
    puts("}");
}

static int digest_of(const char *path, const char *folder) {
    static uint8_t bytes[1 << 16];
    struct blocks blocks = {0};
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail(path);
    size_t length;
    while ((length = fread(bytes, 1, sizeof bytes, file)) > 0)
        if (!blocks_take(&blocks, bytes, length)) return 1;
    fclose(file);
    return blocks_write(&blocks, folder, "sent") ? 0 : 1;
}

int main(int count, char **words) {
    signal(SIGPIPE, SIG_IGN);
    if (count == 4 && strcmp(words[1], "digest") == 0) return digest_of(words[2], words[3]);
    if (count != 5) fail("viewers PORT PATH VIEWERS FOLDER");
    struct dial dial;
    dial_make(&dial, (uint16_t)atoi(words[1]), on_answer, on_piece);
    audience.count = (unsigned)atoi(words[3]);
    audience.viewers = calloc(audience.count, sizeof *audience.viewers);
    if (audience.viewers == NULL) fail("calloc");
    pauses_begin();
    watch(&dial, words[2]);
    write_all(words[4]);
    write_report(&dial);
    return 0;
}

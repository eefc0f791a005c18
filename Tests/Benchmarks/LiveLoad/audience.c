// Viewers of live WebM by the thousand over TLS 1.3 (AES-128-GCM) on loopback, in one thread that has to be cheaper
// than any server: it looks at nothing but the stamps (walk.h) of the publishers' blocks. Viewer number N watches
// /liveN/live, N modulo the number of streams, on a connection of its own.
//
//   audience PORT VIEWERS STREAMS http1|h2
//
// It says `ready` when all have media, or a minute has passed. For each line of input it prints a line of JSON. The line
// `join COUNT` is one more viewer after another, each on a connection that is there already: how long the first key
// frame takes from the request on. Any other line: what came since the last such line, and how late. At the end of the
// input it ends.
//
// Build: clang -O2 -o audience audience.c delays.c walk.c, with client.c, http1.c, http2.c and wire.c of Players,
// -lnghttp2 -lssl -lcrypto

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../Players/client.h"
#include "delays.h"
#include "walk.h"

enum { AT_ONCE = 50, LINE_ROOM = 64, PATH_ROOM = 64, JOINS_MAX = 10000 };
static const uint64_t LOOK_EVERY_NS = 50000000, JOIN_EVERY_NS = 30000000, JOIN_WITHIN_NS = 10000000000;
// A server that is asked too much does not let all in. Whoever has no media by then is counted as missing.
static const uint64_t READY_NS = 60000000000;

struct viewer {
    struct walk walk;
    uint64_t at_ns;
    /// The first key frame of the picture, which a player needs.
    uint64_t key_at_ns;
    bool is_over, is_bad, has_media, joins_late;
};

static struct {
    struct dial dial;
    struct viewer *viewers;
    /// `dropped` are those of `over` who had media.
    unsigned count, streams, asked, with_media, over, dropped, bad;
    bool is_http2, is_ready;
    /// Since the last look. An arrival is a turn in which a viewer had something.
    uint64_t bytes, blocks, arrivals, since_ns;
    double since_cpu_s;
    struct delays delays;
} audience;

// What comes

static void on_begin(const struct block *block, void *owner) {
    struct viewer *viewer = owner;
    if (viewer->key_at_ns == 0 && block->is_key && block->track == PICTURE_TRACK) viewer->key_at_ns = viewer->at_ns;
}

static void on_end(const struct block *block, void *owner) {
    struct viewer *viewer = owner;
    if (!viewer->has_media && !viewer->joins_late) audience.with_media += 1;
    viewer->has_media = true;
    // A late joiner is given what is older.
    if (viewer->joins_late) return;
    audience.blocks += 1;
    if (block->stamp_ns != 0 && viewer->at_ns > block->stamp_ns)
        delays_note(&audience.delays, viewer->at_ns - block->stamp_ns);
}

static void on_piece(const uint8_t *bytes, size_t length, uint64_t at_ns, void *owner) {
    static const struct walk_listener listener = {.began = on_begin, .ended = on_end};
    static const struct viewer *last;
    static uint64_t turn;
    struct viewer *viewer = owner;
    if (last != viewer || turn != audience.dial.turns) audience.arrivals += !viewer->joins_late;
    last = viewer;
    turn = audience.dial.turns;
    viewer->at_ns = at_ns;
    if (!viewer->joins_late) audience.bytes += length;
    if (viewer->is_bad || walk_on(&viewer->walk, bytes, length, &listener, viewer)) return;
    viewer->is_bad = true;
    audience.bad += 1;
}

static void on_answer(const struct answer *answer, void *owner, unsigned kind) {
    (void)answer;
    (void)kind;
    struct viewer *viewer = owner;
    viewer->is_over = true;
    audience.over += !viewer->joins_late;
    audience.dropped += !viewer->joins_late && viewer->has_media;
}

// The loop

static void ask(struct client *client, struct viewer *viewer, unsigned number) {
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "/live%u/live", number % audience.streams);
    client_ask(client, path, viewer, 0);
}

/// So many connections at a time: a listener's backlog has an end.
static void let_in(void) {
    while (audience.asked < audience.count && audience.dial.shaking < AT_ONCE) {
        struct client *client = client_open(&audience.dial, audience.is_http2);
        ask(client, &audience.viewers[audience.asked], audience.asked);
        audience.asked += 1;
    }
}

// Looks

static double cpu_seconds(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec)
        + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void look(void) {
    const uint64_t now = now_ns();
    const double cpu_s = cpu_seconds();
    printf(
        "{\"seconds\":%.3f,\"bytes\":%" PRIu64 ",\"blocks\":%" PRIu64 ",\"arrivals\":%" PRIu64
        ",\"missing\":%u,\"over\":%u,\"dropped\":%u,\"bad\":%u,\"cpuSeconds\":%.3f,\"delays\":",
        (double)(now - audience.since_ns) / 1e9, audience.bytes, audience.blocks, audience.arrivals,
        audience.count - audience.with_media, audience.over, audience.dropped, audience.bad,
        cpu_s - audience.since_cpu_s);
    delays_write(&audience.delays);
    puts("}");
    fflush(stdout);
    audience.bytes = audience.blocks = audience.arrivals = 0;
    audience.since_ns = now;
    audience.since_cpu_s = cpu_s;
    delays_forget(&audience.delays);
}

/// From the request on, on a connection that is there. UINT64_MAX: nothing came.
static uint64_t join(unsigned number) {
    struct viewer *viewer = calloc(1, sizeof *viewer);
    if (viewer == NULL) fail("calloc");
    viewer->joins_late = true;
    struct client *client = client_open(&audience.dial, audience.is_http2);
    dial_settle(&audience.dial);
    const uint64_t began = now_ns();
    ask(client, viewer, number);
    while (viewer->key_at_ns == 0 && !viewer->is_over && now_ns() < began + JOIN_WITHIN_NS)
        dial_turn(&audience.dial, began + JOIN_WITHIN_NS);
    const uint64_t took = viewer->key_at_ns == 0 ? UINT64_MAX : viewer->key_at_ns - began;
    client_close(client);
    free(viewer);
    while (now_ns() < began + JOIN_EVERY_NS) dial_turn(&audience.dial, began + JOIN_EVERY_NS);
    return took;
}

static void join_in_turn(unsigned count) {
    static struct delays joins;
    unsigned failed = 0;
    delays_forget(&joins);
    for (unsigned number = 0; number < count; number++) {
        const uint64_t took = join(number);
        if (took == UINT64_MAX) failed += 1;
        else delays_note(&joins, took);
    }
    printf("{\"failed\":%u,\"joins\":", failed);
    delays_write(&joins);
    puts("}");
    fflush(stdout);
}

/// False at the end of the input.
static bool answer(void) {
    struct pollfd input = {.fd = 0, .events = POLLIN};
    char line[LINE_ROOM] = {0};
    if (poll(&input, 1, 0) <= 0) return true;
    if (read(0, line, sizeof line - 1) <= 0) return false;
    unsigned count;
    if (sscanf(line, "join %u", &count) == 1 && count <= JOINS_MAX) join_in_turn(count);
    else look();
    return true;
}

int main(int count, char **words) {
    if (count != 5) return fputs("audience PORT VIEWERS STREAMS http1|h2\n", stderr), 2;
    signal(SIGPIPE, SIG_IGN);
    dial_make(&audience.dial, (uint16_t)atoi(words[1]), on_answer, on_piece);
    audience.count = (unsigned)atoi(words[2]);
    audience.streams = (unsigned)atoi(words[3]);
    audience.is_http2 = strcmp(words[4], "h2") == 0;
    audience.viewers = calloc(audience.count, sizeof *audience.viewers);
    if (audience.viewers == NULL || audience.streams == 0) fail("starting");
    audience.since_ns = now_ns();
    const uint64_t late_ns = now_ns() + READY_NS;
    while (answer()) {
        let_in();
        dial_turn(&audience.dial, now_ns() + LOOK_EVERY_NS);
        if (audience.is_ready) continue;
        const unsigned refused = audience.over - audience.dropped;
        audience.is_ready = audience.with_media + refused >= audience.count || now_ns() > late_ns;
        if (!audience.is_ready) continue;
        puts("ready");
        fflush(stdout);
    }
    return 0;
}

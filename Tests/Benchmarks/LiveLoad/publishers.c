// Publishers by the thousand over TLS on loopback, in one thread. Each sends the same recording in real time, as source
// clients of Icecast do: a PUT with `Expect: 100-continue` whose body ends with the connection, which Weir takes as
// well. Each block gets a stamp of CLOCK_MONOTONIC (walk.h) in the moment in which it is handed to the kernel.
//
//   publishers PORT FILE COUNT GATHER_MILLISECONDS AUTHORIZATION|-
//
// They publish /live0/live, /live1/live ..., one after another as they are connected, so they do not all send at the
// same moment. Blocks of so many milliseconds go out together; with 0, each as soon as a live source would have it.
// It says `ready` when all are connected. For each line of input it prints a line of JSON: what was sent until now.
// At the end of the input it ends.
//
// Build: clang -O2 -o publishers publishers.c source.c walk.c, -lssl -lcrypto

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "source.h"

enum { LOOK_EVERY_NS = 20000000 };

static struct {
    struct recording recording;
    struct source *sources;
    unsigned count, connected;
    uint64_t gather_ns;
} studio;

static double cpu_seconds(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec)
        + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void write_report(void) {
    uint64_t bytes = 0, blocks = 0, writes = 0;
    unsigned over = 0;
    for (unsigned index = 0; index < studio.connected; index++) {
        const struct source *source = &studio.sources[index];
        bytes += source->sent_bytes;
        blocks += source->next_block;
        writes += source->writes;
        over += source->is_over;
    }
    printf(
        "{\"bytes\":%" PRIu64 ",\"blocks\":%" PRIu64 ",\"writes\":%" PRIu64 ",\"over\":%u,\"cpuSeconds\":%.3f}\n",
        bytes, blocks, writes, over, cpu_seconds());
    fflush(stdout);
}

/// False at the end of the input.
static bool answer(void) {
    struct pollfd input = {.fd = 0, .events = POLLIN};
    char line[64];
    if (poll(&input, 1, 0) <= 0) return true;
    if (read(0, line, sizeof line) <= 0) return false;
    write_report();
    return true;
}

static void sleep_until(uint64_t due_ns) {
    const struct timespec at = {(time_t)(due_ns / 1000000000u), (long)(due_ns % 1000000000u)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

/// Sends what is due. Returns when there will be more, at the latest after `LOOK_EVERY_NS`.
static uint64_t send_due(void) {
    const uint64_t now = source_now_ns();
    uint64_t next = now + LOOK_EVERY_NS;
    for (unsigned index = 0; index < studio.connected; index++) {
        struct source *source = &studio.sources[index];
        if (!source->is_over && source->due_ns <= now) source_send(source);
        if (!source->is_over && source->due_ns < next) next = source->due_ns;
    }
    return next;
}

int main(int count, char **words) {
    if (count != 6) return fputs("publishers PORT FILE COUNT GATHER_MILLISECONDS AUTHORIZATION|-\n", stderr), 2;
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_TIMERSLACK, 1);
    recording_read(&studio.recording, words[2]);
    studio.count = (unsigned)atoi(words[3]);
    studio.gather_ns = strtoull(words[4], NULL, 10) * 1000000u;
    studio.sources = calloc(studio.count, sizeof *studio.sources);
    if (studio.sources == NULL) source_fail("calloc");
    const char *authorization = strcmp(words[5], "-") == 0 ? NULL : words[5];
    while (answer()) {
        if (studio.connected == studio.count) {
            sleep_until(send_due());
            continue;
        }
        source_open(
            &studio.sources[studio.connected], &studio.recording, (uint16_t)atoi(words[1]), studio.connected,
            authorization, studio.gather_ns);
        studio.connected += 1;
        if (studio.connected == studio.count) {
            puts("ready");
            fflush(stdout);
        }
        send_due();
    }
    return 0;
}

// See pauses.h.

#include "pauses.h"

#include <stdio.h>

#include "client.h"

enum { SECONDS_MAX = 4096 };

static uint64_t began_ns, longest_ns[SECONDS_MAX];

void pauses_begin(void) { began_ns = now_ns(); }

void note_pause(uint64_t last_ns, uint64_t now_ns) {
    const uint64_t second = (now_ns - began_ns) / 1000000000u;
    if (last_ns == 0 || second >= SECONDS_MAX) return;
    if (now_ns - last_ns > longest_ns[second]) longest_ns[second] = now_ns - last_ns;
}

void write_pauses(void) {
    unsigned count = SECONDS_MAX;
    while (count > 0 && longest_ns[count - 1] == 0) count -= 1;
    printf("\"pauses\":{\"beganS\":%.3f,\"longestMs\":[", (double)began_ns / 1e9);
    for (unsigned second = 0; second < count; second++)
        printf("%s%.0f", second ? "," : "", (double)longest_ns[second] / 1e6);
    printf("]}");
}

// See delays.h.

#include "delays.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void delays_note(struct delays *delays, uint64_t delay_ns) {
    const uint64_t step = delay_ns / DELAY_STEP_NS;
    delays->counts[step < DELAY_STEPS ? step : DELAY_STEPS - 1] += 1;
    delays->count += 1;
    if (delay_ns > delays->longest_ns) delays->longest_ns = delay_ns;
}

double delays_share(const struct delays *delays, double of_hundred) {
    const double wanted = (double)delays->count * of_hundred / 100;
    uint64_t seen = 0;
    for (unsigned step = 0; step < DELAY_STEPS && delays->count > 0; step++) {
        seen += delays->counts[step];
        if ((double)seen >= wanted) return (double)(step + 1) * (double)DELAY_STEP_NS / 1e6;
    }
    return 0;
}

void delays_write(const struct delays *delays) {
    printf(
        "{\"count\":%" PRIu64 ",\"p50Ms\":%.1f,\"p95Ms\":%.1f,\"p99Ms\":%.1f,\"maxMs\":%.1f}", delays->count,
        delays_share(delays, 50), delays_share(delays, 95), delays_share(delays, 99),
        (double)delays->longest_ns / 1e6);
}

void delays_forget(struct delays *delays) { memset(delays, 0, sizeof *delays); }

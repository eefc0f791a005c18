// How late things came: a count for each tenth of a millisecond.

#ifndef DELAYS_H
#define DELAYS_H

#include <stdint.h>

enum { DELAY_STEPS = 300000 };
static const uint64_t DELAY_STEP_NS = 100000;

struct delays {
    uint32_t counts[DELAY_STEPS];
    uint64_t count;
    uint64_t longest_ns;
};

void delays_note(struct delays *delays, uint64_t delay_ns);
/// The delay that so many of a hundred do not exceed, in milliseconds; 0 when there is none.
double delays_share(const struct delays *delays, double of_hundred);
/// As JSON: {"count":..,"p50Ms":..,"p95Ms":..,"p99Ms":..,"maxMs":..}.
void delays_write(const struct delays *delays);
void delays_forget(struct delays *delays);

#endif

// The longest pause of anybody, for each second of a run in which one ended.

#ifndef PAUSES_H
#define PAUSES_H

#include <stdint.h>

/// Seconds count from here.
void pauses_begin(void);
/// Somebody had something at `last_ns` (0: never) and again now.
void note_pause(uint64_t last_ns, uint64_t now_ns);
/// As JSON: when the first second began (CLOCK_MONOTONIC), and milliseconds for each.
void write_pauses(void);

#endif

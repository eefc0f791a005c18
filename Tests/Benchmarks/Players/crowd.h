// The players of a run and what they had. Of players.c and replay.c.

#ifndef CROWD_H
#define CROWD_H

#include <stdio.h>

#include "client.h"
#include "report.h"

/// More than the parts of a list: when a starved machine sends much at once, a player asks for all of it.
enum { AHEAD_MAX = 128 };
enum kind { ROOT, FIRST_LIST, LIST, INIT, PART, REPLAYED };

/// One player's way through one track.
struct follow {
    struct player *player;
    unsigned track, rounds;
    /// The newest part that was asked for.
    char newest[NAME_ROOM];
    /// Parts that were asked for, in their order; a slot is free again when its part was judged.
    struct {
        size_t part;
        /// A gap is passed over in its turn.
        bool is_there, is_gap;
    } asked[AHEAD_MAX];
    unsigned first, count;
    /// Where the next part is to begin.
    uint64_t next_start;
    bool knows_start, is_over;
    unsigned had;
    size_t last_had;
    uint64_t last_had_ns;
    /// Of those that know no parts: when to ask for the list again.
    uint64_t list_due_ns;
};

struct player {
    struct client *client;
    unsigned number;
    bool knows_no_parts;
    struct follow follows[TRACKS];
};

struct crowd {
    const char *root, *folder;
    struct dial dial;
    uint64_t until_ns;
    bool has_lists_alone;
    struct player *players;
    unsigned count;
    struct renditions renditions;
    FILE *kept;
    unsigned kept_count;
    uint64_t requests, answers, bytes, longest_turn_ns;
    struct moments replayed;
    uint64_t round_began_ns;
};

extern struct crowd crowd;

bool is_over(void);
void ask(struct follow *follow, const char *name, enum kind kind, unsigned slot);
/// Reads and answers what comes until then.
void turn(uint64_t due_ns);

// Of replay.c.
void replay(const char *path);
void write_replayed(void);

#endif

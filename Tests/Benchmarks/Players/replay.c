// Players that all ask for what stands in a file, at its pace.

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "crowd.h"

/// What was asked for has to be answered, too.
static void turn_until(uint64_t due_ns) {
    while (now_ns() < due_ns || crowd.answers < crowd.requests) {
        if (is_over()) return;
        turn(now_ns() < due_ns ? due_ns : crowd.until_ns);
    }
}

void replay(const char *path) {
    FILE *file = fopen(path, "r");
    char line[3 * NAME_ROOM];
    if (file == NULL) fail(path);
    const uint64_t began = now_ns();
    while (fgets(line, sizeof line, file) != NULL && !is_over()) {
        line[strcspn(line, "\n")] = 0;
        if (line[0] == '@') {
            turn_until(began + strtoull(line + 1, NULL, 10) * 1000000);
            crowd.round_began_ns = now_ns();
            continue;
        }
        for (unsigned index = 0; index < crowd.count; index++)
            ask(crowd.players[index].follows, line, REPLAYED, 0);
    }
    turn_until(now_ns());
    fclose(file);
}

void write_replayed(void) {
    for (size_t index = 0; index < crowd.replayed.count; index++)
        printf("%s%" PRIu64, index ? "," : "", crowd.replayed.at_ns[index] / 1000);
}

// One publisher of a recording: its connection, and what is due of it. Of publishers.c.

#ifndef SOURCE_H
#define SOURCE_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recorded_block {
    /// From the end of the one before: what stands between them (a cluster's head) goes with it.
    size_t start, end;
    /// In the recording.
    uint64_t at_ns;
};

struct recording {
    uint8_t *bytes;
    /// What comes before the first block.
    size_t head_length;
    struct recorded_block *blocks;
    size_t count, room;
};

struct source {
    const struct recording *recording;
    SSL *tls;
    int socket;
    uint64_t gather_ns, began_ns;
    /// When it has something to send.
    uint64_t due_ns;
    /// `next_block` is the first that was not handed over.
    size_t next_block;
    uint8_t *unsent;
    size_t unsent_length, unsent_at;
    uint64_t sent_bytes, writes;
    /// The recording has ended, or the server has hung up.
    bool is_over;
};

uint64_t source_now_ns(void);
_Noreturn void source_fail(const char *what);

/// Ends the program when it is no WebM.
void recording_read(struct recording *recording, const char *path);
/// Connects and waits until the server takes it. Ends the program when it does not, or says nothing.
void source_open(
    struct source *source, const struct recording *recording, uint16_t port, unsigned number,
    const char *authorization, uint64_t gather_ns);
/// Hands over what is due, as far as the kernel takes it.
void source_send(struct source *source);

#endif

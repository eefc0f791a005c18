// One connection of a client: TLS with HTTP/2 or HTTP/1.1 over loopback, without blocking, driven by epoll.
// Certificates are not checked, and no answer is refused: this makes load, the end-to-end suite judges protocols.
// Only client.c knows wires; everybody else asks a client.

#ifndef WIRE_H
#define WIRE_H

#include <nghttp2/nghttp2.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client.h"
#include "http1.h"

enum { PATH_ROOM = 320, HEAD_ROOM = 512 };

struct request {
    struct request *next;
    void *owner;
    unsigned kind, tries;
    char path[PATH_ROOM];
    struct answer answer;
};

enum outcome {
    ANSWERED,
    /// The server has not looked at it, and says so: HTTP/2's GOAWAY and REFUSED_STREAM.
    REFUSED,
    /// A kept connection of HTTP/1.1 was closed before a byte of the answer came.
    UNANSWERED,
    BROKEN
};

struct wire {
    struct dial *dial;
    struct client *client;
    struct wire *next, *next_dirty, *next_dead;
    int socket;
    SSL *tls;
    /// Of HTTP/2; NULL is a connection of HTTP/1.1, which has one request at a time.
    nghttp2_session *session;
    struct http1 http1;
    char head[HEAD_ROOM];
    /// What waits for an answer.
    struct request *under_way;
    const uint8_t *unsent;
    size_t unsent_length;
    uint64_t read_at_ns;
    /// `is_leaving`: nothing may be asked here any more. `was_used`: it has answered before.
    bool is_open, is_shaking, is_leaving, was_used, waits_for_room, is_dirty;
};

/// Begins to connect; what is asked meanwhile waits. Ends the program when there is no socket.
struct wire *wire_open(struct dial *dial, struct client *client, bool is_http2);
/// It is under way after the next `dial_flush`.
void wire_ask(struct wire *wire, struct request *request);
/// When epoll says so, with the wire in `data.ptr`.
void wire_turn(struct wire *wire);
/// Its requests get their outcome. The wire is freed after the turn.
void wire_end(struct wire *wire);
/// Takes it out of those under way.
void wire_forget(struct wire *wire, struct request *request);
void wire_is_dirty(struct wire *wire);

/// A piece of the body of an answer.
void wire_piece(struct wire *wire, struct request *request, const uint8_t *bytes, size_t length);

// Of http2.c.
nghttp2_session *http2_session(struct wire *wire);
void http2_ask(struct wire *wire, struct request *request);

/// What client.c does when a request has its outcome, or a wire can take another one.
void client_take(struct client *client, struct request *request, enum outcome outcome);
void client_lost(struct client *client, struct wire *wire);
void client_is_free(struct client *client);

#endif

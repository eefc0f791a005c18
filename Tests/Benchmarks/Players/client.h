// The connections of one client, which goes on as browsers do when the server wants it to connect anew: after GOAWAY,
// after `connection: close`, and when a kept connection was closed. HTTP/2 has one connection at a time (and those
// that still finish), HTTP/1.1 up to six with one request each.

#ifndef CLIENT_H
#define CLIENT_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// What came for one request. The bytes are gone after the call.
struct answer {
    /// 0: there was none, the stream was reset or the connection ended.
    int status;
    bool is_packed;
    uint8_t *body;
    size_t length, room;
    /// Of CLOCK_MONOTONIC, after its last byte was read.
    uint64_t at_ns;
};

/// `owner` and `kind` are what `client_ask` was given. May ask again.
typedef void (*answered)(const struct answer *answer, void *owner, unsigned kind);
/// A piece of a body that is not collected: an answer has none then. May not ask.
typedef void (*streamed)(const uint8_t *bytes, size_t length, uint64_t at_ns, void *owner);

/// How often clients did what is no failure.
struct counts {
    uint64_t connections;
    /// Connections that the server wanted to be left: by GOAWAY, by `connection: close`.
    uint64_t left;
    /// Requests that were sent again: the server had said that it has not looked at them; or a kept connection of
    /// HTTP/1.1 was closed before a byte of the answer came, which no server can always avoid.
    uint64_t refused, unanswered;
};

struct client;
struct wire;

/// What all clients of a program share. `done` is called for every request once.
struct dial {
    SSL_CTX *contexts[2];
    int epoll;
    uint16_t port;
    answered done;
    streamed piece;
    struct counts counts;
    /// Connections whose handshake is under way.
    unsigned shaking;
    /// How often a connection was looked at because it could be read or written.
    uint64_t turns;
    struct wire *dirty, *dead;
};

/// `piece` may be NULL: bodies are collected.
void dial_make(struct dial *dial, uint16_t port, answered done, streamed piece);
/// Sends what was asked since.
void dial_flush(struct dial *dial);
/// Waits until `due_ns` at the longest, and reads and answers what there is. Returns how long the latter took.
uint64_t dial_turn(struct dial *dial, uint64_t due_ns);
/// Until all handshakes are done.
void dial_settle(struct dial *dial);

/// Begins to connect.
struct client *client_open(struct dial *dial, bool is_http2);
/// It is under way after the next `dial_flush` or `dial_turn`.
void client_ask(struct client *client, const char *path, void *owner, unsigned kind);

/// Hangs up. What has no answer yet gets none: `done` is told so.
void client_close(struct client *client);

uint64_t now_ns(void);
_Noreturn void fail(const char *what);

#endif

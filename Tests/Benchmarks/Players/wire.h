// One connection of a client: TLS and HTTP/2 over loopback, without blocking, driven by epoll. Certificates
// are not checked, and no answer is refused: this makes load, the end-to-end suite judges protocols.

#ifndef WIRE_H
#define WIRE_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire;

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

/// `owner` and `kind` are what `wire_ask` was given. May ask again.
typedef void (*answered)(const struct answer *answer, void *owner, unsigned kind);

/// Connects and shakes hands, blocking; ends the program when that fails.
struct wire *wire_open(SSL_CTX *context, int epoll, uint16_t port, answered done);

/// The request is under way after the next `wire_flush`, or when the answer that is read has been read.
void wire_ask(struct wire *wire, const char *path, void *owner, unsigned kind);
void wire_flush(struct wire *wire);

/// When epoll says so, with the wire in `data.ptr`.
void wire_turn(struct wire *wire);

uint64_t now_ns(void);
_Noreturn void fail(const char *what);

#endif

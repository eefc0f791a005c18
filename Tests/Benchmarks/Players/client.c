// See client.h.

#include "client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include "wire.h"

enum { CHANNELS_MAX = 6, TRIES_MAX = 3, EVENTS = 256, SETTLE_S = 30, READ_AHEAD = 65536 };

struct client {
    struct dial *dial;
    bool is_http2;
    struct wire *wires;
    /// For a connection of HTTP/1.1 that is free.
    struct request *waiting;
};

uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void fail(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

// Which connection

static struct wire *add(struct client *client) {
    struct wire *wire = wire_open(client->dial, client, client->is_http2);
    wire->next = client->wires;
    client->wires = wire;
    client->dial->counts.connections += 1;
    return wire;
}

/// NULL: all that it may have are busy.
static struct wire *choose(struct client *client) {
    unsigned count = 0;
    for (struct wire *wire = client->wires; wire != NULL; wire = wire->next) {
        if (!wire->is_leaving && (client->is_http2 || wire->under_way == NULL)) return wire;
        count += 1;
    }
    return client->is_http2 || count < CHANNELS_MAX ? add(client) : NULL;
}

static void assign(struct client *client, struct request *request) {
    struct wire *wire = choose(client);
    if (wire != NULL) return wire_ask(wire, request);
    struct request **last = &client->waiting;
    while (*last != NULL) last = &(*last)->next;
    request->next = NULL;
    *last = request;
}

void client_is_free(struct client *client) {
    while (client->waiting != NULL) {
        struct wire *wire = choose(client);
        if (wire == NULL) return;
        struct request *request = client->waiting;
        client->waiting = request->next;
        wire_ask(wire, request);
    }
}

void client_lost(struct client *client, struct wire *wire) {
    struct wire **link = &client->wires;
    while (*link != NULL && *link != wire) link = &(*link)->next;
    if (*link != NULL) *link = wire->next;
}

// Outcomes

static void try_again(struct client *client, struct request *request) {
    free(request->answer.body);
    memset(&request->answer, 0, sizeof request->answer);
    request->tries += 1;
    assign(client, request);
}

void client_take(struct client *client, struct request *request, enum outcome outcome) {
    struct dial *dial = client->dial;
    if (outcome == REFUSED && request->tries < TRIES_MAX) {
        dial->counts.refused += 1;
        return try_again(client, request);
    }
    if (outcome == UNANSWERED && request->tries == 0) {
        dial->counts.unanswered += 1;
        return try_again(client, request);
    }
    if (outcome != ANSWERED) request->answer.status = 0;
    dial->done(&request->answer, request->owner, request->kind);
    free(request->answer.body);
    free(request);
}

struct client *client_open(struct dial *dial, bool is_http2) {
    struct client *client = calloc(1, sizeof *client);
    if (client == NULL) fail("calloc");
    client->dial = dial;
    client->is_http2 = is_http2;
    add(client);
    return client;
}

void client_ask(struct client *client, const char *path, void *owner, unsigned kind) {
    struct request *request = calloc(1, sizeof *request);
    if (request == NULL) fail("calloc");
    request->owner = owner;
    request->kind = kind;
    snprintf(request->path, sizeof request->path, "%s", path);
    assign(client, request);
}

void client_close(struct client *client) {
    while (client->wires != NULL) wire_end(client->wires);
    free(client);
}

// All of them

static SSL_CTX *context_for(const char *protocol) {
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (context == NULL
        || SSL_CTX_set_alpn_protos(context, (const uint8_t *)protocol, (unsigned)strlen(protocol)) != 0)
        fail("TLS");
    // One cipher for all servers that are compared; and few reads, without a buffer for each that waits.
    if (SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1
        || SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") != 1)
        fail("TLS");
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, READ_AHEAD);
    SSL_CTX_set_mode(
        context,
        SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    return context;
}

void dial_make(struct dial *dial, uint16_t port, answered done, streamed piece) {
    memset(dial, 0, sizeof *dial);
    dial->contexts[0] = context_for("\x08http/1.1");
    dial->contexts[1] = context_for("\x02h2");
    dial->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (dial->epoll < 0) fail("epoll");
    dial->port = port;
    dial->done = done;
    dial->piece = piece;
}

/// An event of the same batch may still name a wire that has ended, so they are freed afterwards.
static void bury(struct dial *dial) {
    while (dial->dead != NULL) {
        struct wire *wire = dial->dead;
        dial->dead = wire->next_dead;
        if (wire->session != NULL) nghttp2_session_del(wire->session);
        SSL_free(wire->tls);
        free(wire);
    }
}

uint64_t dial_turn(struct dial *dial, uint64_t due_ns) {
    struct epoll_event events[EVENTS];
    dial_flush(dial);
    const uint64_t before = now_ns();
    const int wait_ms = due_ns <= before ? 0 : (int)((due_ns - before) / 1000000) + 1;
    const int count = epoll_wait(dial->epoll, events, EVENTS, wait_ms);
    const uint64_t began = now_ns();
    for (int index = 0; index < count; index++) {
        if (events[index].data.ptr == NULL) continue;
        dial->turns += 1;
        wire_turn(events[index].data.ptr);
        dial_flush(dial);
    }
    bury(dial);
    return now_ns() - began;
}

void dial_settle(struct dial *dial) {
    const uint64_t until = now_ns() + SETTLE_S * 1000000000ull;
    while (dial->shaking > 0 && now_ns() < until) dial_turn(dial, until);
    if (dial->shaking > 0) fail("handshakes that do not end");
}

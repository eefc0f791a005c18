// See wire.h.

#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { READ_AT_ONCE = 256 * 1024 };

// Its life

struct wire *wire_open(struct dial *dial, struct client *client, bool is_http2) {
    struct wire *wire = calloc(1, sizeof *wire);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(dial->port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int one = 1;
    if (wire == NULL) fail("calloc");
    wire->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (wire->socket < 0) fail("socket");
    if (connect(wire->socket, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS)
        fail("connect");
    setsockopt(wire->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    wire->tls = SSL_new(dial->contexts[is_http2]);
    if (wire->tls == NULL || SSL_set_fd(wire->tls, wire->socket) != 1) fail("TLS");
    SSL_set_tlsext_host_name(wire->tls, "localhost");
    SSL_set_connect_state(wire->tls);
    wire->dial = dial;
    wire->client = client;
    wire->is_open = wire->is_shaking = wire->waits_for_room = true;
    dial->shaking += 1;
    if (is_http2) wire->session = http2_session(wire);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = wire};
    if (epoll_ctl(dial->epoll, EPOLL_CTL_ADD, wire->socket, &event) != 0) fail("epoll");
    return wire;
}

void wire_forget(struct wire *wire, struct request *request) {
    struct request **link = &wire->under_way;
    while (*link != NULL && *link != request) link = &(*link)->next;
    if (*link != NULL) *link = request->next;
}

static enum outcome outcome_at_end(const struct wire *wire) {
    if (wire->session != NULL) return BROKEN;
    if (http1_may_end(&wire->http1)) return ANSWERED;
    return wire->was_used && !wire->http1.has_begun ? UNANSWERED : BROKEN;
}

void wire_end(struct wire *wire) {
    if (!wire->is_open) return;
    wire->is_open = false;
    if (wire->is_shaking) wire->dial->shaking -= 1;
    epoll_ctl(wire->dial->epoll, EPOLL_CTL_DEL, wire->socket, NULL);
    close(wire->socket);
    client_lost(wire->client, wire);
    wire->next_dead = wire->dial->dead;
    wire->dial->dead = wire;
    const enum outcome outcome = outcome_at_end(wire);
    while (wire->under_way != NULL) {
        struct request *request = wire->under_way;
        wire->under_way = request->next;
        request->answer.at_ns = wire->read_at_ns;
        client_take(wire->client, request, outcome);
    }
    client_is_free(wire->client);
}

// Asking

void wire_is_dirty(struct wire *wire) {
    if (wire->is_dirty) return;
    wire->is_dirty = true;
    wire->next_dirty = wire->dial->dirty;
    wire->dial->dirty = wire;
}

void wire_ask(struct wire *wire, struct request *request) {
    request->next = wire->under_way;
    wire->under_way = request;
    wire_is_dirty(wire);
    if (wire->session != NULL) return http2_ask(wire, request);
    http1_begin(&wire->http1);
    const int length = snprintf(
        wire->head, sizeof wire->head,
        "GET %s HTTP/1.1\r\nHost: localhost:%u\r\nAccept-Encoding: gzip\r\nUser-Agent: players\r\n\r\n",
        request->path, wire->dial->port);
    wire->unsent = (const uint8_t *)wire->head;
    wire->unsent_length = (size_t)length;
}

static void wait_for_room(struct wire *wire, bool waits) {
    if (wire->waits_for_room == waits) return;
    wire->waits_for_room = waits;
    struct epoll_event event = {.events = EPOLLIN | (waits ? EPOLLOUT : 0), .data.ptr = wire};
    epoll_ctl(wire->dial->epoll, EPOLL_CTL_MOD, wire->socket, &event);
}

/// False when there is nothing to send.
static bool has_unsent(struct wire *wire) {
    if (wire->unsent_length > 0) return true;
    if (wire->session == NULL) return false;
    const ssize_t length = nghttp2_session_mem_send(wire->session, &wire->unsent);
    wire->unsent_length = length > 0 ? (size_t)length : 0;
    return length > 0;
}

static void flush(struct wire *wire) {
    while (wire->is_open && !wire->is_shaking && has_unsent(wire)) {
        const int sent = SSL_write(wire->tls, wire->unsent, (int)wire->unsent_length);
        if (sent <= 0) {
            if (SSL_get_error(wire->tls, sent) == SSL_ERROR_WANT_WRITE) return wait_for_room(wire, true);
            return wire_end(wire);
        }
        wire->unsent += sent;
        wire->unsent_length -= (size_t)sent;
    }
    if (wire->is_open && !wire->is_shaking) wait_for_room(wire, false);
}

void dial_flush(struct dial *dial) {
    while (dial->dirty != NULL) {
        struct wire *wire = dial->dirty;
        dial->dirty = wire->next_dirty;
        wire->is_dirty = false;
        flush(wire);
    }
}

// Reading

void wire_piece(struct wire *wire, struct request *request, const uint8_t *bytes, size_t length) {
    struct answer *answer = &request->answer;
    if (wire->dial->piece != NULL && answer->status == 200)
        return wire->dial->piece(bytes, length, wire->read_at_ns, request->owner);
    if (answer->length + length > answer->room) {
        answer->room = (answer->length + length) * 2;
        answer->body = realloc(answer->body, answer->room);
        if (answer->body == NULL) fail("realloc");
    }
    memcpy(answer->body + answer->length, bytes, length);
    answer->length += length;
}

static void piece_of_http1(void *context, const uint8_t *bytes, size_t length) {
    struct wire *wire = context;
    wire->under_way->answer.status = wire->http1.status;
    wire_piece(wire, wire->under_way, bytes, length);
}

/// One answer at a time, since nothing is asked before it is there.
static void read_http1(struct wire *wire, const uint8_t *bytes, size_t length) {
    struct request *request = wire->under_way;
    if (request == NULL) return wire_end(wire);
    const size_t taken = http1_take(&wire->http1, bytes, length, piece_of_http1, wire);
    if (wire->http1.state == BAD || taken < length) return wire_end(wire);
    if (wire->http1.state != WHOLE) return;
    wire->under_way = NULL;
    wire->was_used = true;
    request->answer.status = wire->http1.status;
    request->answer.is_packed = wire->http1.is_packed;
    request->answer.at_ns = wire->read_at_ns;
    if (wire->http1.closes) {
        wire->is_leaving = true;
        wire->dial->counts.left += 1;
        wire_end(wire);
    }
    client_take(wire->client, request, ANSWERED);
    client_is_free(wire->client);
}

static bool has_shaken_hands(struct wire *wire) {
    if (!wire->is_shaking) return true;
    const int done = SSL_do_handshake(wire->tls);
    if (done != 1) {
        const int error = SSL_get_error(wire->tls, done);
        if (error == SSL_ERROR_WANT_READ) wait_for_room(wire, false);
        else if (error != SSL_ERROR_WANT_WRITE) wire_end(wire);
        return false;
    }
    wire->is_shaking = false;
    wire->dial->shaking -= 1;
    return true;
}

/// The socket may have been read, and more be waiting inside TLS: a turn reads all of it.
void wire_turn(struct wire *wire) {
    static uint8_t bytes[READ_AT_ONCE];
    if (!wire->is_open || !has_shaken_hands(wire)) return;
    while (wire->is_open) {
        const int length = SSL_read(wire->tls, bytes, sizeof bytes);
        if (length <= 0) {
            if (SSL_get_error(wire->tls, length) != SSL_ERROR_WANT_READ) wire_end(wire);
            break;
        }
        wire->read_at_ns = now_ns();
        if (wire->session == NULL) read_http1(wire, bytes, (size_t)length);
        else if (nghttp2_session_mem_recv(wire->session, bytes, (size_t)length) < 0) wire_end(wire);
    }
    if (wire->is_open) flush(wire);
    if (wire->is_open && wire->is_leaving && wire->under_way == NULL) wire_end(wire);
}

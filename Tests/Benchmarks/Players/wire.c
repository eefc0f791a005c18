// See wire.h. nghttp2 keeps the protocol; what it has to send waits in it until the socket takes it.

#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { READ_AT_ONCE = 256 * 1024, STREAM_WINDOW = 4 << 20, CONNECTION_WINDOW = 64 << 20 };

struct wire {
    int socket, epoll;
    SSL *tls;
    nghttp2_session *session;
    answered done;
    uint64_t read_at_ns;
    char authority[32];
    const uint8_t *unsent;
    size_t unsent_length;
    bool is_open, waits_for_room;
};

struct request {
    void *owner;
    unsigned kind;
    struct answer answer;
};

uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void fail(const char *what) {
    fprintf(stderr, "players: %s: %s\n", what, strerror(errno));
    exit(1);
}

// Answers

static int on_header(
    nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_length,
    const uint8_t *value, size_t value_length, uint8_t flags, void *context) {
    (void)flags;
    (void)context;
    struct request *request = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    if (request == NULL) return 0;
    if (name_length == 7 && memcmp(name, ":status", 7) == 0) {
        request->answer.status = atoi((const char *)value);
    } else if (name_length == 16 && memcmp(name, "content-encoding", 16) == 0) {
        request->answer.is_packed = value_length == 4 && memcmp(value, "gzip", 4) == 0;
    }
    return 0;
}

static int on_data(
    nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *data, size_t length,
    void *context) {
    (void)flags;
    (void)context;
    struct request *request = nghttp2_session_get_stream_user_data(session, stream);
    if (request == NULL) return 0;
    struct answer *answer = &request->answer;
    if (answer->length + length > answer->room) {
        answer->room = (answer->length + length) * 2;
        answer->body = realloc(answer->body, answer->room);
        if (answer->body == NULL) fail("realloc");
    }
    memcpy(answer->body + answer->length, data, length);
    answer->length += length;
    return 0;
}

static int on_close(nghttp2_session *session, int32_t stream, uint32_t error, void *context) {
    struct wire *wire = context;
    struct request *request = nghttp2_session_get_stream_user_data(session, stream);
    if (request == NULL) return 0;
    if (error != 0) request->answer.status = 0;
    request->answer.at_ns = wire->read_at_ns;
    wire->done(&request->answer, request->owner, request->kind);
    free(request->answer.body);
    free(request);
    return 0;
}

static nghttp2_session *make_session(struct wire *wire) {
    nghttp2_session_callbacks *callbacks;
    nghttp2_session *session;
    if (nghttp2_session_callbacks_new(&callbacks) != 0) fail("nghttp2");
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    if (nghttp2_session_client_new(&session, callbacks, wire) != 0) fail("nghttp2");
    nghttp2_session_callbacks_del(callbacks);
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_ENABLE_PUSH, 0}, {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, STREAM_WINDOW}};
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings, 2);
    nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, CONNECTION_WINDOW);
    return session;
}

// The connection

struct wire *wire_open(SSL_CTX *context, int epoll, uint16_t port, answered done) {
    struct wire *wire = calloc(1, sizeof *wire);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int one = 1;
    if (wire == NULL) fail("calloc");
    wire->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (wire->socket < 0) fail("socket");
    if (connect(wire->socket, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
    setsockopt(wire->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    wire->tls = SSL_new(context);
    if (wire->tls == NULL || SSL_set_fd(wire->tls, wire->socket) != 1) fail("TLS");
    SSL_set_tlsext_host_name(wire->tls, "localhost");
    if (SSL_connect(wire->tls) != 1) fail("the handshake");
    fcntl(wire->socket, F_SETFL, O_NONBLOCK);
    snprintf(wire->authority, sizeof wire->authority, "localhost:%u", port);
    wire->epoll = epoll;
    wire->done = done;
    wire->is_open = true;
    wire->session = make_session(wire);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = wire};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, wire->socket, &event) != 0) fail("epoll");
    wire_flush(wire);
    return wire;
}

static void end(struct wire *wire) {
    if (!wire->is_open) return;
    wire->is_open = false;
    epoll_ctl(wire->epoll, EPOLL_CTL_DEL, wire->socket, NULL);
    close(wire->socket);
    wire->done(&(struct answer){0}, NULL, 0);
}

void wire_ask(struct wire *wire, const char *path, void *owner, unsigned kind) {
    struct request *request = calloc(1, sizeof *request);
    if (request == NULL) fail("calloc");
    request->owner = owner;
    request->kind = kind;
#define FIELD(name, value) {(uint8_t *)(name), (uint8_t *)(value), strlen(name), strlen(value), 0}
    const nghttp2_nv fields[] = {
        FIELD(":method", "GET"), FIELD(":scheme", "https"), FIELD(":authority", wire->authority),
        FIELD(":path", path), FIELD("accept-encoding", "gzip"), FIELD("user-agent", "players")};
#undef FIELD
    if (nghttp2_submit_request(wire->session, NULL, fields, 6, NULL, request) < 0) fail("a request");
}

static void wait_for_room(struct wire *wire, bool waits) {
    if (wire->waits_for_room == waits) return;
    wire->waits_for_room = waits;
    struct epoll_event event = {.events = EPOLLIN | (waits ? EPOLLOUT : 0), .data.ptr = wire};
    epoll_ctl(wire->epoll, EPOLL_CTL_MOD, wire->socket, &event);
}

void wire_flush(struct wire *wire) {
    while (wire->is_open) {
        if (wire->unsent_length == 0) {
            ssize_t length = nghttp2_session_mem_send(wire->session, &wire->unsent);
            if (length <= 0) break;
            wire->unsent_length = (size_t)length;
        }
        int sent = SSL_write(wire->tls, wire->unsent, (int)wire->unsent_length);
        if (sent <= 0) {
            if (SSL_get_error(wire->tls, sent) == SSL_ERROR_WANT_WRITE) wait_for_room(wire, true);
            else end(wire);
            return;
        }
        wire->unsent += sent;
        wire->unsent_length -= (size_t)sent;
    }
    if (wire->is_open) wait_for_room(wire, false);
}

void wire_turn(struct wire *wire) {
    static uint8_t bytes[READ_AT_ONCE];
    while (wire->is_open) {
        int length = SSL_read(wire->tls, bytes, sizeof bytes);
        if (length <= 0) {
            if (SSL_get_error(wire->tls, length) != SSL_ERROR_WANT_READ) end(wire);
            break;
        }
        wire->read_at_ns = now_ns();
        if (nghttp2_session_mem_recv(wire->session, bytes, (size_t)length) < 0) end(wire);
    }
    wire_flush(wire);
}

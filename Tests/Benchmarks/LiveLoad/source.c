// See source.h.

#include "source.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "walk.h"

// A socket that is full is tried again after that.
enum { RETRY_NS = 5000000, HEAD_ROOM = 1024 };
// A server that says nothing for so long while a publisher comes is stuck.
enum { COMING_S = 30 };

uint64_t source_now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void source_fail(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

// The recording

struct reading {
    struct recording *recording;
    struct walk walk;
};

static void add(const struct block *block, void *owner) {
    struct reading *reading = owner;
    struct recording *recording = reading->recording;
    if (recording->count == recording->room) {
        recording->room = recording->room == 0 ? 4096 : recording->room * 2;
        recording->blocks = realloc(recording->blocks, recording->room * sizeof *recording->blocks);
        if (recording->blocks == NULL) source_fail("realloc");
    }
    const size_t start = recording->count == 0 ? block->start : recording->blocks[recording->count - 1].end;
    if (recording->count == 0) recording->head_length = start;
    recording->blocks[recording->count++] = (struct recorded_block){
        .start = start, .end = block->end,
        .at_ns = (reading->walk.cluster_ms + (uint64_t)(int64_t)block->offset_ms) * 1000000u};
}

void recording_read(struct recording *recording, const char *path) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) source_fail(path);
    const size_t length = (size_t)status.st_size;
    recording->bytes = malloc(length);
    if (recording->bytes == NULL || read(file, recording->bytes, length) != (ssize_t)length) source_fail(path);
    close(file);
    struct reading reading = {.recording = recording};
    const struct walk_listener listener = {.ended = add};
    if (!walk_on(&reading.walk, recording->bytes, length, &listener, &reading) || recording->count == 0) {
        errno = EINVAL;
        source_fail(path);
    }
}

// The connection

static SSL_CTX *context(void) {
    static SSL_CTX *made;
    if (made != NULL) return made;
    made = SSL_CTX_new(TLS_client_method());
    if (made == NULL || SSL_CTX_set_min_proto_version(made, TLS1_3_VERSION) != 1
        || SSL_CTX_set_ciphersuites(made, "TLS_AES_128_GCM_SHA256") != 1
        || SSL_CTX_set_alpn_protos(made, (const uint8_t *)"\x08http/1.1", 9) != 0)
        source_fail("TLS");
    SSL_CTX_set_mode(
        made, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    return made;
}

static void connect_to(struct source *source, uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int one = 1;
    const struct timeval within = {.tv_sec = COMING_S};
    source->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (source->socket < 0 || setsockopt(source->socket, SOL_SOCKET, SO_RCVTIMEO, &within, sizeof within) != 0
        || setsockopt(source->socket, SOL_SOCKET, SO_SNDTIMEO, &within, sizeof within) != 0
        || connect(source->socket, (struct sockaddr *)&address, sizeof address) != 0)
        source_fail("connect");
    setsockopt(source->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    source->tls = SSL_new(context());
    if (source->tls == NULL || SSL_set_fd(source->tls, source->socket) != 1 || SSL_connect(source->tls) != 1)
        source_fail("TLS");
}

/// Both servers say `100 Continue` or `200 OK` when they take a source.
static void ask(struct source *source, uint16_t port, unsigned number, const char *authorization) {
    char head[HEAD_ROOM];
    const int length = snprintf(
        head, sizeof head,
        "PUT /live%u/live HTTP/1.1\r\nHost: localhost:%u\r\nContent-Type: video/webm\r\nUser-Agent: publishers\r\n"
        "Expect: 100-continue\r\n%s%s%s\r\n", number, port, authorization == NULL ? "" : "Authorization: ",
        authorization == NULL ? "" : authorization, authorization == NULL ? "" : "\r\n");
    if (SSL_write(source->tls, head, length) != length) source_fail("a request");
    const int taken = SSL_read(source->tls, head, sizeof head - 1);
    if (taken <= 0) source_fail("an answer to a publisher");
    head[taken] = 0;
    if (strncmp(head + strcspn(head, " "), " 100", 4) == 0 || strncmp(head + strcspn(head, " "), " 200", 4) == 0)
        return;
    fprintf(stderr, "a publisher was refused: %.*s\n", (int)strcspn(head, "\r\n"), head);
    exit(1);
}

void source_open(
    struct source *source, const struct recording *recording, uint16_t port, unsigned number,
    const char *authorization, uint64_t gather_ns) {
    *source = (struct source){.recording = recording, .gather_ns = gather_ns};
    connect_to(source, port);
    ask(source, port, number, authorization);
    fcntl(source->socket, F_SETFL, fcntl(source->socket, F_GETFL) | O_NONBLOCK);
    source->unsent = malloc(recording->head_length);
    if (source->unsent == NULL) source_fail("malloc");
    memcpy(source->unsent, recording->bytes, recording->head_length);
    source->unsent_length = recording->head_length;
    source->began_ns = source->due_ns = source_now_ns();
}

// What is due

/// When a live source would have the block.
static uint64_t recorded_ns(const struct source *source, size_t block) {
    return source->began_ns + source->recording->blocks[block].at_ns;
}

/// False when the socket is full, or the server has gone.
static bool flush(struct source *source) {
    while (source->unsent_at < source->unsent_length) {
        const int sent = SSL_write(
            source->tls, source->unsent + source->unsent_at, (int)(source->unsent_length - source->unsent_at));
        if (sent <= 0) {
            source->is_over = SSL_get_error(source->tls, sent) != SSL_ERROR_WANT_WRITE;
            source->due_ns = source_now_ns() + RETRY_NS;
            return false;
        }
        source->writes += 1;
        source->sent_bytes += (uint64_t)sent;
        source->unsent_at += (size_t)sent;
    }
    free(source->unsent);
    source->unsent = NULL;
    source->unsent_length = source->unsent_at = 0;
    return true;
}

/// All blocks that there are go together, each with the time of now.
static void gather(struct source *source, uint64_t now) {
    const struct recording *recording = source->recording;
    const size_t first = source->next_block;
    size_t end = first + 1;
    while (end < recording->count && recorded_ns(source, end) <= now) end += 1;
    const size_t from = recording->blocks[first].start, length = recording->blocks[end - 1].end - from;
    source->unsent = malloc(length);
    if (source->unsent == NULL) source_fail("malloc");
    memcpy(source->unsent, recording->bytes + from, length);
    for (size_t block = first; block < end; block++)
        stamp(source->unsent + recording->blocks[block].start - from,
            recording->blocks[block].end - recording->blocks[block].start, now);
    source->unsent_length = length;
    source->next_block = end;
}

void source_send(struct source *source) {
    if (source->unsent != NULL && !flush(source)) return;
    while (source->next_block < source->recording->count) {
        const uint64_t now = source_now_ns();
        const uint64_t due = recorded_ns(source, source->next_block) + source->gather_ns;
        source->due_ns = due;
        if (due > now) return;
        gather(source, now);
        if (!flush(source)) return;
    }
    source->is_over = true;
}

// The limit: what no server of this kind can be under. Pieces of one size are encrypted with AES-128-GCM at libcrypto's
// own speed, in records of at most 16 KiB, and each goes to the next of so many loopback TCP connections by one plain
// send(), or by one for each 256 KiB of it: more than that at a time falls out of the processor's cache between sealing
// and sending. Whoever serves live media over TLS does at least this, and everything else is the server's own.
//
//   limit CONNECTIONS PIECE_BYTES PERIOD_MICROSECONDS SECONDS sealed|plain SENDING_PROCESSOR READING_PROCESSOR
//
// Every period, each connection gets one piece; with 0, pieces follow each other as fast as they are taken. What reads
// the other ends is a process of its own, and what it takes does not count. Both are pinned, to one processor where
// there are no two. Prints JSON. Times are of the sending thread alone, encryption included.
//
// Build: clang -O2 -o limit limit.c -lcrypto

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RECORD_BYTES = 16384, HEAD_BYTES = 5, TAG_BYTES = 16, NONCE_BYTES = 12, READ_BYTES = 65536, EVENTS = 256 };
enum { PIECE_BYTES_MAX = 64 << 20, STAGE_BYTES = 256 << 10 };

struct load {
    unsigned connections;
    size_t piece_bytes;
    uint64_t period_ns;
    double seconds;
    bool is_sealed;
    int sending_processor, reading_processor;
};

struct outcome {
    uint64_t bytes, sends, cpu_ns;
};

static _Noreturn void fail(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t clock_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void pin(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0) fail("pinning");
}

// The other ends

/// Reads whatever comes, until the last connection ends, or the sender does.
static _Noreturn void drain(struct sockaddr_in address, unsigned connections, int processor, pid_t sender) {
    static uint8_t bytes[READ_BYTES];
    struct epoll_event events[EVENTS];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // It may have ended before it could be asked for that.
    if (getppid() != sender) _exit(1);
    pin(processor);
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) fail("epoll");
    for (unsigned index = 0; index < connections; index++) {
        const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connection < 0 || connect(connection, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
        struct epoll_event event = {.events = EPOLLIN, .data.fd = connection};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, connection, &event) != 0) fail("epoll");
    }
    while (connections > 0) {
        const int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int index = 0; index < count; index++) {
            if (recv(events[index].data.fd, bytes, sizeof bytes, MSG_DONTWAIT) != 0) continue;
            close(events[index].data.fd);
            connections -= 1;
        }
    }
    _exit(0);
}

static int *connect_all(unsigned connections, int reading_processor, pid_t *reader) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    const pid_t sender = getpid();
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0
        || listen(listener, SOMAXCONN) != 0 || getsockname(listener, (struct sockaddr *)&address, &length) != 0)
        fail("listening");
    *reader = fork();
    if (*reader < 0) fail("fork");
    if (*reader == 0) {
        close(listener);
        drain(address, connections, reading_processor, sender);
    }
    int *made = calloc(connections, sizeof *made);
    if (made == NULL) fail("calloc");
    const int one = 1;
    for (unsigned index = 0; index < connections; index++) {
        made[index] = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (made[index] < 0) fail("accept");
        setsockopt(made[index], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    close(listener);
    return made;
}

// The sender

static EVP_CIPHER_CTX *cipher(void) {
    static const uint8_t key[16] = {1};
    EVP_CIPHER_CTX *made = EVP_CIPHER_CTX_new();
    if (made == NULL || EVP_EncryptInit_ex(made, EVP_aes_128_gcm(), NULL, key, NULL) != 1) fail("libcrypto");
    return made;
}

/// As TLS 1.3 does: a nonce for each record, its head as associated data, a tag behind it. Returns the length.
static size_t seal(EVP_CIPHER_CTX *context, const uint8_t *from, size_t length, uint8_t *to) {
    static uint64_t number;
    size_t made = 0;
    for (size_t at = 0; at < length; at += RECORD_BYTES) {
        const int part = (int)(length - at < RECORD_BYTES ? length - at : RECORD_BYTES);
        uint8_t nonce[NONCE_BYTES] = {0};
        int written;
        number += 1;
        memcpy(nonce, &number, sizeof number);
        memset(to + made, 0x17, HEAD_BYTES);
        if (EVP_EncryptInit_ex(context, NULL, NULL, NULL, nonce) != 1
            || EVP_EncryptUpdate(context, NULL, &written, to + made, HEAD_BYTES) != 1
            || EVP_EncryptUpdate(context, to + made + HEAD_BYTES, &written, from + at, part) != 1
            || EVP_EncryptFinal_ex(context, to + made + HEAD_BYTES + written, &written) != 1
            || EVP_CIPHER_CTX_ctrl(
                   context, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, to + made + HEAD_BYTES + (size_t)part) != 1)
            fail("sealing");
        made += HEAD_BYTES + (size_t)part + TAG_BYTES;
    }
    return made;
}

static void send_whole(int connection, const uint8_t *bytes, size_t length, struct outcome *outcome) {
    while (length > 0) {
        const ssize_t sent = send(connection, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) fail("send");
        if (sent < 0) {
            struct pollfd room = {.fd = connection, .events = POLLOUT};
            poll(&room, 1, -1);
            continue;
        }
        outcome->sends += 1;
        bytes += sent;
        length -= (size_t)sent;
    }
}

/// A piece, as much of it at a time as stays in the cache. A NULL `context` sends it as it is.
static void send_piece(
    EVP_CIPHER_CTX *context, int connection, const uint8_t *piece, size_t length, struct outcome *outcome) {
    static uint8_t sealed[STAGE_BYTES + (STAGE_BYTES / RECORD_BYTES) * (HEAD_BYTES + TAG_BYTES)];
    for (size_t at = 0; at < length; at += STAGE_BYTES) {
        const size_t part = length - at < STAGE_BYTES ? length - at : STAGE_BYTES;
        if (context == NULL) send_whole(connection, piece + at, part, outcome);
        else send_whole(connection, sealed, seal(context, piece + at, part, sealed), outcome);
    }
    outcome->bytes += length;
}

static struct outcome run(const struct load *load, const int *connections) {
    struct outcome outcome = {0};
    uint8_t *piece = calloc(1, load->piece_bytes);
    if (piece == NULL) fail("calloc");
    EVP_CIPHER_CTX *context = load->is_sealed ? cipher() : NULL;
    const uint64_t began = clock_ns(CLOCK_MONOTONIC), cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    const uint64_t until = began + (uint64_t)(load->seconds * 1e9);
    for (uint64_t due = began; due < until && clock_ns(CLOCK_MONOTONIC) < until; due += load->period_ns) {
        const struct timespec at = {(time_t)(due / 1000000000u), (long)(due % 1000000000u)};
        if (load->period_ns > 0) clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
        for (unsigned index = 0; index < load->connections; index++)
            send_piece(context, connections[index], piece, load->piece_bytes, &outcome);
    }
    outcome.cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu;
    EVP_CIPHER_CTX_free(context);
    free(piece);
    return outcome;
}

int main(int count, char **words) {
    if (count != 8) {
        fputs(
            "limit CONNECTIONS PIECE_BYTES PERIOD_MICROSECONDS SECONDS sealed|plain SENDING_PROCESSOR "
            "READING_PROCESSOR\n", stderr);
        return 2;
    }
    const struct load load = {
        .connections = (unsigned)strtoul(words[1], NULL, 10), .piece_bytes = strtoul(words[2], NULL, 10),
        .period_ns = strtoull(words[3], NULL, 10) * 1000u, .seconds = atof(words[4]),
        .is_sealed = strcmp(words[5], "sealed") == 0, .sending_processor = atoi(words[6]),
        .reading_processor = atoi(words[7])};
    if (load.connections == 0 || load.piece_bytes == 0 || load.piece_bytes > PIECE_BYTES_MAX || load.seconds <= 0)
        return fputs("limit: a figure is out of range\n", stderr), 2;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    pid_t reader;
    int *connections = connect_all(load.connections, load.reading_processor, &reader);
    pin(load.sending_processor);
    const struct outcome outcome = run(&load, connections);
    for (unsigned index = 0; index < load.connections; index++) close(connections[index]);
    free(connections);
    waitpid(reader, NULL, 0);
    printf(
        "{\"secondsPerGB\":%.4f,\"microsecondsPerSend\":%.3f}\n", (double)outcome.cpu_ns / (double)outcome.bytes,
        (double)outcome.cpu_ns / 1e3 / (double)outcome.sends);
    return 0;
}

// Connections with one request each, over TLS 1.3 and HTTP/2: with a full handshake each time, or resumed by
// the newest ticket that the connection before it was given. The request is the smallest there is, and its
// answer is read to its end.
//
//   handshakes PORT PATH CONNECTIONS AT_ONCE full|resumed
//
// AT_ONCE threads make so many connections between them, one after the other, each with tickets of its own.
// Prints how many were made and how many of them were resumed. A connection that fails ends it with status 1.
//
// Build: clang -O2 -o handshakes handshakes.c -lssl -lcrypto

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS_MAX = 64, FRAME_HEAD_BYTES = 9, PATH_BYTES_MAX = 100, FRAME_BYTES_MAX = 16384 };
enum { HEADERS = 1, GOAWAY = 7, END_STREAM = 1, END_HEADERS = 4 };

static SSL_CTX *context;
static struct sockaddr_in server;
static unsigned char request[256];
static size_t request_bytes;

struct client {
    pthread_t thread;
    unsigned count, made, resumed;
    bool resumes;
    SSL_SESSION *ticket;
};

static void fail(const char *what) {
    fprintf(stderr, "handshakes: %s failed\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

// Preface, empty SETTINGS, and a GET as stream 1: indexed fields, and literals that are not indexed (RFC 7541).
static void write_request(const char *path) {
    const unsigned char path_bytes = strlen(path);
    unsigned char block[2 + 2 + PATH_BYTES_MAX + 2 + 9] = {0x82, 0x87, 0x04, path_bytes};
    memcpy(block + 4, path, path_bytes);
    unsigned char *behind = block + 4 + path_bytes;
    *behind++ = 0x01, *behind++ = 9;
    memcpy(behind, "localhost", 9);
    const unsigned char block_bytes = behind + 9 - block;
    const unsigned char settings[FRAME_HEAD_BYTES] = {0, 0, 0, 4};
    const unsigned char head[FRAME_HEAD_BYTES] =
        {0, 0, block_bytes, HEADERS, END_STREAM | END_HEADERS, 0, 0, 0, 1};
    const struct { const void *start; size_t bytes; } pieces[] =
        {{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24}, {settings, sizeof settings}, {head, sizeof head}, {block, block_bytes}};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        memcpy(request + request_bytes, pieces[i].start, pieces[i].bytes);
        request_bytes += pieces[i].bytes;
    }
}

static void read_all(SSL *ssl, unsigned char *into, int wanted) {
    for (int had = 0, got; had < wanted; had += got)
        if ((got = SSL_read(ssl, into + had, wanted - had)) <= 0) fail("reading");
}

static void read_answer(SSL *ssl) {
    unsigned char head[FRAME_HEAD_BYTES], body[FRAME_BYTES_MAX];
    for (bool is_first = true, is_last = false; !is_last;) {
        read_all(ssl, head, sizeof head);
        const int bytes = head[0] << 16 | head[1] << 8 | head[2];
        if (bytes > FRAME_BYTES_MAX || head[3] == GOAWAY) fail("the answer");
        read_all(ssl, body, bytes);
        if (head[8] != 1) continue; // of the connection itself
        // 0x88 is the field ":status: 200". An encoder may say before it how large its table is.
        if (is_first && (head[3] != HEADERS || (body[0] != 0x88 && memchr(body, 0x88, 8) == NULL)))
            fail("the request");
        is_first = false;
        is_last = head[4] & END_STREAM && head[3] <= HEADERS;
    }
}

// OpenSSL calls it for each ticket that comes.
static int keep_ticket(SSL *ssl, SSL_SESSION *ticket) {
    struct client *client = SSL_get_app_data(ssl);
    SSL_SESSION_free(client->ticket);
    client->ticket = ticket;
    return 1;
}

static void connect_once(struct client *client) {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(descriptor, (struct sockaddr *)&server, sizeof server) != 0) fail("connecting");
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    SSL *ssl = SSL_new(context);
    SSL_set_app_data(ssl, client);
    SSL_set_fd(ssl, descriptor);
    SSL_set_tlsext_host_name(ssl, "localhost");
    if (client->resumes && client->ticket != NULL) SSL_set_session(ssl, client->ticket);
    if (SSL_connect(ssl) != 1) fail("the handshake");
    if (SSL_write(ssl, request, request_bytes) <= 0) fail("writing");
    read_answer(ssl);
    client->made++;
    client->resumed += SSL_session_reused(ssl);
    SSL_shutdown(ssl);
    SSL_free(ssl);
    close(descriptor);
}

static void *run(void *argument) {
    struct client *client = argument;
    for (unsigned i = 0; i < client->count; i++) connect_once(client);
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 6 || strlen(arguments[2]) > PATH_BYTES_MAX) return 2;
    const unsigned connections = atoi(arguments[3]), threads = atoi(arguments[4]);
    if (threads < 1 || threads > THREADS_MAX) return 2;
    server.sin_family = AF_INET, server.sin_port = htons(atoi(arguments[1]));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    write_request(arguments[2]);
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set1_groups_list(context, "X25519");
    SSL_CTX_set_alpn_protos(context, (const unsigned char *)"\2h2", 3);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep_ticket);

    static struct client clients[THREADS_MAX];
    unsigned made = 0, resumed = 0;
    for (unsigned i = 0; i < threads; i++) {
        clients[i].count = connections / threads + (i < connections % threads);
        clients[i].resumes = strcmp(arguments[5], "resumed") == 0;
        if (pthread_create(&clients[i].thread, NULL, run, &clients[i]) != 0) fail("a thread");
    }
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(clients[i].thread, NULL);
        made += clients[i].made, resumed += clients[i].resumed;
    }
    printf("made %u resumed %u\n", made, resumed);
}

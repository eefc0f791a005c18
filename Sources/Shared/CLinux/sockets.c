// Sockets by numeric address: nothing here asks a name service.
#define _GNU_SOURCE
#include "CLinux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} inet_address;

/// Fills in the address and its length. Returns 0, or -1 with EINVAL.
static int parse_address(const char *host, uint16_t port, inet_address *address, socklen_t *length) {
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, host, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons(port);
        *length = sizeof address->v4;
        return 0;
    }
    if (inet_pton(AF_INET6, host, &address->v6.sin6_addr) == 1) {
        address->v6.sin6_family = AF_INET6;
        address->v6.sin6_port = htons(port);
        *length = sizeof address->v6;
        return 0;
    }
    errno = EINVAL;
    return -1;
}

static int set_up_listener(int descriptor, inet_address *address, socklen_t length, int backlog) {
    int on = 1;
    if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) return -1;
    if (address->any.sa_family == AF_INET6 &&
        setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0) {
        return -1;
    }
    if (bind(descriptor, &address->any, length) != 0) return -1;
    return listen(descriptor, backlog);
}

int weir_listen(const char *host, uint16_t port, int backlog) {
    inet_address address;
    socklen_t length;
    if (parse_address(host, port, &address, &length) != 0) return -1;
    int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    int descriptor = socket(address.any.sa_family, type, 0);
    if (descriptor < 0) return -1;
    if (set_up_listener(descriptor, &address, length, backlog) == 0) return descriptor;
    int code = errno;
    close(descriptor);
    errno = code;
    return -1;
}

int weir_accept(int listener, uint8_t *address, size_t *count) {
    inet_address peer = {.any = {.sa_family = AF_UNSPEC}};
    socklen_t length = sizeof peer;
    *count = 0;
    int descriptor = accept4(listener, &peer.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return -1;
    if (peer.any.sa_family == AF_INET) {
        *count = sizeof peer.v4.sin_addr;
        memcpy(address, &peer.v4.sin_addr, *count);
    } else if (peer.any.sa_family == AF_INET6) {
        *count = sizeof peer.v6.sin6_addr;
        memcpy(address, &peer.v6.sin6_addr, *count);
    }
    return descriptor;
}

static int socket_option(int descriptor, int option) {
    int value = 0;
    socklen_t length = sizeof value;
    return getsockopt(descriptor, SOL_SOCKET, option, &value, &length) == 0 ? value : -1;
}

int weir_is_tcp_listener(int descriptor) {
    int family = socket_option(descriptor, SO_DOMAIN);
    return (family == AF_INET || family == AF_INET6) &&
        socket_option(descriptor, SO_TYPE) == SOCK_STREAM &&
        socket_option(descriptor, SO_ACCEPTCONN) == 1;
}

int weir_local_address(int descriptor, char *text, size_t capacity) {
    inet_address address;
    socklen_t length = sizeof address;
    char host[INET6_ADDRSTRLEN];
    if (getsockname(descriptor, &address.any, &length) != 0) return -1;
    if (address.any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &address.v4.sin_addr, host, sizeof host);
        snprintf(text, capacity, "%s:%u", host, (unsigned)ntohs(address.v4.sin_port));
        return 0;
    }
    if (address.any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &address.v6.sin6_addr, host, sizeof host);
        snprintf(text, capacity, "[%s]:%u", host, (unsigned)ntohs(address.v6.sin6_port));
        return 0;
    }
    errno = EAFNOSUPPORT;
    return -1;
}

int weir_send_to_unix(const char *path, const void *bytes, size_t count) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t path_length = strlen(path);
    if ((path[0] != '/' && path[0] != '@') || path_length >= sizeof address.sun_path) {
        errno = EINVAL;
        return -1;
    }
    memcpy(address.sun_path, path, path_length);
    if (path[0] == '@') address.sun_path[0] = 0;
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path_length);
    if (path[0] == '/') length += 1;

    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    ssize_t sent = sendto(
        descriptor, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&address, length);
    int code = errno;
    close(descriptor);
    errno = code;
    return sent < 0 ? -1 : 0;
}

int weir_secure_inherited(int descriptor, int non_blocking) {
    int flags = fcntl(descriptor, F_GETFD);
    if (flags < 0 || fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC) != 0) return -1;
    if (!non_blocking) return 0;
    flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return -1;
    return fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

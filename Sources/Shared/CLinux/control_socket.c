// Unix stream sockets by path, however long the path is: the address of a socket has room for a short
// path only, so the folder is opened first and the socket is named through /proc/self/fd.
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/// An open folder, and the name of a socket in it.
typedef struct {
    int folder;
    const char *name;
    struct sockaddr_un address;
} place;

static void close_keeping_error(int descriptor) {
    int code = errno;
    close(descriptor);
    errno = code;
}

/// Opens the folder of `path`. Returns 0; `result->folder` has to be closed.
static int find_place(const char *path, place *result) {
    const char *slash = strrchr(path, '/');
    result->name = slash == NULL ? path : slash + 1;
    char folder[4096];
    size_t length = slash == NULL ? 0 : (size_t)(slash - path);
    if (length >= sizeof folder) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(folder, path, length);
    folder[length] = 0;
    const char *opened = slash == NULL ? "." : length == 0 ? "/" : folder;
    result->folder = open(opened, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (result->folder < 0) return -1;
    memset(&result->address, 0, sizeof result->address);
    result->address.sun_family = AF_UNIX;
    size_t capacity = sizeof result->address.sun_path;
    int written = snprintf(
        result->address.sun_path, capacity, "/proc/self/fd/%d/%s", result->folder, result->name);
    if (written > 0 && (size_t)written < capacity && result->name[0] != 0) return 0;
    errno = ENAMETOOLONG;
    close_keeping_error(result->folder);
    return -1;
}

static int connect_to(int descriptor, const place *there) {
    return connect(descriptor, (const struct sockaddr *)&there->address, sizeof there->address);
}

/// Removes what is left of a socket that nobody listens on any more.
static int remove_stale(const place *there) {
    struct stat status;
    if (fstatat(there->folder, there->name, &status, AT_SYMLINK_NOFOLLOW) != 0) return -1;
    if (!S_ISSOCK(status.st_mode)) {
        errno = EEXIST;
        return -1;
    }
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (probe < 0) return -1;
    int answer = connect_to(probe, there);
    int code = answer == 0 || errno == EAGAIN ? EADDRINUSE : errno;
    close(probe);
    if (code == ECONNREFUSED) return unlinkat(there->folder, there->name, 0);
    errno = code;
    return -1;
}

static int bind_to(int descriptor, const place *there) {
    const struct sockaddr *address = (const struct sockaddr *)&there->address;
    if (bind(descriptor, address, sizeof there->address) == 0) return 0;
    if (errno != EADDRINUSE || remove_stale(there) != 0) return -1;
    return bind(descriptor, address, sizeof there->address);
}

int weir_listen_at(const char *path, int backlog) {
    place there;
    if (find_place(path, &there) != 0) return -1;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    // The file gets the mode of the socket, so it is never open to others, not even for a moment.
    if (descriptor >= 0 && (fchmod(descriptor, 0600) != 0 || bind_to(descriptor, &there) != 0 ||
                            listen(descriptor, backlog) != 0)) {
        close_keeping_error(descriptor);
        descriptor = -1;
    }
    close_keeping_error(there.folder);
    return descriptor;
}

int weir_connect_to(const char *path, int64_t timeout_ms) {
    place there;
    if (find_place(path, &there) != 0) return -1;
    struct timeval patience = {
        .tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor >= 0 &&
        (setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
         setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
         connect_to(descriptor, &there) != 0)) {
        close_keeping_error(descriptor);
        descriptor = -1;
    }
    close_keeping_error(there.folder);
    return descriptor;
}

int weir_peer_user(int descriptor, uint32_t *user) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return -1;
    *user = peer.uid;
    return 0;
}

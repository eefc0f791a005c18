// One datagram and at most one descriptor over a Unix socket. A peer can attach what it likes, so
// everything that arrives is checked, and what is not expected is closed: a stray descriptor would
// otherwise stay open for ever.
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/// The kernel delivers no more than this many descriptors to us; beyond it, it closes the rest and
/// reports MSG_CTRUNC.
enum { received_descriptors = 4 };

ssize_t weir_send_datagram(int socket, const void *bytes, size_t count, int passed) {
    union {
        struct cmsghdr alignment;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (passed >= 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.space;
        message.msg_controllen = sizeof control.space;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &passed, sizeof passed);
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/// Collects the descriptors of a message. Returns how many there are (at most `capacity` are
/// stored, more cannot come), or -1 when there is a control message of another kind.
static int collect(struct msghdr *message, int *descriptors, int capacity) {
    int found = 0;
    int foreign = 0;
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    for (; header != NULL; header = CMSG_NXTHDR(message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
            header->cmsg_len < CMSG_LEN(0)) {
            foreign = 1;
            continue;
        }
        size_t length = header->cmsg_len - CMSG_LEN(0);
        for (size_t at = 0; at + sizeof(int) <= length && found < capacity; at += sizeof(int)) {
            memcpy(&descriptors[found++], CMSG_DATA(header) + at, sizeof(int));
        }
    }
    if (!foreign) return found;
    for (int index = 0; index < found; index++) close(descriptors[index]);
    return -1;
}

ssize_t weir_receive_datagram(int socket, void *bytes, size_t capacity, int *passed) {
    union {
        struct cmsghdr alignment;
        char space[CMSG_SPACE(received_descriptors * sizeof(int))];
    } control;
    struct iovec part = {.iov_base = bytes, .iov_len = capacity};
    struct msghdr message = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = control.space,
        .msg_controllen = sizeof control.space,
    };
    *passed = -1;
    ssize_t count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (count < 0) return -1;

    int descriptors[received_descriptors];
    int found = collect(&message, descriptors, received_descriptors);
    // When this process has no number left for a descriptor, the kernel drops the descriptor, reports
    // MSG_CTRUNC and delivers the datagram without any: that is not the sender's fault.
    int truncated = (message.msg_flags & MSG_TRUNC) != 0 ||
        (found > 0 && (message.msg_flags & MSG_CTRUNC) != 0);
    if (found >= 0 && found <= 1 && !truncated) {
        if (found == 1) *passed = descriptors[0];
        return count;
    }
    for (int index = 0; index < found; index++) close(descriptors[index]);
    errno = EBADMSG;
    return -1;
}

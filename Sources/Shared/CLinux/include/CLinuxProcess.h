// What the supervisor and its workers need from Linux beyond what Swift imports: control messages
// (their macros do not import), spawning with an exact set of descriptors, process descriptors,
// and sockets by numeric address. Each call returns -1 and sets errno when it fails, unless it says
// otherwise.
#ifndef WEIR_CLINUX_PROCESS_H
#define WEIR_CLINUX_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// MARK: Descriptor passing (passing.c)

/// Sends one datagram, and with it a descriptor when `passed` is not negative. Returns the bytes
/// sent. Never raises SIGPIPE, never waits.
ssize_t weir_send_datagram(int socket, const void *bytes, size_t count, int passed);

/// Receives one datagram and at most one descriptor, which is close-on-exec; `*passed` is -1 when
/// none came, or when this process has no number left for one. Returns the bytes received, 0 when the
/// peer has closed. A truncated datagram, an unexpected control message or a second descriptor fails
/// with EBADMSG, and every descriptor that came with it is closed.
ssize_t weir_receive_datagram(int socket, void *bytes, size_t capacity, int *passed);

// MARK: Processes (spawn.c)

/// Starts the program at `path`. `arguments` holds `argument_count` NUL-terminated strings one after
/// the other, the program's name first. `variables` holds NAME=VALUE `variable_count` times in the same
/// way; they are added to the caller's environment, or replace what is there. The child gets standard
/// input from /dev/null, the caller's standard output and error, and inherited[i] as descriptor 3 + i;
/// every other descriptor is closed. Signals: `blocked` stay blocked in the child, all others are
/// unblocked. Ignored ones stay ignored. Returns a close-on-exec process descriptor, which becomes
/// readable when the child ends, and stores the child's process ID.
int weir_spawn(
    const char *path, const char *arguments, size_t argument_count,
    const char *variables, size_t variable_count, const int *inherited, size_t inherited_count,
    const int *blocked, size_t blocked_count, pid_t *process_id);

/// Sends a signal to exactly that process.
int weir_pidfd_signal(int pidfd, int signal);

/// Reaps a child without waiting. Returns 1 when it has ended, 0 when it still runs. `*status` is its
/// exit code, or, with `*by_signal` set to 1, the signal that ended it.
int weir_pidfd_reap(int pidfd, int *by_signal, int *status);

/// A non-blocking, close-on-exec signalfd for the signals, which this thread blocks from now on.
int weir_signal_descriptor(const int *signals, size_t count);

/// Reads the next signal number. Returns 0 when none is waiting.
int weir_next_signal(int descriptor);

/// Gives this process a name for `ps`, of at most 15 bytes.
void weir_name_process(const char *name);

/// Ignores a signal in this process and, unless they say otherwise, in its children.
int weir_ignore_signal(int signal);

// MARK: Sockets (sockets.c)

/// A non-blocking, close-on-exec TCP listener on a numeric IPv4 or IPv6 address. IPv6 listeners are
/// IPv6 only, so that both families can be bound side by side. EINVAL: not a numeric address.
int weir_listen(const char *host, uint16_t port, int backlog);

/// The next waiting connection, non-blocking and close-on-exec. EAGAIN: none waits. The peer's address,
/// 4 or 16 bytes, goes into `address`, which has room for 16; `*count` is their number, or 0.
int weir_accept(int listener, uint8_t *address, size_t *count);

/// 1 when the descriptor is a listening TCP socket over IPv4 or IPv6, else 0.
int weir_is_tcp_listener(int descriptor);

/// Writes the socket's own address as HOST:PORT or [HOST]:PORT, NUL-terminated.
int weir_local_address(int descriptor, char *text, size_t capacity);

/// Sends one datagram to a Unix socket by path; a leading @ means the abstract name space.
int weir_send_to_unix(const char *path, const void *bytes, size_t count);

// MARK: Unix stream sockets (control_socket.c)

/// A non-blocking, close-on-exec listener at a path of any length; only the user of this process and
/// root may connect to it. A socket that nobody listens on any more is replaced. EADDRINUSE: somebody
/// listens there; EEXIST: something else is there.
int weir_listen_at(const char *path, int backlog);

/// A blocking, close-on-exec connection to such a listener. Each call on it, and connecting, gives up with
/// EAGAIN after `timeout_ms`.
int weir_connect_to(const char *path, int64_t timeout_ms);

/// The effective user that the peer had when it connected.
int weir_peer_user(int descriptor, uint32_t *user);

/// Makes a descriptor that came from outside close-on-exec, and non-blocking when asked to.
int weir_secure_inherited(int descriptor, int non_blocking);

#endif

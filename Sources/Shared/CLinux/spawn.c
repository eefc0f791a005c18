// Starting, watching and signalling child processes. posix_spawn does the work between the two
// processes, so no code of ours (and none of the Swift runtime) runs in a forked copy.
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { first_inherited = 3 };

/// Splits a run of NUL-terminated strings into an argument vector, which the caller frees.
static char **argument_vector(const char *arguments, size_t count) {
    char **vector = calloc(count + 1, sizeof *vector);
    if (vector == NULL) return NULL;
    for (size_t index = 0; index < count; index++) {
        vector[index] = (char *)arguments;
        arguments += strlen(arguments) + 1;
    }
    return vector;
}

static int has_name_of(const char *variable, const char *other) {
    size_t length = strcspn(other, "=");
    return strncmp(variable, other, length + 1) == 0;
}

/// The environment with `count` more variables in the place of those with their names. The caller frees it.
static char **environment_with(const char *variables, size_t count) {
    size_t own = 0;
    while (environ[own] != NULL) own++;
    char **vector = argument_vector(variables, count);
    char **all = calloc(own + count + 1, sizeof *all);
    size_t kept = 0;
    for (size_t index = 0; vector != NULL && all != NULL && index < own; index++) {
        size_t added = 0;
        while (added < count && !has_name_of(environ[index], vector[added])) added++;
        if (added == count) all[kept++] = environ[index];
    }
    if (vector != NULL && all != NULL) {
        memcpy(all + kept, vector, count * sizeof *all);
    } else {
        free(all);
        all = NULL;
    }
    free(vector);
    return all;
}

static void to_signal_set(sigset_t *set, const int *signals, size_t count) {
    sigemptyset(set);
    for (size_t index = 0; index < count; index++) sigaddset(set, signals[index]);
}

/// Describes the child's descriptors. `sources` are all above the numbers they are copied to, so
/// that no copy overwrites the source of a later one. Returns 0 or an errno value.
static int add_descriptors(posix_spawn_file_actions_t *actions, const int *sources, size_t count) {
    int code = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
    for (size_t index = 0; index < count && code == 0; index++) {
        int target = first_inherited + (int)index;
        code = posix_spawn_file_actions_adddup2(actions, sources[index], target);
    }
    if (code != 0) return code;
    return posix_spawn_file_actions_addclosefrom_np(actions, first_inherited + (int)count);
}

static int spawn_with(
    const char *path, char *const *vector, char *const *environment, const int *sources, size_t count,
    const sigset_t *blocked, pid_t *process_id) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0) return code;
    code = posix_spawnattr_init(&attributes);
    if (code == 0) {
        code = add_descriptors(&actions, sources, count);
        if (code == 0) code = posix_spawnattr_setsigmask(&attributes, blocked);
        if (code == 0) code = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
        if (code == 0) {
            code = posix_spawn(process_id, path, &actions, &attributes, vector, environment);
        }
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

/// Opens the process descriptor of a new child. A child that cannot be watched must not stay.
static int watch(pid_t process_id) {
    int descriptor = pidfd_open(process_id, 0);
    if (descriptor >= 0) return descriptor;
    int code = errno;
    kill(process_id, SIGKILL);
    waitpid(process_id, NULL, 0);
    errno = code;
    return -1;
}

int weir_spawn(
    const char *path, const char *arguments, size_t argument_count,
    const char *variables, size_t variable_count, const int *inherited, size_t inherited_count,
    const int *blocked, size_t blocked_count, pid_t *process_id) {
    sigset_t blocked_set;
    to_signal_set(&blocked_set, blocked, blocked_count);
    char **vector = argument_vector(arguments, argument_count);
    char **environment = environment_with(variables, variable_count);
    int *sources = calloc(inherited_count + 1, sizeof *sources);
    int code = vector == NULL || environment == NULL || sources == NULL ? ENOMEM : 0;

    size_t copied = 0;
    while (code == 0 && copied < inherited_count) {
        int lowest = first_inherited + (int)inherited_count;
        int copy = fcntl(inherited[copied], F_DUPFD_CLOEXEC, lowest);
        if (copy < 0) {
            code = errno;
        } else {
            sources[copied++] = copy;
        }
    }
    if (code == 0) {
        code = spawn_with(path, vector, environment, sources, copied, &blocked_set, process_id);
    }
    for (size_t index = 0; index < copied; index++) close(sources[index]);
    free(sources);
    free(environment);
    free(vector);
    if (code == 0) return watch(*process_id);
    errno = code;
    return -1;
}

int weir_pidfd_signal(int pidfd, int signal) {
    return pidfd_send_signal(pidfd, signal, NULL, 0);
}

int weir_pidfd_reap(int pidfd, int *by_signal, int *status) {
    siginfo_t info = {0};
    if (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG) != 0) return -1;
    if (info.si_pid == 0) return 0;
    *by_signal = info.si_code != CLD_EXITED;
    *status = info.si_status;
    return 1;
}

int weir_signal_descriptor(const int *signals, size_t count) {
    sigset_t set;
    to_signal_set(&set, signals, count);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -1;
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int weir_next_signal(int descriptor) {
    struct signalfd_siginfo info;
    ssize_t count = read(descriptor, &info, sizeof info);
    if (count == sizeof info) return (int)info.ssi_signo;
    return count < 0 && errno != EAGAIN ? -1 : 0;
}

int weir_ignore_signal(int number) {
    return signal(number, SIG_IGN) == SIG_ERR ? -1 : 0;
}

void weir_name_process(const char *name) { prctl(PR_SET_NAME, name); }

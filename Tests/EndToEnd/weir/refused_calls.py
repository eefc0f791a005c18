"""A kernel that does not know something, for one server: a filter (seccomp) answers a system call with an
error when one of its arguments has a certain value. That is what `ipv6.disable=1` looks like, and systemd's
RestrictAddressFamilies= is made the same way."""

from __future__ import annotations

import errno
import platform
import sys

# Runs as `python -c LAUNCHER CALL ARGUMENT VALUE ERROR command...`, all of them numbers. The filter sees the
# call's number at 0, and the low half of its arguments from 16 on, 8 bytes apart. Constants are those of
# linux/seccomp.h and linux/filter.h.
LAUNCHER = """
import ctypes, os, struct, sys
call, argument, value, error = map(int, sys.argv[1:5])
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
steps = [
    (LOAD, 0, 0, 0), (EQUAL, 0, 3, call), (LOAD, 0, 0, 16 + 8 * argument), (EQUAL, 0, 1, value),
    (RETURN, 0, 0, ERRNO | error), (RETURN, 0, 0, ALLOW),
]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code)))
libc = ctypes.CDLL(None, use_errno=True)
NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2
assert libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
assert libc.prctl(SECCOMP, FILTER, program, 0, 0) == 0, os.strerror(ctypes.get_errno())
os.execv(sys.argv[5], sys.argv[5:])
"""

_CALLS = {"x86_64": {"socket": 41, "memfd_create": 319}, "aarch64": {"socket": 198, "memfd_create": 279}}


def _launcher(call: str, argument: int, value: int, error: int) -> list[str]:
    number = _CALLS[platform.machine()][call]
    return [sys.executable, "-c", LAUNCHER, *map(str, (number, argument, value, error))]


def sockets_of(family: int) -> list[str]:
    """What to put before a command so that it gets no sockets of this family."""
    return _launcher("socket", 0, int(family), errno.EAFNOSUPPORT)


def memory_files_with(flags: int) -> list[str]:
    """The same so that it gets no memory files with exactly these flags, as an older kernel."""
    return _launcher("memfd_create", 1, flags, errno.EINVAL)

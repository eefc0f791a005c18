"""A source client on libshout, the library of Icecast's source clients (and of GStreamer's shout2send).

libshout.py PORT MOUNT PASSWORD AUTHORITY FILE: connects as it does by default, which is to find out
whether there is TLS, sends the file as fast as it is taken, and waits for its standard input to end
before it hangs up. Exits with what went wrong, if anything did.
"""

from __future__ import annotations

import ctypes
import sys
import time

_FORMAT_WEBM = 2
_PROTOCOL_HTTP = 0
_SUCCESS = 0
_AT_ONCE = 4_096


def _load() -> ctypes.CDLL:
    library = ctypes.CDLL("libshout.so.3")
    library.shout_new.restype = ctypes.c_void_p
    library.shout_get_error.restype = ctypes.c_char_p
    library.shout_send_raw.restype = ctypes.c_ssize_t
    return library


def main(port: str, mount: str, password: str, authority: str, file: str) -> None:
    library = _load()
    library.shout_init()
    source = ctypes.c_void_p(library.shout_new())

    def check(result: int, what: str) -> None:
        if result < _SUCCESS:
            sys.exit(f"{what}: {library.shout_get_error(source).decode()}")

    for setting, value in {
        "host": b"localhost", "mount": mount.encode(), "user": b"source",
        "password": password.encode(), "ca_file": authority.encode(),
    }.items():
        check(getattr(library, f"shout_set_{setting}")(source, value), setting)
    check(library.shout_set_port(source, ctypes.c_ushort(int(port))), "port")
    check(library.shout_set_protocol(source, _PROTOCOL_HTTP), "protocol")
    check(library.shout_set_format(source, _FORMAT_WEBM), "format")
    check(library.shout_open(source), "open")
    with open(file, "rb") as media:
        while data := media.read(_AT_ONCE):
            check(library.shout_send_raw(source, data, ctypes.c_size_t(len(data))), "send")
            time.sleep(0.001)
    sys.stdin.read()
    check(library.shout_close(source), "close")


if __name__ == "__main__":
    main(*sys.argv[1:])

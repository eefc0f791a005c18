"""How playlists and media are sent: fields of the answers."""

from __future__ import annotations

import re

from .finding import Findings

LIST_TYPES = ("application/vnd.apple.mpegurl", "audio/mpegurl", "application/x-mpegurl")
MEDIA_TYPES = ("video/mp4", "audio/mp4", "video/iso.segment")


def max_age(headers: dict[str, str]) -> int | None:
    found = re.search(r"max-age=(\d+)", headers.get("cache-control", ""))
    return int(found.group(1)) if found else None


def check_any(headers: dict[str, str], place: str, findings: Findings) -> None:
    def note(rule: str, what: str) -> None:
        findings.note(rule, place, what, "\n".join(f"{name}: {value}" for name, value in headers.items()))

    findings.looked("answers")
    if headers.get("access-control-allow-origin") != "*" or "access-control-allow-credentials" in headers:
        note("D4", "not readable by any page")
    exposed = headers.get("access-control-expose-headers", "").lower()
    for name in ("age", "date", "retry-after"):
        if name not in exposed:
            note("D4", f"{name} is not exposed")
    if "date" not in headers:
        note("D4", "no Date")
    if "set-cookie" in headers:
        note("D3", "a cookie")


def check_list(
    status: int, headers: dict[str, str], place: str, findings: Findings, *, target_s: int, awaited: bool,
    took_gzip: bool, byte_count: int,
) -> None:
    def note(rule: str, what: str) -> None:
        findings.note(rule, place, what, "\n".join(f"{name}: {value}" for name, value in headers.items()))

    check_any(headers, place, findings)
    if status != 200:
        note("D6", f"status {status}")
    if headers.get("content-type", "").split(";")[0].lower() not in LIST_TYPES:
        note("V1", f"content-type {headers.get('content-type')}")
    if took_gzip and headers.get("content-encoding") != "gzip":
        note("D1", "not compressed")
    if "accept-encoding" not in headers.get("vary", "").lower():
        note("D1", f"vary is {headers.get('vary')}")
    if headers.get("priority") != "u=1":
        note("D2", f"priority {headers.get('priority')}")
    age = max_age(headers)
    most = 6 * target_s if awaited else max(target_s // 2, 1)
    if age is None or not 0 < age <= most:
        note("D5", f"cache-control {headers.get('cache-control')}, at most {most} s are right")


def check_media(
    status: int, headers: dict[str, str], place: str, findings: Findings, *, byte_count: int,
    whole: bool = True,
) -> None:
    def note(rule: str, what: str) -> None:
        findings.note(rule, place, what, "\n".join(f"{name}: {value}" for name, value in headers.items()))

    check_any(headers, place, findings)
    if status != (200 if whole else 206):
        note("D6", f"status {status}")
        return
    if headers.get("content-type", "").split(";")[0] not in MEDIA_TYPES:
        note("D6", f"content-type {headers.get('content-type')}")
    if headers.get("content-length") != str(byte_count):
        note("T11", f"content-length {headers.get('content-length')} for {byte_count} bytes")
    if not re.fullmatch(r"u=[2-6](, ?i)?", headers.get("priority", "u=3")):
        note("D2", f"priority {headers['priority']} is more urgent than that of a list")
    if headers.get("accept-ranges") not in ("bytes", None):
        note("D7", f"accept-ranges {headers.get('accept-ranges')}")
    if (max_age(headers) or 0) < 60:
        note("D5", f"cache-control {headers.get('cache-control')} of what never changes")

"""Judges Weir's HTTP/1.1 parser by h11, a parser of other people.

    h11_differential.py generate INPUTS CORPUS    writes inputs, one in hexadecimal a line
    h11_differential.py compare INPUTS EVENTS     reads what Weir made of them, one JSON a line

Whatever both take, they have to understand in the same way, and the next request has to begin at
the same byte. What Weir takes and h11 refuses has to be one of EXCUSES, and what Weir refuses and
h11 takes has to be in STRICTER, each with its reason.
"""

from __future__ import annotations

import collections
import json
import random
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import h11

SEED = 20_261_122
GENERATED = 8_000
# So many must have been understood completely by both, or the comparison says nothing.
LEAST_AGREED = 3_000

METHODS = [b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"SOURCE", b"M-SEARCH"]
TARGETS = [
    b"/", b"/alice/live", b"/alice/live?start=-10", b"/a%20b/..//c;d?e=f&g={h}|^`", b"/?", b"//",
    b"https://a", b"https://A/b?c", b"https://a?b", b"HTTPS://a/", b"*", b"/" + b"x" * 300,
]
FIELDS = [
    b"Accept: */*", b"Accept:", b"Cookie: a=1; b=2", b"X-Space:  \t a \t b \t ", b"TE: trailers",
    b"TE: gzip", b"X-Bytes: \xc3\xa9\xff", b"Connection: keep-alive", b"Connection: close",
    b"connection: x, Keep-Alive ,", b"Keep-Alive: timeout=5", b"Proxy-Connection: close",
    b"Upgrade: h2c", b"Trailer: X-Sum", b"X-A: 1", b"X-A: 2", b"!#$%&'*+-.^_`|~: token",
    b"Content-Type: video/webm", b"Authorization: Basic c291cmNlOng=", b"Expect: 100-continue",
]
# What mutations put in: separators, and the words that decide where a body ends.
MORSELS = [
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b" ", b"\t", b":", b",", b";", b"\0", b"\x0b", b"\x80",
    b"\r\n ", b"Content-Length: 5\r\n", b"Content-Length: 0\r\n", b"Content-Length : 3\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: x\r\n", b"Host: b\r\n", b"chunked",
    b"0\r\n\r\n", b"5\r\nabcde\r\n", b"0x", b"+", b"-", b"HTTP/1.0", b"HTTP/1.1", b"https://",
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"%", b"#", b"_", b"f", b"00000000000000000000000",
]


# MARK: Inputs


def body_of(rng: random.Random) -> tuple[list[bytes], bytes]:
    """Fields that announce a body, and the body."""
    data = bytes(rng.choices(b"abc\r\n\0 0G\xff", k=rng.randrange(40)))
    kind = rng.randrange(4)
    if kind == 0:
        return [], b""
    if kind == 1:
        zeros = b"0" * rng.choice([0, 0, 0, 3, 25])
        return [b"Content-Length: " + zeros + b"%d" % len(data)], data
    coded, rest = b"", data
    while rest:
        count = rng.randint(1, len(rest))
        size = rng.choice([b"%x", b"%X", b"%05x"]) % count
        extension = rng.choice([b"", b"", b"", b";a", b";a=b", b';a="b c"; d'])
        coded += size + extension + b"\r\n" + rest[:count] + b"\r\n"
        rest = rest[count:]
    trailers = rng.choice([b"", b"", b"X-Sum: 1\r\n", b"X-Sum:\r\nX-B: \t c\r\n"])
    return [b"Transfer-Encoding: " + rng.choice([b"chunked", b"Chunked"])], (
        coded + rng.choice([b"0", b"000", b"0;a"]) + b"\r\n" + trailers + b"\r\n"
    )


def request(rng: random.Random) -> bytes:
    method, target = rng.choice(METHODS), rng.choice(TARGETS)
    version = rng.choice([b"1.1", b"1.1", b"1.1", b"1.0"])
    if target == b"*" and rng.random() < 0.9:
        method = b"OPTIONS"
    announced, body = body_of(rng)
    if version == b"1.0" and rng.random() < 0.9 and b"ransfer" in b"".join(announced):
        announced, body = [], b""
    lines = rng.sample(FIELDS, rng.randrange(6)) + announced
    lines.append(rng.choice([b"Host: a", b"host:a", b"Host:  a "]))
    rng.shuffle(lines)
    blank = b"\r\n" * rng.choice([0, 0, 0, 0, 1, 2])
    head = method + b" " + target + b" HTTP/" + version + b"\r\n" + b"\r\n".join(lines)
    return blank + head + b"\r\n\r\n" + body


def mutated(rng: random.Random, data: bytes) -> bytes:
    for _ in range(rng.randint(1, 3)):
        # Half of them at the start of a line, where whole lines of MORSELS make sense.
        starts = [found.end() for found in re.finditer(rb"\r\n", data)] or [0]
        at = rng.choice([rng.choice(starts), rng.randrange(len(data) + 1)])
        end = min(len(data), at + rng.choice([1, 1, 1, 2, 8]))
        kind = rng.randrange(5)
        if kind == 0:
            data = data[:at] + data[end:]
        elif kind == 1:
            data = data[:at] + rng.choice(MORSELS) + data[at:]
        elif kind == 2:
            data = data[:at] + rng.choice(MORSELS) + data[end:]
        elif kind == 3:
            data = data[:at] + bytes([rng.randrange(256)]) + data[end:]
        else:
            data = data[:end] + data[at:]
    return data


def inputs(corpus: Path) -> Iterator[bytes]:
    """The fuzzer's corpus (the last byte of each is not for the parser), and what is made up."""
    rng = random.Random(SEED)
    seeds = [path.read_bytes()[:-1] for path in sorted(corpus.iterdir())]
    assert seeds, "the corpus is not where it should be"
    yield from seeds
    for seed in seeds:
        yield mutated(rng, seed)
    for _ in range(GENERATED):
        data = b"".join(request(rng) for _ in range(rng.choice([1, 1, 2, 3])))
        yield data
        yield mutated(rng, data)


# MARK: h11


@dataclass
class Reading:
    """What h11 makes of the beginning of some bytes."""

    request: h11.Request | None = None
    body: bytes = b""
    refusal: str | None = None
    # Where the next request begins; None when this one is not complete.
    end: int | None = None
    persists: bool | None = None
    waits: bool = False

    @staticmethod
    def of(data: bytes) -> Reading:
        reading = Reading()
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=10_000_000)
        connection.receive_data(data)
        try:
            while reading.end is None:
                event = connection.next_event()
                if isinstance(event, h11.Request):
                    reading.request = event
                    reading.waits = connection.they_are_waiting_for_100_continue
                elif isinstance(event, h11.Data):
                    reading.body += bytes(event.data)
                elif isinstance(event, h11.EndOfMessage):
                    reading.end = len(data) - len(connection.trailing_data[0])
                    states = {h11.DONE: True, h11.MUST_CLOSE: False}
                    reading.persists = states.get(connection.their_state)
                else:
                    break
        except h11.RemoteProtocolError as error:
            reading.refusal = str(error)
        return reading


# MARK: What Weir takes and h11 refuses


@dataclass(frozen=True)
class Excuse:
    """Bytes that h11 refuses are right once they are changed like this."""

    name: str
    reason: str
    change: Callable[[bytes], bytes]


def without_blank_lines(data: bytes) -> bytes:
    return re.sub(rb"\A(?:\r\n){1,2}", b"", data)


def without_leading_zeros(data: bytes) -> bytes:
    head, separator, rest = data.partition(b"\r\n\r\n")
    return re.sub(rb"(?i)(\ncontent-length:[ \t]*)0+(?=[0-9])", rb"\1", head) + separator + rest


EXCUSES = [
    Excuse(
        "blank lines before a request",
        "RFC 9112 section 2.2: a server SHOULD ignore at least one empty line there",
        without_blank_lines,
    ),
    Excuse(
        "a Content-Length of more than 20 digits, most of them leading zeros",
        "RFC 9110 section 8.6: any number of digits; the value fits",
        without_leading_zeros,
    ),
]
# What Weir refuses and h11 takes: the slug of the refusal, and why.
STRICTER = {
    "bare-line-feed": "h11 takes LF as a line end, which RFC 9112 section 2.2 merely allows",
    "folded-field": "h11 unfolds; RFC 9112 section 5.2 has a server refuse or unfold",
    "malformed-field-value": "h11 takes most control characters in values",
    "malformed-host": "h11 does not look into Host; RFC 9112 section 3.2 asks for 400",
    "malformed-target": "h11 takes any visible characters for a target",
    "contradictory-host": "h11 does not look into absolute targets",
    "misdirected-scheme": "h11 does not look into absolute targets",
    "contradictory-framing": "h11 lets chunked win, which RFC 9112 section 6.1 merely allows",
    "repeated-content-length": "h11 takes equal ones; RFC 9110 section 8.6 has us choose",
    "malformed-content-length": "h11 takes lists of equal ones; RFC 9110 section 8.6 has us choose",
    "content-length-too-large": "h11 takes what does not fit 63 bits",
    "transfer-encoding-in-http-1.0": "RFC 9112 section 6.1: its framing is to be taken as faulty",
    "unknown-transfer-coding": "the coding is on a continued line, which h11 unfolds",
    "unknown-expectation": "h11 leaves expectations to its user; RFC 9110 section 10.1.1: 417",
    "unsupported-http-version": "h11 takes every version of one digit and one more",
    "unexpected-http2-preface": "to h11 it is a request",
    "connect-not-supported": "h11 leaves methods to its user",
    "method-too-long": "h11 bounds the whole head only",
    "target-too-long": "h11 bounds the whole head only",
    "headers-too-large": "h11 is told not to bound the head here",
    "malformed-chunk-size": "h11 takes white space after it, and 20 digits",
    "malformed-chunk-extension": "h11 takes anything",
    "chunk-extension-too-long": "h11 bounds the whole line only",
    "chunk-too-large": "h11 takes what does not fit 63 bits",
    "forbidden-trailer": "h11 leaves trailers to its user",
    "trailers-too-large": "h11 is told not to bound them here",
}
OLD_CLIENTS = "HTTP/1.0 with keep-alive persists (RFC 9112 section 9.3; h11 never lets it)"
ENDLESS = "what source clients send, to the end of the connection (see HTTP1Framing)"
NO_WAITING = "Expect without a body is nothing to wait for (RFC 9110 section 10.1.1)"


# MARK: Comparison

DROPPED = {
    b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade", b"host",
    b"expect",
}


def agree(what: str, ours: object, theirs: object) -> None:
    assert ours == theirs, f"{what}: {ours!r} for Weir, {theirs!r} for h11"


def text(value: bytes) -> str:
    return bytes(value).decode("utf-8", "replace")


def passed_on(fields: list[list[str]]) -> list[list[str]]:
    """Fields of Weir's as h11 would have them: `expect` is judged apart, zeros are excused."""
    return [
        [name, value.lstrip("0") or "0" if name == "content-length" else value]
        for name, value in fields
        if name != "expect"
    ]


def expected_fields(seen: h11.Request) -> list[list[str]]:
    """The fields that Weir should pass on."""
    return passed_on([
        [text(name), text(value)]
        for name, value in seen.headers
        if name not in DROPPED and (name != b"te" or value.lower() == b"trailers")
    ])


def expected_target(seen: h11.Request) -> tuple[str, str]:
    """Authority and path of a request."""
    target = text(seen.target)
    hosts = [text(value) for name, value in seen.headers if name == b"host"]
    host = hosts[0] if hosts else ""
    if target.startswith("/") or target == "*":
        return host, target
    found = re.fullmatch(r"(?i)https://([^/?]*)(.*)", target)
    assert found, f"Weir took the target {target!r}"
    authority, path = found.groups()
    assert not hosts or host.lower() == authority.lower(), f"Weir took Host {host!r} for {target!r}"
    if not path:
        return authority, "*" if seen.method == b"OPTIONS" else "/"
    return authority, path if path.startswith("/") else "/" + path


@dataclass
class Judge:
    counts: collections.Counter[str] = field(default_factory=collections.Counter)

    def judge(self, data: bytes, events: dict) -> None:
        """Follows Weir from request to request."""
        start = 0
        for ours in events["requests"]:
            reading = self.read(data[start:])
            self.compare(ours, reading, start, events.get("failure"))
            if "end" not in ours:
                return
            start = ours["end"]
            if not ours["persists"]:
                return
        theirs = Reading.of(data[start:])
        if "failure" not in events:
            assert theirs.request is None, "h11 sees a request where Weir waits for more"
        elif theirs.request is not None:
            self.refused_alone(events["failure"])
        else:
            self.counts["refused by both"] += 1

    def refused_alone(self, failure: str) -> None:
        assert failure in STRICTER, f"Weir alone refuses it: {failure}"
        self.counts[f"refused by Weir alone: {failure}"] += 1

    def read(self, data: bytes) -> Reading:
        """What h11 makes of it, if need be of what an excuse makes of it."""
        reading, changed = Reading.of(data), data
        used: list[str] = []
        for excuse in EXCUSES:
            if reading.request is not None or excuse.change(changed) == changed:
                continue
            changed = excuse.change(changed)
            used.append(excuse.name)
            reading = Reading.of(changed)
            if reading.end is not None:
                reading.end += len(data) - len(changed)
        if reading.request is not None:
            self.counts.update(f"taken by Weir alone: {name}" for name in used)
        return reading

    def compare(self, ours: dict, theirs: Reading, start: int, failure: str | None) -> None:
        seen, body, end = theirs.request, bytes.fromhex(ours["body"]), ours.get("end")
        assert seen is not None, f"h11 refuses what Weir takes: {theirs.refusal}"
        agree("method", ours["method"], text(seen.method))
        agree("version", ours["version"], text(seen.http_version))
        agree("target", (ours["authority"], ours["target"]), expected_target(seen))
        agree("fields", passed_on(ours["fields"]), expected_fields(seen))
        if ours["framing"] == "untilClose":
            assert seen.method in (b"PUT", b"POST", b"SOURCE") and not theirs.body, "why so?"
            assert not ours["persists"], "nothing may follow"
            self.counts[f"excused: {ENDLESS}"] += 1
            return
        if ours["expectsContinue"] != theirs.waits:
            assert not ours["expectsContinue"] and ours["framing"] in ("none", "length(0)"), (
                f"only Weir says that expectsContinue is {ours['expectsContinue']}"
            )
            self.counts[f"excused: {NO_WAITING}"] += 1
        if end is None and failure is not None:
            # Refused in the middle: what was passed on before has to be right.
            shorter = min(len(body), len(theirs.body))
            agree("beginning of the body", body[:shorter], theirs.body[:shorter])
            if theirs.end is not None:
                self.refused_alone(failure)
            return
        assert theirs.refusal is None, f"h11 refuses a body that Weir takes: {theirs.refusal}"
        agree("body", body, theirs.body)
        agree("end", end, None if theirs.end is None else start + theirs.end)
        if end is None:
            self.counts["incomplete for both"] += 1
            return
        self.counts["understood by both"] += 1
        if theirs.persists is not None and ours["persists"] != theirs.persists:
            assert ours["persists"] and ours["version"] == "1.0", "who closes the connection?"
            self.counts[f"excused: {OLD_CLIENTS}"] += 1


def compare(inputs_file: Path, events_file: Path) -> int:
    judge = Judge()
    problems = 0
    with inputs_file.open() as given, events_file.open() as made:
        for line, answer in zip(given, made, strict=True):
            data = bytes.fromhex(line)
            try:
                judge.judge(data, json.loads(answer))
            except AssertionError as error:
                problems += 1
                if problems <= 10:
                    print(f"{data!r}\n  Weir: {answer.strip()}\n  {error}", file=sys.stderr)
    for name, count in sorted(judge.counts.items()):
        print(f"{count:7} {name}")
    if problems:
        print(f"{problems} disagreements", file=sys.stderr)
    if judge.counts["understood by both"] < LEAST_AGREED:
        print("too little was understood by both", file=sys.stderr)
        return 1
    for excuse in EXCUSES:
        if not judge.counts[f"taken by Weir alone: {excuse.name}"]:
            print(f"nothing needs the excuse any more: {excuse.name}", file=sys.stderr)
            return 1
    return 1 if problems else 0


def main(arguments: list[str]) -> int:
    command, first, second = arguments
    if command == "generate":
        lines = [data.hex() for data in inputs(Path(second))]
        Path(first).write_text("\n".join(lines) + "\n")
        return 0
    assert command == "compare", command
    return compare(Path(first), Path(second))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What lists name, judged by its bytes: inits, parts and segments of one rendition."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import boxes, codecs
from .boxes import Fragment, Init, Malformed, Sample
from .finding import Findings
from .lists import Part, Segment


#: A frame that takes more of a part than this may not fit into one with others.
HELD_SHARE = 0.15


@dataclass(frozen=True)
class Seen:
    """A segment that was fetched. Times are ticks; `shown` is the first time of presentation."""

    listed: Segment
    decode: int
    ticks: int
    shown: int
    timescale: int
    samples: int
    byte_count: int
    #: The shortest distance of two samples.
    shortest: int


@dataclass
class Rendition:
    """What is known of one list's media, in the order of their numbers."""

    place: str
    findings: Findings
    inits: dict[str, Init] = field(default_factory=dict)
    parts: dict[str, bytes] = field(default_factory=dict)
    seen: dict[int, Seen] = field(default_factory=dict)

    def note(self, rule: str, what: str, text: str = "") -> None:
        self.findings.note(rule, self.place, what, text)

    # Inits

    def add_init(self, uri: str, data: bytes) -> None:
        self.findings.looked("inits")
        try:
            init = boxes.read_init(data)
        except (Malformed, KeyError, IndexError, StopIteration) as error:
            self.note("L14", f"{uri} cannot be read: {error!r}")
            return
        for fault in init.faults:
            self.note("L14", f"{uri}: {fault}")
        if not init.brands & {"iso6", "iso7", "iso8", "iso9", "cmfc", "cmf2"}:
            self.note("L14", f"{uri} has the brands {sorted(init.brands)}, none from iso6 on")
        if init.entry in ("avc3", "hev1"):
            self.note("V10", f"{uri} is {init.entry}")
        self.inits[uri] = init

    # Parts and segments

    def add_parts(self, segment: Segment, data: dict[str, bytes], target_us: int) -> None:
        """All parts of a segment that were fetched."""
        start: int | None = None
        listed_us = 0
        for index, part in enumerate(segment.parts):
            listed_us += part.duration_us
            if not data.get(part.uri):
                continue
            samples = self._part(part, segment, data[part.uri])
            init = self.inits.get(segment.map_uri or "")
            if not samples or init is None:
                continue
            if start is None and index == 0:
                start = samples[0].decode
            if start is not None:
                end_us = (samples[-1].decode + samples[-1].duration - start) * 1_000_000 / init.timescale
                last_us = samples[-1].duration * 1_000_000 / init.timescale
                self._ends(part, listed_us, end_us, can_be_held=last_us > HELD_SHARE * target_us)

    def _part(self, part: Part, segment: Segment, data: bytes) -> list[Sample]:
        self.findings.looked("parts")
        self.parts[part.uri] = data
        fragments = self._fragments(part.uri, data, self.inits.get(segment.map_uri or ""))
        samples = [sample for each in fragments for sample in each.samples]
        has_key = any(sample.sync for sample in samples)
        if samples and has_key != part.independent:
            self.note("T4", f"{part.uri} says INDEPENDENT={part.independent}, a key frame: {has_key}")
        return samples

    def _ends(self, part: Part, listed_us: int, end_us: float, *, can_be_held: bool) -> None:
        """T3: parts end where the list says. Only a frame that is held may last longer than its part: what is
        left of it is listed as gaps, or with the part that follows."""
        if listed_us - end_us > 1.5 or (end_us - listed_us > 1.5 and not can_be_held):
            self.note("T3", f"{part.uri} ends {end_us:.0f} us behind its segment's beginning, in the list "
                      f"{listed_us} us")

    def add_segment(self, segment: Segment, data: bytes, *, independent: bool) -> None:
        self.findings.looked("segments")
        init = self.inits.get(segment.map_uri or "")
        fragments = self._fragments(segment.uri, data, init)
        if init is None or not fragments:
            return
        samples = [sample for each in fragments for sample in each.samples]
        self._first_sample(segment, samples, independent)
        self._keys(segment, init, data, samples)
        ticks = sum(sample.duration for sample in samples)
        for before, after in zip(fragments, fragments[1:]):
            if before.decode + before.ticks != after.decode:
                self.note("L13", f"inside {segment.uri} decode time {before.decode + before.ticks} is "
                          f"followed by {after.decode}")
        if _off_us(ticks, init.timescale, segment.duration_us) > 1:
            self.note("L13", f"{segment.uri} lasts {ticks}/{init.timescale} s, EXTINF says "
                      f"{segment.duration_us} us")
        self._same_as_parts(segment, data)
        distances = [sample.duration for sample in samples if sample.duration]
        self.seen[segment.number] = Seen(
            segment, fragments[0].decode, ticks, min(s.shown for s in samples), init.timescale, len(samples),
            len(data), min(distances, default=0))
        self._continues(self.seen[segment.number])

    def _fragments(self, uri: str, data: bytes, init: Init | None) -> list[Fragment]:
        if init is None:
            self.note("L10", f"no init is known for {uri}")
            return []
        try:
            fragments = boxes.read_fragments(data, init.defaults)
        except (Malformed, IndexError) as error:
            self.note("L14", f"{uri} cannot be read: {error!r}")
            return []
        for fragment in fragments:
            for fault in fragment.faults:
                self.note("L14", f"{uri}: {fault}")
        if not any(fragment.samples for fragment in fragments):
            self.note("L12", f"{uri} has no samples and is no gap")
            return []
        return [fragment for fragment in fragments if fragment.samples]

    def _first_sample(self, segment: Segment, samples: list[Sample], independent: bool) -> None:
        if independent and not samples[0].sync:
            self.note("V5", f"{segment.uri} does not begin with a key frame, and the list says that all do")
        if segment.parts and segment.parts[0].independent and not any(s.sync for s in samples):
            self.note("T4", f"{segment.uri} has no key frame")

    def _keys(self, segment: Segment, init: Init, data: bytes, samples: list[Sample]) -> None:
        """L13: what is flagged as a key frame is one, by its bitstream."""
        if init.handler != "vide":
            return
        for sample in samples:
            is_key = codecs.is_key(init.entry, data[sample.start:sample.end], init.length_bytes)
            size = codecs.vp9_size(data[sample.start:sample.end]) if init.entry == "vp09" and is_key else None
            if size not in (None, (init.width, init.height)):
                self.note("L10", f"{segment.uri}: a key frame of {size}, the init says "
                          f"{init.width}x{init.height}")
            for unit in codecs.sets(init.entry, data[sample.start:sample.end], init.length_bytes):
                if unit not in init.set_up:
                    self.note("L10", f"{segment.uri}: parameters {unit.hex()} that are not in its init")
            if sample.sync and not is_key:
                self.note("L13", f"{segment.uri}: the sample at {sample.decode} is flagged as a key frame "
                          f"and is none")

    def _same_as_parts(self, segment: Segment, data: bytes) -> None:
        """T3: a segment is its parts, byte for byte, where all of them were fetched."""
        parts = [part for part in segment.parts if not part.gap]
        if not parts or any(part.uri not in self.parts for part in parts):
            return
        self.findings.looked("segments in parts")
        if b"".join(self.parts[part.uri] for part in parts) != data:
            self.note("T3", f"{segment.uri} is not what its parts are")

    def _continues(self, now: Seen) -> None:
        """L13 and L11: decode times go on over borders, and dates go with them."""
        before = self.seen.get(now.listed.number - 1)
        if before is None or now.listed.discontinuity or before.timescale != now.timescale:
            return
        self.findings.looked("borders")
        if before.decode + before.ticks != now.decode:
            self.note("L13", f"segment {before.listed.number} ends at {before.decode + before.ticks}, "
                      f"{now.listed.number} begins at {now.decode} (1/{now.timescale} s)")
        if None not in (before.listed.date_us, now.listed.date_us):
            media_us = (now.decode - before.decode) * 1_000_000 / now.timescale
            dates_us = (now.listed.date_us or 0) - (before.listed.date_us or 0)
            if abs(media_us - dates_us) > 1_500:
                self.note("L11", f"from segment {before.listed.number} to {now.listed.number} media go on by "
                          f"{media_us:.0f} us, dates by {dates_us}")

    # All of it

    def check_run(self) -> None:
        """L13: sums over all that was seen, within a frame of the truth."""
        numbers = sorted(self.seen)
        run: list[Seen] = []
        for number in numbers:
            each = self.seen[number]
            if run and (each.listed.discontinuity or number != run[-1].listed.number + 1):
                self._sum(run)
                run = []
            run.append(each)
        self._sum(run)

    def _sum(self, run: list[Seen]) -> None:
        if len(run) < 2:
            return
        scale = run[0].timescale
        true_us = (run[-1].decode + run[-1].ticks - run[0].decode) * 1_000_000 / scale
        told_us = sum(each.listed.duration_us for each in run)
        if abs(true_us - told_us) > 1_000:
            self.note("L13", f"segments {run[0].listed.number} to {run[-1].listed.number} last "
                      f"{true_us:.0f} us, the list says {told_us}")

    @property
    def init(self) -> Init | None:
        """That of the newest segment."""
        newest = self.seen.get(max(self.seen, default=-1))
        uri = newest.listed.map_uri if newest else next(reversed(self.inits), None)
        return self.inits.get(uri or "")

    def peak(self, target_s: int) -> int:
        """The greatest bit rate of any run of a half to one and a half targets."""
        segments = [self.seen[number] for number in sorted(self.seen)]
        best = 0
        for start in range(len(segments)):
            byte_count, seconds = 0, 0.0
            for each in segments[start:]:
                byte_count += each.byte_count
                seconds += each.ticks / each.timescale
                if seconds > 1.5 * target_s:
                    break
                if seconds >= 0.5 * target_s:
                    best = max(best, round(byte_count * 8 / seconds))
        return best

    @property
    def seconds(self) -> float:
        return sum(each.ticks / each.timescale for each in self.seen.values())

    def rate(self) -> float:
        """Samples a second."""
        return sum(each.samples for each in self.seen.values()) / self.seconds if self.seen else 0


def check_key_frame(segment: Segment, data: bytes, init: Init, findings: Findings, place: str) -> None:
    """V8: the range of a list of key frames is a fragment's beginning with one whole key frame in it."""
    findings.looked("key frames")
    try:
        sample = _first_of(data, init)
    except (Malformed, IndexError) as error:
        findings.note("V8", place, f"{segment.uri} has no fragment at its beginning: {error!r}")
        return
    if not sample.sync or not codecs.is_key(init.entry, data[sample.start:sample.end], init.length_bytes):
        findings.note("V8", place, f"{segment.uri} does not begin with a key frame")
    if sample.end != len(data):
        findings.note("V8", place, f"the range of {segment.uri} has {len(data)} bytes, its key frame ends at "
                      f"{sample.end}")


def _first_of(data: bytes, init: Init) -> Sample:
    """Of a fragment whose mdat is cut off."""
    at = 0
    while at + 8 <= len(data):
        size, kind = boxes.number(data, at, 4), data[at + 4:at + 8]
        if kind == b"mdat":
            whole = data[:at] + size.to_bytes(4, "big") + data[at + 4:]
            whole += bytes(max(at + size - len(whole), 0))
            return boxes.read_fragments(whole[:at + size], init.defaults)[0].samples[0]
        if size < 8:
            break
        at += size
    raise Malformed("no mdat")


def _off_us(ticks: int, timescale: int, us: int) -> float:
    return abs(ticks * 1_000_000 / timescale - us)

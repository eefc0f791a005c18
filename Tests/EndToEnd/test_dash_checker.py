"""The checker of DASH, checked: manifests that break one rule each, and that it finds them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from weir.checker import boxes, lists, low_latency, manifests
from weir.checker.finding import Findings
from weir.checker.media import Rendition, Seen

_MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="dynamic" \
availabilityStartTime="2026-01-01T00:00:00.000Z" publishTime="2026-01-01T00:00:30.000Z" \
minimumUpdatePeriod="PT1.500S" timeShiftBufferDepth="PT20.000S" maxSegmentDuration="PT3.000S" \
minBufferTime="PT3.000S">
  <Period id="p0" start="PT10.000S">
    <AdaptationSet id="0" contentType="video" mimeType="video/mp4" segmentAlignment="true" startWithSAP="1">
      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
      <SegmentTemplate timescale="1000" presentationTimeOffset="2000" initialization="e/init-0.mp4" \
media="e/$RepresentationID$/$Number$.m4s" startNumber="7">
        <SegmentTimeline>
          <S t="4000" d="2000" r="3"/>
          <S d="2100"/>
        </SegmentTimeline>
      </SegmentTemplate>
      <Representation id="v1" codecs="vp09.00.10.08" bandwidth="200000" width="160" height="120" \
frameRate="30"/>
    </AdaptationSet>
  </Period>
  <UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="../../api/time"/>
</MPD>
"""
Change = Callable[[str], str]


def _swap(old: str, new: str) -> Change:
    def change(text: str) -> str:
        assert old in text, old
        return text.replace(old, new)
    return change


def _read(text: str, findings: Findings) -> manifests.Manifest:
    found = manifests.read(text, "manifest", findings)
    assert found is not None, findings.report()
    return found


BROKEN: list[tuple[str, str, Change]] = [
    ("X1", "no start", _swap(' availabilityStartTime="2026-01-01T00:00:00.000Z"', "")),
    ("X1", "no window", _swap(' timeShiftBufferDepth="PT20.000S"', "")),
    ("X1", "no updates", _swap(' minimumUpdatePeriod="PT1.500S"', "")),
    ("X1", "no buffer time", _swap(' minBufferTime="PT3.000S"', "")),
    ("X1", "an attribute that nobody knows", _swap("<S d=", '<S x="1" d=')),
    ("X1", "children in another order", _swap(
        '<Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>',
        '<Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/><Label>x</Label>')),
    ("X1", "a segment that is too long", _swap('d="2100"', 'd="4000"')),
    ("X3", "no clock", _swap('urn:mpeg:dash:utc:http-iso:2014', "urn:mpeg:dash:utc:ntp:2014")),
    ("X7", "no numbers", _swap("$Number$", "$Time$")),
    ("X7", "a hole", _swap('<S d="2100"/>', '<S t="12001" d="2100"/>')),
    ("X12", "another type", _swap("video/mp4", "audio/mp4")),
    ("X12", "no bandwidth", _swap('bandwidth="200000"', 'bandwidth="0"')),
]


@pytest.mark.parametrize(("rule", "what", "change"), BROKEN, ids=[f"{r}: {w}" for r, w, _ in BROKEN])
def test_a_broken_manifest_is_found(rule: str, what: str, change: Change) -> None:
    findings = Findings()
    manifests.check(_read(_MANIFEST, findings), findings)
    assert findings.all == [], findings.report()
    manifests.check(_read(change(_MANIFEST), findings), findings)
    assert rule in findings.rules


def test_what_is_no_xml_is_found() -> None:
    findings = Findings()
    assert manifests.read("<MPD>", "broken", findings) is None
    assert findings.rules == {"X1"}


BROKEN_CHANGES: list[tuple[str, str, Change]] = [
    ("X1", "another start", _swap("T00:00:00.000Z", "T00:00:01.000Z")),
    ("X1", "it was published earlier", _swap("00:00:30.000Z", "00:00:29.000Z")),
    ("X1", "the period has moved", _swap('start="PT10.000S"', 'start="PT11.000S"')),
    ("X1", "all its media have moved", _swap(
        'presentationTimeOffset="2000"', 'presentationTimeOffset="2500"')),
    ("X7", "another duration", _swap('d="2100"', 'd="2200"')),
    ("X7", "the last segment is gone", _swap('<S d="2100"/>', "")),
    ("X7", "other numbers", _swap('startNumber="7"', 'startNumber="6"')),
]


@pytest.mark.parametrize(
    ("rule", "what", "change"), BROKEN_CHANGES, ids=[f"{r}: {w}" for r, w, _ in BROKEN_CHANGES])
def test_a_broken_update_is_found(rule: str, what: str, change: Change) -> None:
    findings = Findings()
    before = _read(_MANIFEST, findings)
    later = _MANIFEST.replace('startNumber="7"', 'startNumber="8"').replace('t="4000" d="2000" r="3"',
                                                                            't="6000" d="2000" r="2"')
    manifests.check_change(before, _read(later, findings), findings)
    assert findings.all == [], findings.report()
    manifests.check_change(before, _read(change(_MANIFEST), findings), findings)
    assert rule in findings.rules


BROKEN_MEDIA: list[tuple[str, str, Change]] = [
    ("X7", "another time", _swap('t="4000"', 't="4001"')),
    ("X7", "another duration", _swap('d="2000"', 'd="1999"')),
    ("X12", "another codec", _swap("vp09.00.10.08", "vp09.00.20.08")),
    ("X12", "another scale", _swap('timescale="1000"', 'timescale="1001"')),
    ("X12", "another init", _swap("init-0.mp4", "init-1.mp4")),
    ("X12", "another size", _swap('width="160"', 'width="161"')),
    ("X12", "another kind", _swap('contentType="video"', 'contentType="audio"')),
    ("L11", "another date than in HLS", _swap('start="PT10.000S"', 'start="PT10.100S"')),
]


@pytest.mark.parametrize(
    ("rule", "what", "change"), BROKEN_MEDIA, ids=[f"{r}: {w}" for r, w, _ in BROKEN_MEDIA])
def test_a_manifest_that_is_not_what_its_media_are_is_found(rule: str, what: str, change: Change) -> None:
    findings = Findings()
    rendition = Rendition("v1", findings)
    rendition.inits["e/init-0.mp4"] = boxes.Init(
        frozenset(), 1000, "vide", "vp09", "vp09.00.10.08", 160, 120, 0, 0, 0, b"", boxes.Defaults(), ())
    clean = _read(_MANIFEST, findings)
    listed = lists.Segment(7, "7", 2_000_000, "e/init-0.mp4", date_us=clean.start_us + 12_000_000)
    rendition.seen[7] = Seen(listed, 4000, 2000, 4000, 1000, 2, 100, 1000)
    manifests.check_media(clean, {"v1": rendition}, findings)
    assert findings.all == [], findings.report()
    manifests.check_media(_read(change(_MANIFEST), findings), {"v1": rendition}, findings)
    assert rule in findings.rules, findings.report()


_LOW_LATENCY = _MANIFEST.replace(
    "isoff-live:2011", "isoff-live:2011,http://www.dashif.org/guidelines/low-latency-live-v5").replace(
    '  <Period', """  <ServiceDescription id="0">
    <Scope schemeIdUri="urn:dvb:dash:lowlatency:scope:2019"/>
    <Latency referenceId="1" target="1500" max="9000" min="750"/>
  </ServiceDescription>
  <Period""").replace("      <Role", """      <SupplementalProperty \
schemeIdUri="urn:dvb:dash:lowlatency:critical:2019" value="true"/>
      <ProducerReferenceTime id="1" type="encoder" wallClockTime="2026-01-01T00:00:10.000Z" \
presentationTime="2000">
        <UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="../../api/time"/>
      </ProducerReferenceTime>
      <Role""")
_LIST = _LOW_LATENCY[_LOW_LATENCY.index('startNumber="7"'):_LOW_LATENCY.index("      <Representation")]
_LOW_LATENCY = _LOW_LATENCY.replace(
    _LIST, 'startNumber="7" duration="2000" availabilityTimeOffset="1.700" '
    'availabilityTimeComplete="false"/>\n')

BROKEN_LOW_LATENCY: list[tuple[str, str, Change]] = [
    ("X2", "no profile", _swap(",http://www.dashif.org/guidelines/low-latency-live-v5", "")),
    ("X3", "no clock", _swap('  <UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" '
                             'value="../../api/time"/>\n</MPD>', "</MPD>")),
    ("X4", "no latency", _swap('target="1500"', 'target="0"')),
    ("X4", "a latency out of its range", _swap('min="750"', 'min="1501"')),
    ("X4", "a reference to nothing", _swap('referenceId="1"', 'referenceId="0"')),
    ("X5", "another time", _swap('presentationTime="2000"', 'presentationTime="2001"')),
    ("X5", "no kind", _swap('type="encoder"', 'type="muxer"')),
    ("X5", "another clock", _swap('value="../../api/time"/>\n      </Prod', 'value="/time"/>\n      </Prod')),
    ("X7", "no numbers", _swap("$Number$", "$Time$")),
    ("X8", "complete", _swap('Complete="false"', 'Complete="true"')),
    ("X8", "earlier than it begins", _swap('Offset="1.700"', 'Offset="2.000"')),
    ("X15", "no scope", _swap("lowlatency:scope", "lowlatency:range")),
    ("X15", "no property", _swap("lowlatency:critical", "lowlatency:usual")),
]


def _read_low_latency(text: str, findings: Findings) -> low_latency.LowLatency:
    found = low_latency.read(text, "low-latency manifest", findings)
    assert found is not None, findings.report()
    return found


@pytest.mark.parametrize(
    ("rule", "what", "change"), BROKEN_LOW_LATENCY, ids=[f"{r}: {w}" for r, w, _ in BROKEN_LOW_LATENCY])
def test_a_broken_manifest_of_low_latency_is_found(rule: str, what: str, change: Change) -> None:
    findings = Findings()
    low_latency.check(_read_low_latency(_LOW_LATENCY, findings), findings)
    assert findings.all == [], findings.report()
    low_latency.check(_read_low_latency(change(_LOW_LATENCY), findings), findings)
    assert rule in findings.rules


def test_early_offers_of_listed_segments_are_found() -> None:
    findings = Findings()
    listed = _LOW_LATENCY.replace(_LOW_LATENCY[_LOW_LATENCY.index('startNumber="7"'):
                                               _LOW_LATENCY.index("      <Representation")], _LIST)
    low_latency.check(_read_low_latency(listed, findings), findings)
    assert findings.all == [], findings.report()
    early = listed.replace('startNumber="7"', 'startNumber="7" availabilityTimeOffset="1.700"')
    low_latency.check(_read_low_latency(early, findings), findings)
    assert findings.rules == {"X6"}


@pytest.mark.parametrize(("rule", "change"), [
    ("X1", _swap('duration="2000"', 'duration="2001"')), ("X1", _swap('startNumber="7"', 'startNumber="8"')),
    ("X1", _swap('start="PT10.000S"', 'start="PT11.000S"'))])
def test_a_pace_that_changes_within_its_period_is_found(rule: str, change: Change) -> None:
    findings = Findings()
    before = _read_low_latency(_LOW_LATENCY, findings)
    low_latency.check_change(before, _read_low_latency(_LOW_LATENCY, findings), findings)
    assert findings.all == [], findings.report()
    low_latency.check_change(before, _read_low_latency(change(_LOW_LATENCY), findings), findings)
    assert rule in findings.rules


@pytest.mark.parametrize(("shown", "date_s", "rules"), [
    (4000, 12, set()), (4999, 12.999, set()), (5001, 13.001, {"X7"}), (4000, 12.1, {"L11"})])
def test_a_segment_out_of_its_place_is_found(shown: int, date_s: float, rules: set[str]) -> None:
    findings = Findings()
    now = _read_low_latency(_LOW_LATENCY, findings)
    rendition = Rendition("v1", findings)
    listed = lists.Segment(8, "8", 2_000_000, "init", date_us=now.manifest.start_us + round(date_s * 1e6))
    rendition.seen[8] = Seen(listed, shown, 2000, shown, 1000, 2, 100, 1000)
    low_latency.check_media(now, {"v1": rendition}, findings)
    assert findings.rules == rules, findings.report()

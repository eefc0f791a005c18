"""DASH: the manifest, and that what it names is the broadcast."""

from __future__ import annotations

import datetime
import itertools
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest

from weir.comparison import find_run
from weir.hls import assert_equal_from_all, connections_to_all_workers, end, fetch
from weir.packets import probe
from weir.publisher import Publisher
from weir.recordings import record
from weir.server import Server
from weir.waiting import PATIENCE_S, wait_until

Publish = Callable[..., Publisher]
_SPACE = {"mpd": "urn:mpeg:dash:schema:mpd:2011"}


@pytest.mark.parametrize("video", ["vp9", "h264"])
def test_ffmpeg_reads_by_dash_what_was_published(
    server: Server, publish: Publish, name: str, video: str
) -> None:
    recording = record(video, "opus", seconds=14)
    headers = {"content-type": recording.content_type}
    # As fast as it was recorded: a source whose clock runs ahead may be interrupted to mend the time of day,
    # and ffmpeg reads one period only.
    publish(server, name, headers=headers).play(recording).finish(recording.seconds + 2 * PATIENCE_S)
    end(server, name)
    got, sent = probe(server.url(f"/{name}/dash/index.mpd")), probe(recording.path)
    assert not got.errors
    for kind in ("video", "audio"):
        have = [packet.hash for packet in got.of_kind(kind)]
        all_sent = [packet.hash for packet in sent.of_kind(kind)]
        start = find_run(have, all_sent)
        assert have and start is not None, f"{kind}: {len(have)} of {len(all_sent)}"
        assert len(have) * 2 > len(all_sent)
        # ffmpeg stops where the first of the tracks ends.
        assert len(all_sent) - start - len(have) <= 2


def test_the_manifest_names_what_is_there(
    server: Server, publish: Publish, name: str
) -> None:
    recording = record("vp9", "opus", seconds=14)
    publish(server, name).play(recording, speed=2).finish()
    first, second = connections_to_all_workers(server)
    with first, second:
        path = f"/{name}/dash/index.mpd"
        mpd = ElementTree.fromstring(assert_equal_from_all([first, second], [path])[path])
        assert first.request("GET", path).headers["content-type"] == "application/dash+xml"
        assert mpd.attrib["type"] == "dynamic"
        periods = [each.findall("mpd:AdaptationSet", _SPACE) for each in mpd.findall("mpd:Period", _SPACE)]
        assert periods
        for sets in periods:
            assert [s.attrib["contentType"] for s in sets] == ["video", "audio"]
        for each in itertools.chain.from_iterable(periods):
            template = each.find("mpd:SegmentTemplate", _SPACE)
            representation = each.find("mpd:Representation", _SPACE)
            assert template is not None and representation is not None
            identifier = representation.attrib["id"]
            count = sum(int(s.get("r", "0")) + 1 for s in template.iter() if s.tag.endswith("}S"))
            start = int(template.attrib["startNumber"])
            names = [
                template.attrib["media"].replace("$Number$", str(number))
                for number in range(start, start + count)
            ] + [template.attrib["initialization"]]
            for each_name in names:
                path = each_name.replace("$RepresentationID$", identifier)
                dash, hls = fetch(first, name, path, "dash"), fetch(second, name, path, "hls")
                assert dash.status == hls.status == 200, path
                assert dash.body == hls.body
        clock = mpd.find("mpd:UTCTiming", _SPACE)
        assert clock is not None and clock.attrib["value"] == "../../api/time"
        before = datetime.datetime.now(datetime.UTC)
        told = first.request("GET", "/api/time")
        now = datetime.datetime.fromisoformat(told.body.decode())
        slack = datetime.timedelta(seconds=1)
        assert before - slack <= now <= datetime.datetime.now(datetime.UTC) + slack
        assert told.headers["access-control-allow-origin"] == "*"


def test_a_manifest_of_vp8_is_refused(server: Server, publish: Publish, name: str) -> None:
    recording = record("vp8", "opus", seconds=14)
    publish(server, name).play(recording, finish=False, speed=4)
    wait_until(lambda: server.stream(name), "the stream")
    answer = server.get(f"/{name}/dash/index.mpd")
    assert answer.status == 404 and answer.json()["type"] == "/problems/codec-not-packaged"

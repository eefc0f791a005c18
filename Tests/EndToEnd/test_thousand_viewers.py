"""A thousand viewers of one live stream for fifteen seconds; each gets media all the time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from weir import processes
from weir.curl import PROTOCOLS
from weir.comparison import assert_contiguous
from weir.h2load import Report, all_answered, live_viewers, report
from weir.publisher import Publisher
from weir.recordings import record
from weir.reports import write_report
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import wait_until

_VIEWERS = 1000
_LOAD_S = 15
# All of them have come long before the rest of that.
_SILENCE_S = 8
# curl's viewers among the thousand: what they got is compared packet by packet.
_SAMPLES = 10


def totals(server: Server) -> dict[str, float]:
    """Memory of the workers and processor time of the whole tree."""
    pids = list(server.workers().values())
    memory = [processes.memory_bytes(pid) for pid in pids]
    sums: dict[str, float] = {key: sum(m[key] for m in memory) for key in memory[0]}
    sums["cpu_s"] = sum(processes.cpu_seconds(pid) for pid in [server.pid, *pids])
    return sums


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("protocol", list(PROTOCOLS), indirect=True)
def test_a_thousand_viewers_get_media_all_the_time_and_nothing_is_lapped(
    start_server: Callable[..., Server],
    publish: Callable[..., Publisher],
    watch: Callable[..., Viewer],
    name: str,
    protocol: str,
) -> None:
    # All of them come from one address here.
    server = start_server("--exempt-network", "127.0.0.0/8")
    recording = record(seconds=90, size="320x240", rate="700k")
    publisher = publish(server, name).play(recording)
    server.wait_for_state(name, "live")
    samples = [watch(server, name).wait_for_bytes(1) for _ in range(_SAMPLES)]
    before = totals(server)

    during, published = before, 0

    def load() -> Report | None:
        nonlocal during, published
        url = server.url(f"/{name}/live")
        crowd = live_viewers(url, _VIEWERS, _LOAD_S, silence_s=_SILENCE_S, protocol=protocol)
        try:
            wait_until(
                lambda: (server.stream(name) or {}).get("viewers") == _VIEWERS + _SAMPLES
                or crowd.poll() is not None, "all viewers")
            if crowd.poll() is not None:
                return None
            during = totals(server)
            begin = publisher.sent
            done = report(crowd)
            published = publisher.sent - begin
            return done
        finally:
            if crowd.poll() is None:
                crowd.kill()

    done = all_answered(_VIEWERS, load)
    after = totals(server)

    assert done.started == done.ok == _VIEWERS, done.text
    assert done.errored == done.timed_out == 0, done.text
    # Each of them got at least what was published while all of them were there.
    assert done.traffic_bytes >= published * _VIEWERS * 0.9, done.text
    server.wait_for_viewers(name, _SAMPLES)
    server.request("DELETE", f"/{name}/live")
    for sample in samples:
        sample.wait_for_end()
    publisher.abort()
    for sample in samples:
        # No gap, so no jump and no lapping.
        assert_contiguous(sample.file, recording.path)

    write_report(f"thousand-viewers-{protocol.replace('/', '-')}", {
        "protocol": protocol,
        "viewers": _VIEWERS,
        "bytesDelivered": done.traffic_bytes,
        "perViewerBytes": {
            key: round((during[key] - before[key]) / _VIEWERS)
            for key in ("rss", "pss", "private", "anonymous")
        },
        "cpuSeconds": round(after["cpu_s"] - before["cpu_s"], 2),
        "cpuSecondsPerGB": round((after["cpu_s"] - before["cpu_s"]) / done.traffic_bytes * 1e9, 3),
    })

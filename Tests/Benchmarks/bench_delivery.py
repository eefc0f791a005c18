"""Processor time per gigabyte delivered to live viewers."""

from __future__ import annotations

from bench_setting import Figure, Bench, cpu_seconds, tree
from weir.curl import PROTOCOLS
from weir.h2load import live_viewers, report
from weir.publisher import Publisher
from weir.recordings import record

_VIEWERS = 500
_SECONDS = 20


def live_viewers_of_one_stream(bench: Bench) -> list[Figure]:
    """500 viewers at 2.5 Mbit/s by h2load; the process tree's time, ingest included."""
    return [figure for protocol in PROTOCOLS for figure in _measure(bench, protocol)]


def _measure(bench: Bench, protocol: str) -> list[Figure]:
    recording = record(seconds=60, size="640x360", rate="2440k")
    with bench.weir() as server:
        url = server.url("/delivery/live")
        folder = bench.fresh_folder("publisher")
        with Publisher(url, bench.certificate.certificate, folder) as publisher:
            publisher.play(recording)
            server.wait_for_state("delivery", "live")
            load = live_viewers(url, _VIEWERS, _SECONDS, silence_s=_SECONDS, protocol=protocol)
            server.wait_for_viewers("delivery", _VIEWERS)
            # Handshakes are measured elsewhere: count from when all viewers are there. What was
            # delivered before that is in h2load's sum, so both ends are taken from the wire.
            pids = tree(server)
            cpu, wire = cpu_seconds(pids), publisher.sent
            done = report(load)
            cpu, wire = cpu_seconds(pids) - cpu, publisher.sent - wire
        assert done.ok == _VIEWERS and done.errored == done.timed_out == 0, done.text
        delivered = wire * _VIEWERS
    return [
        Figure(f"{protocol}: CPU per GB to 500 live viewers", cpu / delivered * 1e9, "s", "<= 0.5"),
        Figure(f"{protocol}: bitrate of the stream", wire * 8 / _SECONDS / 1e6, "Mbit/s (about)"),
        Figure(f"{protocol}: h2load's count of bytes over ours", done.traffic_bytes / delivered, ""),
    ]

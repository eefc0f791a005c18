"""HLS beside servers of plain files: what segments, parts and lists cost that are computed from the
ring, when the same bytes could lie on a disk."""

from __future__ import annotations

import re
import shutil
import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bench_requests import H2o, NginxFile, Target, asset_of_1_kib, median_rates
from bench_setting import Figure, Bench, cpu_seconds, tree
from weir.h2load import h2load, report
from weir.hls import Playlist
from weir.publisher import Publisher
from weir.recordings import record
from weir.server import Server
from weir.waiting import wait_until

_NAME = "packaged"
_ROUNDS = 5
_SEGMENT_GETS = 1_500
_SEGMENTS = 12


def packaged(bench: Bench) -> list[Figure]:
    """One worker with a stream of 2.5 Mbit/s, and nginx and h2o with one each; medians over rounds."""
    with live(bench) as server:
        return segments_beside_files(bench, server) + lists_and_parts(bench, server)


@contextmanager
def live(bench: Bench) -> Iterator[Server]:
    """A broadcast that stands still, so that its lists stay and nothing else is measured."""
    recording = record("h264", "aac", seconds=40, size="640x360", rate="2440k")
    headers = {"content-type": recording.content_type}
    with bench.weir("--grace", "600", workers=1) as server:
        certificate, folder = bench.certificate.certificate, bench.fresh_folder("publisher")
        url = server.url(f"/{_NAME}/live")
        with Publisher(url, certificate, folder, headers=headers) as publisher:
            publisher.play(recording, finish=False, speed=8)
            wait_until(
                lambda: len(listed(server).segments) >= _SEGMENTS, "segments to be listed")
            yield server


def listed(server: Server) -> Playlist:
    answer = server.get(f"/{_NAME}/hls/v1.m3u8")
    return Playlist(answer.body.decode() if answer.status == 200 else "")


# Segments


def segments_beside_files(bench: Bench, server: Server) -> list[Figure]:
    names = listed(server).segments[-_SEGMENTS:]
    folder = bench.fresh_folder("segments")
    for name in names:
        answer = server.get(f"/{_NAME}/hls/{name}")
        assert answer.status == 200, answer
        (folder / name.rsplit("/", 1)[1]).write_bytes(answer.body)
    with ExitStack() as stack:
        ours = Target("weir", server.url(f"/{_NAME}/hls/"), lambda: tree(server))
        nginx = NginxSegments(bench.fresh_folder("nginx"), bench.certificate, asset_of_1_kib())
        shutil.copytree(folder, nginx.folder / "www", dirs_exist_ok=True)
        made = stack.enter_context(nginx.running())
        theirs = Target("nginx", made.url.removesuffix("asset.js"), made.pids)
        costs: dict[str, list[float]] = {"weir": [], "nginx": []}
        for _ in range(_ROUNDS):
            costs["weir"].append(seconds_per_gb(bench, ours, names))
            costs["nginx"].append(
                seconds_per_gb(bench, theirs, [name.rsplit("/", 1)[1] for name in names]))
    weir, nginx_s = statistics.median(costs["weir"]), statistics.median(costs["nginx"])
    return [
        Figure("HLS segments: CPU per GB", weir, "s"),
        Figure("nginx, the same as files: CPU per GB", nginx_s, "s"),
        Figure("HLS segments over nginx's files", weir / nginx_s, "x", "<= 0.67"),
    ]


def seconds_per_gb(bench: Bench, target: Target, names: list[str]) -> float:
    addresses = bench.fresh_folder("addresses") / "list"
    addresses.write_text("".join(f"{target.url}{name}\n" for name in names))
    before = cpu_seconds(target.pids())
    seen = report(h2load("-c", "10", "-m", "4", "-n", str(_SEGMENT_GETS), "-i", str(addresses)))
    assert seen.ok == _SEGMENT_GETS, seen.text
    return (cpu_seconds(target.pids()) - before) / seen.traffic_bytes * 1e9


class NginxSegments(NginxFile):
    """As people set it up for files: `sendfile` has no use under TLS."""

    def command(self) -> list[str]:
        command = super().command()
        configuration = self.folder / "nginx.conf"
        configuration.write_text(configuration.read_text().replace(
            "types { text/javascript js; }",
            "output_buffers 2 512k; tcp_nopush on; types { text/javascript js; video/mp4 m4s; }"))
        return command


# Lists and parts


def lists_and_parts(bench: Bench, server: Server) -> list[Figure]:
    """In requests for each second of processor time, beside h2o with the same bytes as files."""
    playlist = listed(server)
    names = {"HLS list": "v1.m3u8", "HLS init": playlist.maps[0]}
    if playlist.parts:
        names["HLS part of sound"] = re.sub(r"/v\d+/", "/a2/", playlist.parts[-1])
    targets = [
        Target(name, server.url(f"/{_NAME}/hls/{path}"), lambda: tree(server))
        for name, path in names.items()
    ]
    with ExitStack() as stack:
        if shutil.which(H2o.program):
            other = H2o(bench.fresh_folder("h2o"), bench.certificate, asset_of_1_kib())
            made = stack.enter_context(other.running())
            for number, (name, path) in enumerate(names.items()):
                # A name without a type, so that nothing is compressed.
                copy = other.folder / "www" / f"copy{number}"
                copy.write_bytes(server.get(f"/{_NAME}/hls/{path}").body)
                url = f"{made.url.removesuffix('asset.js')}{copy.name}"
                targets.append(Target(f"h2o: {name} as a file", url, made.pids))
        medians = median_rates(targets)
    figures = [Figure(f"{name}, requests", rate, "/CPU-s") for name, rate in medians.items()]
    return figures + [
        Figure(f"{name} over h2o's file of the same bytes", medians[name] / file, "x", ">= 0.5")
        for name in names if (file := medians.get(f"h2o: {name} as a file"))
    ]

"""What one request allocates."""

from __future__ import annotations

import mmap
import shutil
import struct
import subprocess
from pathlib import Path

from bench_setting import Bench, Figure
from compare_requests import asset_of
from weir.h2load import h2load, report
from weir.server import Server

_COUNTER = Path(__file__).with_name("allocation_count.c")


def allocations(bench: Bench) -> list[Figure]:
    """Of one worker, when it is warm: by its own code, and by the libraries under it."""
    if not shutil.which("cc"):
        return []
    folder = bench.fresh_folder("allocations")
    library, page = folder / "allocation_count.so", folder / "counts"
    subprocess.run(
        ["cc", "-O2", "-fno-omit-frame-pointer", "-shared", "-fPIC", "-o", library, _COUNTER,
         "-ldl"], check=True)
    page.write_bytes(bytes(mmap.PAGESIZE))
    # The supervisor loads it as well, and allocates nothing for requests.
    server = Server(
        folder, bench.certificate, workers=1, arguments=["--exempt-network", "127.0.0.0/8"],
        launcher=["env", f"LD_PRELOAD={library}", f"ALLOCATION_COUNT={page}"])
    try:
        server.start()
        figures = []
        asset = asset_of(1024)(server)
        for name, url in (("asset", server.url(asset)), ("/api/streams", server.url("/api/streams"))):
            own, libraries = per_request(page, url)
            figures += [
                Figure(f"{name}: allocations of our code per request", own, "",
                       "< 0.01" if name == "asset" else None),
                Figure(f"{name}: allocations of libraries per request", libraries, ""),
            ]
        server.stop(check=False)
        return figures
    finally:
        server.destroy()


def per_request(page: Path, url: str) -> tuple[float, float]:
    """By a short and a long run of the same connections, so that what they cost themselves goes out."""
    def run(count: int) -> tuple[int, int]:
        before = struct.unpack_from("=QQ", page.read_bytes())
        seen = report(h2load("-c", "10", "-m", "10", "-n", str(count), url))
        assert seen.ok == count, seen.text
        after = struct.unpack_from("=QQ", page.read_bytes())
        return after[0] - before[0], after[1] - before[1]

    run(10_000)
    short, long = run(10_000), run(60_000)
    return (long[0] - short[0]) / 50_000, (long[1] - short[1]) / 50_000

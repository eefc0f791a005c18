"""Somebody else, who comes from another address, can neither end nor disturb a live broadcast.

Under open publishing the address is all that tells publishers apart, and all of 127/8 is here.
"""

from __future__ import annotations

from collections.abc import Callable


from weir.comparison import assert_contiguous, assert_whole
from weir.in_time import Pace, in_time
from weir.limits import limit_s
from weir.publisher import Publisher, cut_at_random
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.viewer import Viewer

BOTH_PROTOCOLS = True

Watch = Callable[..., Viewer]
Publish = Callable[..., Publisher]

_STRANGER = "127.0.0.2"


def test_a_stranger_cannot_end_a_live_stream(server: Server, watch: Watch, held_back: str) -> None:
    viewer = watch(server, held_back).wait_for_bytes(10_000)
    answer = server.request("DELETE", f"/{held_back}/live", source=_STRANGER)
    assert (answer.status, answer.problem) == (403, "not-the-owner")
    viewer.wait_for_more(10_000)
    server.wait_for_state(held_back, "live")


def test_a_stranger_cannot_take_over(server: Server, watch: Watch, held_back: str) -> None:
    viewer = watch(server, held_back).wait_for_bytes(10_000)
    answer = server.request(
        "POST", f"/{held_back}/live", body=record().data, headers={"weir-take-over": "1"},
        source=_STRANGER,
    )
    assert (answer.status, answer.problem) == (409, "already-live")
    viewer.wait_for_more(10_000)
    server.request("DELETE", f"/{held_back}/live")
    viewer.wait_for_end()
    assert_contiguous(viewer.file, record(seconds=LASTING_S).path)


def test_a_stranger_cannot_slip_in_between_two_chunks(
    start_server: Callable[..., Server], watch: Watch, name: str
) -> None:
    server = start_server("--grace", "120")
    # Both made before the first chunk is sent: a stream without chunks does not stay live for long.
    recording, theirs = record(), record(size="320x240")
    first, second, *rest = cut_at_random(recording.data, pieces=4, seed=6)

    def post(data: bytes, **options: str) -> int:
        return server.request("POST", f"/{name}/live", body=data, **options).status

    assert post(first) == 204
    assert post(theirs.data, source=_STRANGER) == 409
    assert post(second, source=_STRANGER) == 409
    assert [post(chunk) for chunk in (second, *rest)] == [204] * 3
    viewer = watch(server, name, "?start=-3600").wait_for_bytes()
    assert server.request("DELETE", f"/{name}/live").status == 204
    viewer.wait_for_end()
    assert_whole(viewer.file, recording.path)


def test_a_stranger_may_watch_and_publish_under_another_name(server: Server, live: str) -> None:
    mine = f"{live[:28]}-2"
    assert server.request("HEAD", f"/{live}/live", source=_STRANGER).status == 200

    def publish(number: int, pace: Pace) -> tuple[int, int]:
        """And what somebody else is told who wants to end it while it is live."""
        answer = server.request("POST", f"/{mine}/live", body=record().data, source=_STRANGER)
        return answer.status, server.request("DELETE", f"/{mine}/live").status

    assert in_time(limit_s("publisherSilenceMs") - 1, publish) == (204, 403)
    assert server.request("DELETE", f"/{mine}/live", source=_STRANGER).status == 204

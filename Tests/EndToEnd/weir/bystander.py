"""A bystander: a viewer of a running broadcast who must not notice what is done to the server."""

from __future__ import annotations

from pathlib import Path

from .comparison import assert_contiguous
from .publisher import Publisher
from .recordings import LASTING_S, record
from .server import Server
from .viewer import Viewer


class Bystander:
    """A publisher and viewers on every worker; `assert_undisturbed` may be asked repeatedly."""

    def __init__(
        self, server: Server, folder: Path, name: str = "bystander", *,
        headers: dict[str, str] | None = None,
    ) -> None:
        """`headers` are what the publisher may publish by, where that needs an account."""
        authority = server.certificate.certificate
        self._server, self._name, self._headers = server, name, headers
        self._recording = record(seconds=LASTING_S)
        self._publisher = Publisher(
            server.url(f"/{name}/live"), authority, folder, headers=headers)
        self._publisher.play(self._recording)
        server.wait_for_state(name, "live")
        self._viewers = [
            Viewer(server.url(f"/{name}/live"), authority, folder / f"bystander-{number}.webm")
            for number in range(4)
        ]
        for viewer in self._viewers:
            viewer.wait_for_bytes(1000)

    def assert_undisturbed(self) -> None:
        """Publisher and viewers are connected and media goes on; no worker died."""
        assert self._publisher.process.poll() is None, "the bystander's publisher was cut off"
        for viewer in self._viewers:
            viewer.wait_for_more(1000)
        self._server.assert_no_unexpected_death()

    def finish(self) -> None:
        """End the broadcast; everything the viewers got must be whole and in order."""
        self._server.request("DELETE", f"/{self._name}/live", headers=self._headers)
        for viewer in self._viewers:
            viewer.wait_for_end()
            assert_contiguous(viewer.file, self._recording.path)

    def stop(self) -> None:
        for viewer in self._viewers:
            viewer.stop()
        self._publisher.abort()

"""Asks the admin listener: plain HTTP, by Python's own client."""

from __future__ import annotations

import functools
import http.client
import json
from dataclasses import dataclass
from typing import Any

from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from .server import Server
from .waiting import PATIENCE_S, wait_until


@dataclass(frozen=True)
class AdminAnswer:
    status: int
    headers: dict[str, str]
    body: str

    def json(self) -> Any:
        return json.loads(self.body)


def ask(server: Server, path: str, method: str = "GET", *, port: int | None = None) -> AdminAnswer:
    """One request on a connection of its own. Status 0 when there was no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port or server.admin_port, timeout=PATIENCE_S)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return AdminAnswer(response.status, headers, response.read().decode())
    except (OSError, http.client.HTTPException):
        return AdminAnswer(0, {}, "")
    finally:
        connection.close()


def _answered(server: Server) -> AdminAnswer | None:
    """A worker that is killed takes what it was asked with it: who looks asks again."""
    answer = ask(server, "/metrics")
    return answer if answer.status else None


class Metrics:
    """One look at /metrics, taken apart by Prometheus's own parser."""

    def __init__(self, server: Server) -> None:
        answer = wait_until(lambda: _answered(server), "the metrics")
        assert answer.status == 200, answer
        self.text = answer.body
        self.content_type = answer.headers["content-type"]

    @functools.cached_property
    def families(self) -> list[Metric]:
        return list(text_string_to_metric_families(self.text))

    def total(self, name: str, **labels: str) -> float:
        """The sum over all samples of that name that carry these labels. It takes apart no others,
        because tests wait for numbers, and look at many pages."""
        lines = [line for line in self.text.splitlines() if line.startswith((name + "{", name + " "))]
        found = [
            sample.value
            for family in text_string_to_metric_families("\n".join([*lines, ""]))
            for sample in family.samples if labels.items() <= sample.labels.items()
        ]
        assert found, f"no {name} with {labels}"
        return sum(found)

    def labels(self, name: str, label: str) -> set[str]:
        return {
            sample.labels[label] for family in self.families for sample in family.samples
            if sample.name == name
        }

"""Metrics as Prometheus sees them: its own checker, its own rules, and Prometheus itself."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from weir.admin import Metrics, ask
from weir.places import REPOSITORY
from weir.ports import free_port
from weir.publisher import Publisher
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import PATIENCE_S, wait_until
from weir.recordings import LASTING_S, record

DEPLOYED = REPOSITORY / "deploy" / "prometheus"
RULES = DEPLOYED / "weir.rules.yml"
DASHBOARD = DEPLOYED / "weir.dashboard.json"
#: Metrics that Prometheus makes itself.
ITS_OWN = {"up"}

Start = Callable[..., Server]


def _promtool(*arguments: str, text: str = "") -> None:
    done = subprocess.run(
        ["promtool", *arguments], input=text, capture_output=True, text=True,
        timeout=4 * PATIENCE_S, cwd=DEPLOYED)
    # It exits with 0 although it has something to say about a name.
    assert done.returncode == 0, done.stdout + done.stderr
    if arguments[0] == "check" and arguments[1] == "metrics":
        assert done.stdout + done.stderr == ""


def _known(metrics: Metrics) -> set[str]:
    """Everything that a query may name."""
    names = set(ITS_OWN)
    for name, kind in re.findall(r"^# TYPE (\w+) (\w+)$", metrics.text, re.MULTILINE):
        names |= {name + end for end in ("_bucket", "_sum", "_count")} if kind == "histogram" else {
            name}
    return names


def _unknown(queries: str, known: set[str]) -> set[str]:
    return set(re.findall(r"\b(?:weir_\w+|up\b)", queries)) - known


def _expressions(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("expr", "definition") and isinstance(value, str):
                yield value
            yield from _expressions(value)
    elif isinstance(node, list):
        for value in node:
            yield from _expressions(value)


def test_promtool_has_nothing_to_say_about_the_metrics(server: Server) -> None:
    _promtool("check", "metrics", text=Metrics(server).text)


def test_the_rules_are_right_and_each_fires_when_it_must() -> None:
    _promtool("check", "rules", RULES.name)
    _promtool("test", "rules", "weir.rules.test.yml")
    tests = (DEPLOYED / "weir.rules.test.yml").read_text()
    for alert in re.findall(r"alert: (\w+)", RULES.read_text()):
        assert f"alertname: {alert}\n" in tests


def test_each_alert_has_its_heading_and_each_heading_its_alert() -> None:
    rules = RULES.read_text()
    headings = re.findall(r"^## (\w+)$", (REPOSITORY / "docs" / "alerts.md").read_text(), re.MULTILINE)
    assert re.findall(r"alert: (\w+)", rules) == headings
    links = re.findall(r"runbook_url: (\S+)", rules)
    assert links == [f"docs/alerts.md#{heading.lower()}" for heading in headings]


def test_rules_and_dashboard_ask_only_for_what_there_is(server: Server) -> None:
    known = _known(Metrics(server))
    assert _unknown(RULES.read_text(), known) == set()
    expressions = list(_expressions(json.loads(DASHBOARD.read_text())))
    assert len(expressions) > 40
    assert _unknown("\n".join(expressions), known) == set()
    assert "weir_nothing" in _unknown("rate(weir_nothing[1m])", known)


def test_what_operators_ask_for_is_no_error_of_the_server(start_server: Start) -> None:
    """The alert about errors leaves out every route of the admin listener."""
    server = start_server()
    for method, path in [
        ("GET", "/"), ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics"),
        ("GET", "/status"), ("POST", "/kick/nobody"),
    ]:
        assert ask(server, path, method).status in (200, 403, 404, 503)

    def counted() -> set[str] | None:
        seen = {sample.labels["route"] for family in Metrics(server).families
                for sample in family.samples
                if sample.name == "weir_responses_total" and sample.value > 0}
        seen -= {"streams"}  # Whoever starts a server asks for them.
        return seen if len(seen) >= 6 else None

    excluded = set(re.findall(r'route!~"([a-z|-]+)"', RULES.read_text()))
    assert len(excluded) == 1
    assert wait_until(counted, "all of them to be counted") == set(excluded.pop().split("|"))


def _counters(server: Server) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in Metrics(server).families if family.type in ("counter", "histogram")
        for sample in family.samples
    }


def test_counters_never_go_back_when_workers_are_killed_or_replaced(
    start_server: Start, publish: Callable[..., Publisher], watch: Callable[..., Viewer], name: str
) -> None:
    server = start_server()
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    watch(server, name).wait_for_bytes(50_000)
    wait_until(
        lambda: Metrics(server).total("weir_responses_total", route="watch", status="2xx") == 1,
        "the viewer to be counted")

    def none_goes_back(action: Callable[[], object]) -> None:
        before = _counters(server)
        action()
        after = _counters(server)
        less = {key: (before[key], after[key]) for key in before.keys() & after.keys()
                if after[key] < before[key]}
        assert less == {}
        # Those of one worker end with it, and those of a stream with its broadcast.
        ends = {"weir_process_cpu_seconds_total", "weir_worker_loop_busy_seconds_total"}
        gone = {name for name, _ in before.keys() - after.keys()}
        assert {name for name in gone - ends if not name.startswith("weir_stream_")} == set()

    def reload() -> None:
        assert server.process is not None
        server.expected_deaths |= set(server.workers().values())
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: Metrics(server).total("weir_reloads_total") == 1, "the reload")

    for slot in list(server.workers()):
        none_goes_back(
            lambda: server.wait_for_all_workers(without=server.kill_worker(slot)))
    none_goes_back(reload)
    wait_until(lambda: Metrics(server).total("weir_worker_restarts_total") == 2, "the restarts to be counted")
    metrics = Metrics(server)
    assert metrics.total("weir_responses_total", route="watch", status="2xx") >= 1
    assert "supervisor" in metrics.labels("weir_process_cpu_seconds_total", "worker")
    wait_until(lambda: Metrics(server).total("weir_last_reload_successful") == 1, "the reload to be well")
    metrics = Metrics(server)
    assert metrics.total("weir_last_reload_success_timestamp_seconds") > 1e9
    assert metrics.total("weir_certificate_expiry_timestamp_seconds") > 1e9
    wait_until(
        lambda: Metrics(server).total("weir_workers", state="serving") == 2, "two workers")


class Prometheus:
    """The real one, with the rules and the example configuration."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.port = free_port()
        example = (DEPLOYED / "prometheus.yml").read_text()
        assert "127.0.0.1:9443" in example and "scrape_interval: 15s" in example
        text = example.replace("127.0.0.1:9443", f"127.0.0.1:{server.admin_port}")
        text = text.replace("interval: 15s", "interval: 1s").replace("weir.rules.yml", str(RULES))
        configuration = folder / "prometheus.yml"
        configuration.write_text(text)
        self._log = (folder / "prometheus.log").open("wb")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={configuration}",
             f"--storage.tsdb.path={folder / 'prometheus'}",
             f"--web.listen-address=127.0.0.1:{self.port}"],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The samples of now; none while it starts."""
        query = urllib.parse.urlencode({"query": expression})
        found = self._ask(f"/api/v1/query?{query}")
        return found["result"] if found else []

    def _ask(self, path: str) -> Any:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE_S) as answer:
                return json.load(answer)["data"]
        except OSError:
            return None

    def rules(self) -> list[dict[str, Any]]:
        found = self._ask("/api/v1/rules")
        return [rule for group in found["groups"] for rule in group["rules"]] if found else []

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE_S)
        self._log.close()


@pytest.fixture
def prometheus(tmp_path: Path, server: Server) -> Iterator[Prometheus]:
    running = Prometheus(tmp_path, server)
    yield running
    running.stop()


def test_prometheus_itself_reads_the_metrics_and_judges_the_rules(
    prometheus: Prometheus, server: Server, live: str
) -> None:
    def value(expression: str) -> float | None:
        found = prometheus.query(expression)
        return float(found[0]["value"][1]) if found else None

    wait_until(lambda: value('up{job="weir"}') == 1, "Prometheus to read the metrics")
    wait_until(lambda: value("weir_workers_ready") == 2, "all workers to be ready")
    # What it needs two looks for.
    wait_until(
        lambda: (value("rate(weir_ingest_bytes_total[30s])") or 0) > 0, "media to be counted")
    wait_until(
        lambda: value(f'weir_stream_bitrate_bytes_per_second{{stream="{live}"}}'), "a bit rate")
    wait_until(
        lambda: value("histogram_quantile(0.5, rate(weir_loop_turn_seconds_bucket[30s]))") is not None,
        "a quantile")
    wait_until(
        lambda: prometheus.rules() and all(
            rule["health"] == "ok" for rule in prometheus.rules()), "the rules to be judged")
    assert {rule["name"] for rule in prometheus.rules() if rule["state"] == "firing"} == set()

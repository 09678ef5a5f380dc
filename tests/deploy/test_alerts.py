"""Alerts watch what there is, and each is told with what to do."""

import re
from pathlib import Path

import pytest
import yaml
from prometheus_client.metrics_core import Metric

from catalog.metrics import REGISTRY
from catalog.models import Job
from catalog.queues import Queues
from web.metrics import MESSAGE_RESULTS, database_metrics, disk_metrics, part_metrics
from web.schemas import HealthParts, HealthReport

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/operating.md").read_text("utf-8")
[GROUP] = yaml.safe_load((ROOT / "deploy/alerts.yml").read_text("utf-8"))["groups"]
ALERTS = {rule["alert"]: rule for rule in GROUP["rules"]}
# Of Prometheus itself, and of the exporter that looks at the certificate.
OTHERS = {"up", "probe_ssl_earliest_cert_expiry"}
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
LABELS = {
    "part": set(HealthParts.model_fields),
    "queue": set(Queues.__dataclass_fields__),
    "job": {*map(str, Job), "aiguilleur", "aiguilleur-tls"},
    "result": set(MESSAGE_RESULTS),
}


@pytest.fixture
def backend() -> str:
    return "sqlite"


@pytest.fixture
def families(sessions, tmp_path: Path) -> list[Metric]:
    """All that /metrics tells."""
    parts = HealthParts(**dict.fromkeys(HealthParts.model_fields, "ok"))
    report = HealthReport(status="ok", parts=parts)
    return [
        *REGISTRY.collect(),
        *part_metrics(report),
        *disk_metrics(tmp_path),
        *database_metrics(sessions),
    ]


def test_alerts_ask_for_metrics_that_exist(families: list[Metric]) -> None:
    names = {family.name + suffix for family in families for suffix in SUFFIXES[family.type]}
    for name, rule in ALERTS.items():
        asked = set(re.findall(r"\b(?:aiguilleur|probe)_\w+|\bup\b", rule["expr"]))
        assert asked and asked <= names | OTHERS, name


def test_alerts_ask_for_values_that_labels_take() -> None:
    for name, rule in ALERTS.items():
        for label, value in re.findall(r'(\w+)=~?"([^"]+)"', rule["expr"]):
            if label in LABELS:
                assert set(value.split("|")) <= LABELS[label], name


def test_each_alert_is_told_with_what_to_do() -> None:
    table = re.findall(r"^\| ([A-Z]\w+(?:, [A-Z]\w+)*) \| (.+) \| .+ \|$", DOCUMENT, re.MULTILINE)
    told = {alert: goes_to for names, goes_to in table for alert in names.split(", ")}
    assert set(told) == set(ALERTS)
    for name, rule in ALERTS.items():
        assert set(rule["annotations"]) == {"summary", "todo"}, name
        assert rule["labels"]["severity"] == ("wake" if "wakes" in told[name] else "day"), name


def test_each_metric_is_told_with_its_labels(families: list[Metric]) -> None:
    table = re.findall(r"^\| `(aiguilleur_\w+)` \| (.*?) \|", DOCUMENT, re.MULTILINE)
    told = {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in table}
    exported = {}
    for family in families:
        name = family.name + ("_total" if family.type == "counter" else "")
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        exported[name] = labels
    assert set(told) == set(exported)
    for name, labels in exported.items():
        # Where nothing was counted yet, there is no sample to tell its labels by.
        assert labels in (told[name], set()), name

"""`GET /metrics`: what Prometheus asks for, with METRICS_TOKEN alone.

Labels have few values, all of them ours: nothing that a browser sends names one.
"""

import asyncio
import logging
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.security.utils import get_authorization_scheme_param
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
)
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from catalog.database import SessionFactory
from catalog.last_runs import last_runs
from catalog.metrics import FORM, PREFIX, REGISTRY
from catalog.models import Job, Language
from catalog.queues import count_filed, count_interpreted, read_queues
from web.schemas import HealthReport

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
ANSWERED, FAILED, LIMITED, REPEATED = MESSAGE_RESULTS = "answered", "failed", "limited", "repeated"
PAGE, WIDGET = "page", "widget"
REFUSED, SIGN_IN_LIMITED, PROVIDER = SIGN_IN_FAULTS = "refused", "limited", "provider"

HTTP_REQUESTS = Counter(
    PREFIX + "http_requests",
    "Answers of the web server, by class of status; «gone» where the browser left before.",
    ["route", "method", "status"],
    registry=REGISTRY,
)
HTTP_SECONDS = Histogram(
    PREFIX + "http_request_seconds",
    "How long the web server took to answer.",
    ["route"],
    buckets=(0.01, 0.05, 0.25, 1, 5, 15),
    registry=REGISTRY,
)
MESSAGES = Counter(
    PREFIX + "messages",
    "Members’ messages, by what they got: repeated ones got the answer that they had got.",
    ["language", "result"],
    registry=REGISTRY,
)
BOT_SECONDS = Histogram(
    PREFIX + "bot_answer_seconds",
    "How long the bot took to answer a message, or to fail to.",
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
OPENINGS = Counter(
    PREFIX + "openings",
    "Conversations opened on our page or in a widget, and forms opened.",
    ["door"],
    registry=REGISTRY,
)
SIGN_IN_FAILURES = Counter(
    PREFIX + "sign_in_failures",
    "Sign-ins to the console that failed.",
    ["reason"],
    registry=REGISTRY,
)
# A count that starts at one would hide its first event from whoever looks at increases.
for language in Language:
    for result in MESSAGE_RESULTS:
        MESSAGES.labels(language.value, result)
for door in (PAGE, WIDGET, FORM):
    OPENINGS.labels(door)
for reason in SIGN_IN_FAULTS:
    SIGN_IN_FAILURES.labels(reason)

logger = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)


class Families(Collector):
    """Metrics that were read already."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterator[Metric]:
        return iter(self._metrics)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Counts of every process, and how the parts and queues are now."""
    state = request.app.state
    token = state.settings.metrics_token
    if not token or not _bears(request, token.get_secret_value()):
        # As any address where there is nothing.
        raise HTTPException(404)
    report = await state.health.report()
    body = await asyncio.to_thread(_render, state.database_sessions, report, state.settings.var_dir)
    return Response(body, media_type=CONTENT_TYPE_LATEST)


def _bears(request: Request, token: str) -> bool:
    scheme, given = get_authorization_scheme_param(request.headers.get("authorization"))
    is_token = secrets.compare_digest(given.encode(), token.encode())
    return is_token and scheme.lower() == "bearer"


def _render(sessions: SessionFactory, report: HealthReport, var_dir: Path) -> bytes:
    now = CollectorRegistry()
    now.register(Families([*part_metrics(report), *disk_metrics(var_dir)]))
    try:
        now.register(Families(database_metrics(sessions)))
    except SQLAlchemyError as error:
        # The parts' own metric tells that it is down.
        logger.error("queues cannot be read: %s", type(error).__name__)
    return counts() + generate_latest(now)


def counts() -> bytes:
    """What every process counted, or this one where it alone counts."""
    if not os.environ.get(FOLDER_VARIABLE):
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return generate_latest(registry)


def part_metrics(report: HealthReport) -> Iterator[Metric]:
    """Which parts work."""
    up = GaugeMetricFamily(PREFIX + "part_up", "Whether a part works: 1, or 0.", labels=["part"])
    for part, status in report.parts.model_dump(exclude_none=True).items():
        up.add_metric([part], status == "ok")
    yield up


def disk_metrics(folder: Path) -> Iterator[Metric]:
    """How full the disk of `folder` is."""
    usage = shutil.disk_usage(folder if folder.exists() else ".")
    yield GaugeMetricFamily(
        PREFIX + "disk_free_bytes", "Room left on the disk of VAR_DIR.", usage.free
    )
    yield GaugeMetricFamily(PREFIX + "disk_size_bytes", "Size of that disk.", usage.total)


def database_metrics(sessions: SessionFactory) -> Iterator[Metric]:
    """What the database tells.

    Raises:
        SQLAlchemyError: it does not answer.
    """
    with sessions.begin() as session:
        queues, runs = read_queues(session), last_runs(session)
        filed, interpreted = count_filed(session), count_interpreted(session)
    length = GaugeMetricFamily(
        PREFIX + "queue_length", "What waits in a queue, 10,000 at most.", labels=["queue"]
    )
    age = GaugeMetricFamily(
        PREFIX + "queue_oldest_seconds",
        "For how long the first of a queue has waited; 0 where none does.",
        labels=["queue"],
    )
    for name, queue in vars(queues).items():
        length.add_metric([name], queue.length)
        age.add_metric([name], queue.oldest_seconds)
    ended = GaugeMetricFamily(
        PREFIX + "last_run_timestamp_seconds",
        "When a background job last ended well, in seconds since 1970; 0 where it never did.",
        labels=["job"],
    )
    for job in Job:
        ended.add_metric([job], runs[job].timestamp() if job in runs else 0)
    understood = CounterMetricFamily(
        PREFIX + "interpretations",
        "Messages that the bot understood each way, as the worker counts them.",
        labels=["language", "outcome"],
    )
    for labels, count in interpreted.items():
        understood.add_metric(labels, count)
    requests = CounterMetricFamily(PREFIX + "requests_filed", "Requests filed, by any door.", filed)
    yield from (length, age, ended, understood, requests)

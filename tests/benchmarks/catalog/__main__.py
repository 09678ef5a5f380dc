"""Time the catalog at size on PostgreSQL: `python -m tests.benchmarks.catalog`.

Fills a throw-away server in memory, times what members and staff do, looks at the plans of the
statements, and writes all of it as JSON. Ends with 1 where something takes longer than stated, or
reads through a large table that an index should serve.
"""

import asyncio
import datetime as dt
import json
import os
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import text

from catalog.database import SessionFactory, make_session_factory, migrate
from catalog.seed import seed
from tests.benchmarks.catalog import work
from tests.benchmarks.catalog.console import signed_in
from tests.benchmarks.catalog.fill import fill
from tests.benchmarks.catalog.pages import Page, pages, what_is_known
from tests.benchmarks.catalog.plans import statements_sent, tables_read_through
from tests.benchmarks.catalog.timing import Processors, Took, time_runs
from tests.postgresql import SPEED, throwaway_cluster
from tests.web.console.pages import Browser

OUTPUT = Path(__file__).parents[3] / "docs/benchmarks/catalog.json"
# A later setting is the one that counts; what is written to be copied elsewhere is left out.
SERVER = f"{SPEED} -c shared_buffers=512MB -c wal_level=minimal -c max_wal_senders=0"
ADMINISTRATOR = 8
GIGABYTE = 2**30


def main(
    requests: Annotated[int, typer.Option(help="How many requests to make.")] = 1_000_000,
    output: Annotated[Path, typer.Option(help="Where the JSON goes.")] = OUTPUT,
) -> None:
    with throwaway_cluster(SERVER) as cluster:
        url = cluster.create_database()
        migrate(url)
        sessions = make_session_factory(url)
        with sessions.begin() as session:
            seed(session)
        rows = fill(sessions.kw["bind"], requests)
        report = measure(url, sessions, rows)
        sessions.kw["bind"].dispose()
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", "utf-8")
    too_long = [name for name, one in report["times"].items() if not one["within"]]
    read_through = [one for one in report["read_through"] if not one["until_enough"]]
    for name in too_long:
        typer.echo(f"too long: {name}", err=True)
    for one in read_through:
        typer.echo(f"reads all of {one['table']}: {one['path']}", err=True)
    raise typer.Exit(bool(too_long or read_through))


def measure(url: str, sessions: SessionFactory, rows: dict[str, int]) -> dict[str, Any]:
    """All that is measured, as JSON has it."""
    before = os.getloadavg()
    with sessions() as session:
        known = what_is_known(session)
        size = session.scalar(text("SELECT pg_database_size(current_database())"))
        server = session.scalar(text("SHOW server_version"))
    times, read_through = asyncio.run(_console(url, sessions, known))
    with statements_sent() as sent:
        times["filing"] = work.time_filing(sessions)
        times["filing, eight processes at once"] = work.time_filing_at_once(url)
        times["a member’s look-up"] = work.time_look_up(
            sessions, known["reference"], known["email"]
        )
        times["following 1000 messages"] = work.time_follow(sessions)
        times |= work.time_purge(sessions, url)
    read_through += _read_through(url, "work", sent)
    return {
        "measured_on": dt.datetime.now(dt.UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "load_average": {"before": round(before[0], 1), "after": round(os.getloadavg()[0], 1)},
        "postgresql": server,
        "gigabytes": round(size / GIGABYTE, 1),
        "rows": rows,
        "times": {name: took.as_json() for name, took in times.items()},
        "read_through": read_through,
    }


async def _console(
    url: str, sessions: SessionFactory, known: dict[str, str]
) -> tuple[dict[str, Took], list[dict]]:
    times: dict[str, Took] = {}
    read_through: list[dict] = []
    processors = Processors(sessions)
    async with signed_in(url, sessions, ADMINISTRATOR) as browser:
        for name, page in pages(known).items():
            get = partial(_get, browser, page)
            with statements_sent() as sent:
                await get()
            read_through += _read_through(url, name, sent)
            times[name] = await time_runs(get, page.limit, processors)
        export = partial(_export, browser, known)
        times["export of 9000 requests"] = await time_runs(export, None, processors)
    return times, read_through


async def _get(browser: Browser, page: Page) -> None:
    response = await browser.client.get(f"/console{page.path}", params=page.query)
    assert response.status_code == 200, (page, response.status_code)


async def _export(browser: Browser, known: dict[str, str]) -> None:
    between = "created_at__between={exported_from}..{exported_until}".format(**known)
    page = await browser.act(
        "request", "export", where=f"?filter={between}", format="csv", scope="selected"
    )
    assert page.status == 200 and page.html.count("\n") > 8_000, (page.status, page.text[:300])


def _read_through(url: str, path: str, sent: list) -> list[dict]:
    """Each reading of a whole table once."""
    found = {json.dumps({"path": path, **one}): one for one in tables_read_through(url, sent)}
    return [json.loads(written) for written in found]


if __name__ == "__main__":
    typer.run(main)

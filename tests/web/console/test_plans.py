"""PostgreSQL can serve the console, the purge and the search by indexes, whatever the size."""

from collections.abc import Iterator

import pytest

from catalog.database import SessionFactory, make_session_factory
from catalog.retention import purge
from tests.benchmarks.catalog.console import signed_in
from tests.benchmarks.catalog.fill import fill
from tests.benchmarks.catalog.pages import pages, what_is_known
from tests.benchmarks.catalog.plans import indexes_used, statements_sent, tables_read_through
from tests.postgresql import Cluster

pytestmark = pytest.mark.anyio

ADMINISTRATOR = 8
# A plan that reads or sorts a whole table is then one that has no index to go by: the table is
# too small for the cost alone to tell.
SETTINGS = ("SET enable_seqscan = off", "SET enable_sort = off")
SERVED_BY = {
    "inbox: first page": "ix_requests_created_at",
    "inbox: sorted by status, asc": "ix_requests_status_newest",
    "inbox: sorted by status, desc": "ix_requests_status",
    "inbox: sorted by organisation_name, asc": "ix_requests_organisation_name",
    "inbox: sorted by time_left, asc": "ix_requests_answer_due_at",
    "search: rare word": "ix_requests_search_text",
    "search: two letters": "ix_requests_search_text",
    "inbox: filter, organisation, part": "ix_requests_search_text",
    "queue: uncertain": "ix_interpretations_confidence",
    "queue: sample": "ix_interpretations_draw",
    "queue: recheck": "ix_interpretations_recheck",
}


@pytest.fixture(scope="module")
def url(postgresql_cluster: Cluster, postgresql_template: str) -> Iterator[str]:
    url = postgresql_cluster.create_database(postgresql_template)
    yield url
    postgresql_cluster.drop_database(url)


@pytest.fixture(scope="module")
def filled(url: str) -> Iterator[SessionFactory]:
    sessions = make_session_factory(url)
    fill(sessions.kw["bind"], requests=300)
    yield sessions
    sessions.kw["bind"].dispose()


async def test_what_staff_ask_for_is_found_by_an_index(url: str, filled: SessionFactory) -> None:
    with filled() as session:
        asked = pages(what_is_known(session))
    async with signed_in(url, filled, ADMINISTRATOR) as browser:
        for name, index in SERVED_BY.items():
            page = asked[name]
            with statements_sent() as sent:
                await browser.client.get(f"/console{page.path}", params=page.query)
            assert index in indexes_used(url, sent, SETTINGS), name
            read = tables_read_through(url, sent, SETTINGS)
            assert all(one["until_enough"] for one in read), (name, read)


def test_what_is_past_its_term_is_found_by_an_index(url: str, filled: SessionFactory) -> None:
    with statements_sent() as sent:
        purge(filled, days=10_000)
    assert "ix_chat_turns_created_at" in indexes_used(url, sent, SETTINGS)
    assert tables_read_through(url, sent, SETTINGS) == []

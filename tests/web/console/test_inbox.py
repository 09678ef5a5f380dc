"""The list of requests: search, filters, order, pages, export and changes by the lot."""

import csv
import datetime as dt
import io
import json
import re
import time

import pytest
from sqlalchemy import text, update

from catalog.casework import set_status
from catalog.models import Language, Request, utc_now
from tests.accounts import audited
from tests.catalog.drafts import chosen
from tests.web.console.pages import Page

pytestmark = pytest.mark.anyio

VALUES = {"date": "2026-02-01", "datetime": "2026-02-01T10:00"}
BROKEN = {"fr": "un filtre ou un tri", "en": "a filter or an order"}


@pytest.fixture
def change(sessions):
    """A function that sets columns of a request."""

    def changed(request: Request, **values) -> None:
        with sessions.begin() as session:
            session.execute(update(Request).filter_by(id=request.id).values(values))

    return changed


def exported(page: Page) -> list[dict[str, str]]:
    assert page.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(page.response.content.decode("utf-8-sig"))))


class TestSearch:
    @pytest.fixture(autouse=True)
    def filed(self, file) -> None:
        file(organisation_name="Forêt d’Éole", contact_name="Zoé Gagné", description="100 % l’été")
        file(organisation_name="Coop du Lac", description="Une_paie en retard")

    async def test_every_word_is_found_whatever_its_accents(self, agent) -> None:
        lake, forest = "Coop du Lac", "Forêt d’Éole"
        expected = {
            "foret": [forest],
            "FORÊT": [forest],
            "zoe eole ete": [forest],
            "d'éole": [forest],
            f"c-{utc_now().year}": [lake, forest],
            "marie@erables.example": [lake, forest],
            "lac paie": [lake],
            "lac eole": [],
            "%": [lake, forest],
            "une_paie": [lake],
            "   ": [lake, forest],
            "a\0b": [lake, forest],
        }
        found = {}
        for words in expected:
            page = await agent.get("/request/list", q=words)
            found[words] = page.rows("organisation_name")
        assert found == expected

    async def test_two_letters_are_those_that_begin_a_word(self, agent) -> None:
        for words, found in {
            "pa": ["Coop du Lac"],
            "ai": [],
            "DÉ": [],
            "eo": ["Forêt d’Éole"],
        }.items():
            page = await agent.get("/request/list", q=words)
            assert page.rows("organisation_name") == found, words

    async def test_the_words_stay_in_the_field(self, agent) -> None:
        page = await agent.get("/request/list", q='"><script>')
        assert page.root.one("input", type="search")["value"] == '"><script>'


class TestFilter:
    @pytest.fixture(autouse=True)
    def filed(self, file, account, change) -> dict[str, Request]:
        filed = {
            "plain": file(),
            "pole": file(pole_slug="estrie", language="en"),
            "urgent": file(fields=chosen("finance_funding"), urgency="urgent"),
            "open": file(fields=[]),
        }
        change(filed["urgent"], assignee_id=account("agent").id)
        change(filed["pole"], assignee_id=account("administrator").id)
        change(filed["plain"], created_at=dt.datetime(2026, 2, 2, 2, tzinfo=dt.UTC))
        change(filed["open"], answer_due_at=utc_now() - dt.timedelta(hours=3))
        return filed

    async def test_a_filter_shows_what_it_says(self, agent, account, filed) -> None:
        expected = {
            "fields__in=finance_funding": "urgent",
            "fields__in=finance_funding,governance": "urgent pole plain",
            "assignee__in=me": "urgent",
            "assignee__in={administrator}": "pole",
            "assignee__in=me,{administrator}": "urgent pole",
            "assignee__is_null": "open plain",
            "time_left__is_late": "open",
            "assignee__is_not_null": "urgent pole",
            "pole__in=estrie": "pole",
            "pole__is_null": "open urgent plain",
            "pole__is_not_null": "pole",
            "status__eq=to_qualify": "open",
            "status__in=received,closed": "urgent pole plain",
            "status__not_in=received": "open",
            "status__eq=nonsense": "",
            "urgency__eq=urgent": "urgent",
            "language__eq=en": "pole",
            "created_at__between=2026-02-01T00:00..2026-02-01T23:59": "plain",
            "created_at__between=2026-02-02T00:00..2026-02-02T23:59": "",
            "status__eq=received AND language__eq=en": "pole",
            "(urgency__eq=urgent OR language__eq=en) AND assignee__in=me": "urgent",
            'organisation_name__contains="des Érables"': "open urgent pole plain",
            "organisation_name__contains=Érables,": "",
            "reference__eq=1,5": "",
        }
        names = {request.reference: name for name, request in filed.items()}
        shown = {}
        for where in expected:
            written = where.format(administrator=account("administrator").id)
            page = await agent.get("/request/list", filter=written)
            assert page.status == 200, where
            shown[where] = " ".join(names[reference] for reference in page.rows("reference"))
        assert shown == expected

    async def test_days_are_those_of_quebec_wherever_the_machine_is(
        self, agent, filed, monkeypatch
    ) -> None:
        monkeypatch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        try:
            where = "created_at__between=2026-02-01T20:59..2026-02-01T21:01"
            page = await agent.get("/request/list", filter=where)
            assert page.rows("reference") == [filed["plain"].reference]
        finally:
            monkeypatch.undo()
            time.tzset()

    @pytest.mark.parametrize("language", Language)
    async def test_a_broken_filter_gives_a_page_that_says_so(self, enter, language: str) -> None:
        browser = enter("agent", language=language)
        for query in (
            {"filter": "broken"},
            {"filter": "status__eq"},
            {"filter": "nothing__eq=1"},
            {"filter": "status__gt=1"},
            {"filter": "created_at__between=hier..demain"},
            {"filter": "time_left__contains=1"},
            {"filter": "search_text__contains=1"},
            {"filter": "(" * 50},
            {"page_size": "7"},
        ):
            page = await browser.get("/request/list", **query)
            assert (page.status, page.language) == (400, language), query
            assert BROKEN[language] in page.text

    async def test_the_address_holds_the_filter(self, agent) -> None:
        page = await agent.get("/request/list", filter="status__eq=received", q="coop")
        (search,) = (form for form in page.root.all("form") if list(form.all(type="search")))
        assert ("filter", "status__eq=received") in search.controls()
        kept = [link["href"] for link in page.root.all("a") if "sort=" in link["href"]]
        assert kept and all("filter=status__eq" in link and "q=coop" in link for link in kept)


class TestOrder:
    async def test_what_is_due_first_comes_first(self, agent, file, change) -> None:
        due = [file().reference for _ in range(3)]
        now = utc_now()
        for reference, hours in zip(due, (3, 1, 2), strict=True):
            page = await agent.get("/request/list", q=reference)
            pk = int(next(page.root.one("tbody").all("tr"))["data-sa-pk"])
            change(Request(id=pk), answer_due_at=now + dt.timedelta(hours=hours))
        page = await agent.get("/request/list", sort="time_left__asc")
        assert page.rows("reference") == [due[1], due[2], due[0]]
        page = await agent.get("/request/list", sort="time_left__desc")
        assert page.rows("reference") == [due[0], due[2], due[1]]

    @pytest.mark.parametrize("sort", ["", "status__asc", "status__desc", "nothing__asc", "broken"])
    async def test_pages_show_every_request_once(self, agent, file, sort: str) -> None:
        filed = [file().reference for _ in range(30)]
        shown = []
        for number in (1, 2, 3):
            query = {"page": number, "filter": "status__eq=received"}
            page = await agent.get("/request/list", **query, **({"sort": sort} if sort else {}))
            shown += page.rows("reference")
        assert sorted(shown) == filed
        assert shown[:25] == list(reversed(filed))[:25]


class TestCount:
    @pytest.mark.parametrize("language", Language)
    async def test_of_more_than_is_counted_it_says_so(
        self, enter, file, monkeypatch, language: str
    ) -> None:
        browser = enter("agent", language=language)
        monkeypatch.setattr("web.console.views.MOST_COUNTED", 30)
        filed = [file() for _ in range(29)]
        told = {"fr": "30 ou plus", "en": "30 or more"}[language]
        assert told not in (await browser.get("/request/list")).text
        filed += [file() for _ in range(3)]
        page = await browser.get("/request/list")
        assert told in page.text
        assert len(page.rows("reference")) == 25
        rest = await browser.get("/request/list", page=2)
        assert len(rest.rows("reference")) == len(filed) - 25, "what is not counted is shown"


class TestExport:
    async def test_a_spreadsheet_reads_it(self, agent, file) -> None:
        file(organisation_name="Forêt d’Éole", description='Été ;\n« paie », "congés"')
        page = await agent.act("request", "export", format="csv")
        assert page.response.content.startswith(b"\xef\xbb\xbf")
        (row,) = exported(page)
        assert row["Organisation"] == "Forêt d’Éole"
        assert row["Mots du membre"] == 'Été ;\n« paie », "congés"'
        assert row["Champs d’expertise"] == "Comptabilité, Gouvernance et vie associative"
        assert 'attachment; filename="request.csv"' in page.headers["content-disposition"]

    @pytest.mark.parametrize(
        ("formula", "told"),
        [
            ("=1+1", "'=1+1"),
            ("+33", "'+33"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" =1", "' =1"),
            ("\t=1", "'\t'=1"),
            ("\r=cmd|' /c calc'!A1", "'\r'=cmd|' /c calc'!A1"),
        ],
    )
    async def test_no_cell_is_a_formula(self, agent, file, formula: str, told: str) -> None:
        file(description=formula)
        (row,) = exported(await agent.act("request", "export", format="csv"))
        assert row["Mots du membre"] == told

    async def test_it_holds_what_the_filter_shows_beyond_the_page(self, agent, file) -> None:
        wanted = [file(language="en").reference for _ in range(30)]
        file()
        where = "?filter=language__eq%3Den&page=2&sort=reference__asc"
        page = await agent.act("request", "export", where=where, format="csv", scope="selected")
        assert [row["Référence"] for row in exported(page)] == wanted
        page = await agent.act("request", "export", where=where, format="csv", scope="page")
        assert [row["Référence"] for row in exported(page)] == wanted[25:]

    async def test_chosen_rows_and_columns_alone(self, agent, file) -> None:
        first, *_ = [file() for _ in range(3)]
        page = await agent.act(
            "request", "export", first.id, format="csv", scope="selected", fields=["reference"]
        )
        assert exported(page) == [{"Référence": first.reference}]

    async def test_headings_are_in_the_reader_s_language(self, enter, file) -> None:
        file()
        page = await enter("agent", language="en").act("request", "export", format="csv")
        assert "Member’s words" in exported(page)[0]


class TestBulk:
    @pytest.fixture
    def filed(self, file) -> list[Request]:
        return [file() for _ in range(3)]

    async def test_chosen_requests_are_assigned(self, agent, account, filed, read) -> None:
        person = account("administrator")
        first, second, third = filed
        page = await agent.act("request", "assign", first.id, second.id, assignee=str(person.id))
        assert page.status == 200
        assert [read(request).assignee_id for request in filed] == [person.id, person.id, None]
        await agent.act("request", "assign", second.id, assignee="")
        assert [read(request).assignee_id for request in filed] == [person.id, None, None]
        assert read(third).version == third.version

    async def test_all_that_the_filter_shows_changes_beyond_the_page(
        self, agent, file, read, sessions
    ) -> None:
        wanted = [file(language="en") for _ in range(30)]
        other = file()
        where = "?filter=language__eq%3Den"
        page = await agent.act("request", "set_status", where=where, status="in_progress")
        assert page.status == 200
        assert {read(request).status for request in wanted} == {"in_progress"}
        assert read(other).status == "received"
        assert len(audited(sessions, "requests")) == 30
        page = await agent.get("/request/list")
        assert page.alerts == ["Fait : 30."]

    async def test_one_that_is_refused_leaves_all_as_they_were(
        self, agent, file, filed, read, sessions
    ) -> None:
        odd = file(fields=[])
        page = await agent.act("request", "set_status", status="closed")
        assert page.status == 400
        told = " ".join(page.response.json()["msg"].split())
        assert told == f"{odd.reference} : Choisissez d’abord un champ d’expertise."
        assert {read(request).status for request in filed} == {"received"}
        assert audited(sessions, "requests") == []

    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize(
        ("name", "data", "told"),
        [
            ("assign", {"assignee": "{reviewer}"}, ("ne peut pas recevoir", "cannot be given")),
            ("assign", {"assignee": "99"}, ("ne peut pas recevoir", "cannot be given")),
            ("assign", {"assignee": "x"}, ("ne peut pas recevoir", "cannot be given")),
            ("set_status", {"status": "lost"}, ("un état de la liste", "a status from the list")),
            ("set_status", {}, ("un état de la liste", "a status from the list")),
        ],
    )
    async def test_a_wrong_choice_is_refused(
        self, enter, account, filed, read, name: str, data: dict, told: tuple, language: str
    ) -> None:
        reviewer = account("reviewer").id
        data = {key: value.format(reviewer=reviewer) for key, value in data.items()}
        page = await enter("agent", language=language).act("request", name, **data)
        assert page.status == 400
        assert told[list(Language).index(language)] in page.response.json()["msg"]
        assert read(filed[0]).version == 1

    async def test_no_request_is_changed_where_none_is_chosen(self, agent, filed, read) -> None:
        for pk in ("x", "99", "9" * 30, "-1", ""):
            page = await agent.act("request", "set_status", pk, status="closed")
            assert page.status in (200, 400)
        assert {read(request).version for request in filed} == {1}

    async def test_the_later_of_two_is_told(self, agent, filed, read, monkeypatch) -> None:
        """SQLite lets one write at a time: the other’s change is made within our transaction."""
        target = filed[0]

        def change(session, row, status, by) -> None:
            session.execute(text("UPDATE requests SET version = 9"))
            set_status(session, row, status, by)

        monkeypatch.setattr("web.console.requests_view.set_status", change)
        page = await agent.act("request", "set_status", target.id, status="closed")
        assert page.status == 400 and "entre-temps" in page.response.json()["msg"]
        assert read(target).version == 1

    async def test_the_dialogues_offer_open_accounts_by_name(self, agent, account, filed) -> None:
        account("administrator", name="<b>Zoé</b>")
        account("reviewer", name="Réviseuse")
        page = await agent.get("/request/list")
        dialogues = {
            link["data-sa-name"]: link["data-sa-form"]
            for link in page.root.all("a")
            if "data-sa-name" in link.attributes
        }
        assert set(dialogues) == {"assign", "set_status", "export"}
        assert "&lt;b&gt;Zoé&lt;/b&gt;" in dialogues["assign"]
        assert "Réviseuse" not in dialogues["assign"]


async def test_a_request_that_does_not_exist_has_no_page(agent, file) -> None:
    file()
    for pk in ("x", "99", "9" * 30, "-1", "", "1 OR 1"):
        assert (await agent.get("/request/detail", pk=pk)).status == 404, pk


@pytest.mark.parametrize("key", ["request", "account", "audit", "outbox"])
async def test_every_order_that_a_list_offers_works(administrator, file, key) -> None:
    file()
    page = await administrator.get(f"/{key}/list")
    links = [link["href"] for link in page.root.one("thead").all("a")]
    assert links
    for link in links:
        assert (await administrator.get(link)).status == 200, link


@pytest.mark.parametrize("key", ["request", "account", "audit", "outbox"])
async def test_every_filter_that_a_list_offers_works(administrator, file, key) -> None:
    file()
    page = await administrator.get(f"/{key}/list")
    offered = re.search(r"fields: (\[.*\]),\n", page.html)[1]
    tried = 0
    for field in json.loads(offered):
        for kind in field["filters"]:
            value = VALUES.get(kind["data_type"], "1")
            value = f"{value}..{value}" if kind["has_value2"] else value
            where = f"{field['name']}__{kind['name']}"
            where += "" if kind["data_type"] == "none" else f"={value}"
            assert (await administrator.get(f"/{key}/list", filter=where)).status == 200, where
            tried += 1
    assert tried > 10

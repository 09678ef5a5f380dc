"""What each role may open and change, and what a pôle's person sees."""

import csv
import io

import pytest

from catalog.models import Language, Request, Role
from tests.web.console.pages import Browser

pytestmark = pytest.mark.anyio

REQUESTS = {"agent", "administrator", "pole"}
HANDLES = {"agent", "administrator"}
ACCOUNTS = {"administrator"}
REVIEWS = {"reviewer", "administrator"}
ROLES = [str(role) for role in Role]

PAGES = {
    "/dashboard": set(ROLES),
    "/request/list": REQUESTS,
    "/request/detail?pk={own}": REQUESTS,
    "/_api/request/inline-edit/row?pk={own}": REQUESTS,
    "/_api/request/relation-lookup": REQUESTS,
    "/request/create": set(),
    "/request/edit?pk={own}": set(),
    "/_api/request/inline-edit?pk={own}&field=reference": set(),
    "/review": REVIEWS,
    "/review/messages": REVIEWS,
    "/account/list": ACCOUNTS,
    "/account/create": ACCOUNTS,
    "/account/edit?pk=1": ACCOUNTS,
    "/_api/account/relation-lookup": ACCOUNTS,
    "/outbox/list": ACCOUNTS,
    "/outbox/detail?pk=1": set(),
    "/audit/list": ACCOUNTS,
    "/audit/detail?pk=1": set(),
    "/audit/edit?pk=1": set(),
}
# Each with a body that is right, so that only the role decides.
CHANGES = {
    "/casework/{own}/take": HANDLES,
    "/casework/{own}/assign": HANDLES,
    "/casework/{own}/status": HANDLES,
    "/casework/{own}/fields": HANDLES,
    "/casework/{own}/note": HANDLES,
    "/casework/{own}/answer": HANDLES,
    "/casework/{own}/merge": HANDLES,
    "/views/save": REQUESTS,
    "/views/1/forget": REQUESTS,
    "/_api/request/action?name=assign&pks={own}": HANDLES,
    "/_api/request/action?name=set_status&pks={own}": HANDLES,
    "/_api/request/action?name=export&pks={own}": REQUESTS,
    "/_api/request/action?name=delete&pks={own}": set(),
    "/_api/request/row-action?name=delete&pk={own}": set(),
    "/_api/request/import": set(),
    "/_api/request/inline-edit?pk={own}&field=status": set(),
    "/request/edit?pk={own}": set(),
    "/review/undo": REVIEWS,
    "/account/create": ACCOUNTS,
    "/account/edit?pk=1": ACCOUNTS,
    "/_api/account/action?name=export&all=1": ACCOUNTS,
    "/_api/account/action?name=delete&all=1": set(),
    "/_api/account/row-action?name=delete&pk=1": set(),
    "/_api/outbox/action?name=send_again&all=1": ACCOUNTS,
    "/_api/outbox/action?name=delete&all=1": set(),
    "/_api/audit/action?name=export&all=1": ACCOUNTS,
    "/_api/audit/action?name=delete&all=1": set(),
    "/_api/audit/row-action?name=delete&pk=1": set(),
}
BODY = {
    "status": "in_progress",
    "assignee": "",
    "field": "finance_funding",
    "note": "À rappeler",
    "subject": "Votre demande",
    "body": "Bonjour",
    "name": "Zoé",
    "q": "forêt",
    "format": "csv",
    "scope": "selected",
    "email": "zoe@consortium.example",
    "role": "agent",
    "language": "fr",
    "active": "on",
}


@pytest.fixture
def own(file) -> Request:
    """A request of the pôle of Estrie."""
    return file(pole_slug="estrie", organisation_name="Coop d’Estrie")


@pytest.fixture
def others(file) -> Request:
    """One of another pôle, by the same person."""
    return file(pole_slug="laval", organisation_name="Coop de Laval")


def is_open(page) -> bool:
    return page.status < 400


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_opens_its_pages_alone(enter, own, account, role: str) -> None:
    account("administrator", email="first@consortium.example")
    browser = enter(role)
    opened = {path: await browser.get(path.format(own=own.id)) for path in PAGES}
    allowed = {path for path, page in opened.items() if is_open(page)}
    assert allowed == {path for path, roles in PAGES.items() if role in roles}
    refused = {page.status for path, page in opened.items() if path not in allowed}
    assert refused == {403}


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_makes_its_changes_alone(enter, own, others, account, read, role: str) -> None:
    account("administrator", email="first@consortium.example")
    browser = enter(role)
    made = set()
    for number, path in enumerate(CHANGES):
        before = read(own).version
        body = BODY | {"version": str(before), "reference": others.reference}
        body["email"] = f"zoe-{number}@consortium.example"
        page = await browser.post(path.format(own=own.id), body)
        if is_open(page):
            made.add(path)
        else:
            assert page.status in (400, 403), path
            assert read(own).version == before, path
    assert made == {path for path, roles in CHANGES.items() if role in roles}


@pytest.mark.parametrize("role", ROLES)
async def test_the_menu_leads_where_one_may_go(enter, role: str) -> None:
    browser = enter(role)
    first = await browser.get("/")
    page = await browser.get(str(first.response.next_request.url))
    assert page.status == 200
    links = [link["href"] for link in page.root.one(id="sidebar-menu").all("a")]
    assert links
    for link in links:
        assert is_open(await browser.get(link)), link


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("language", Language)
async def test_a_page_that_is_not_for_a_role_says_so(enter, role: str, language: str) -> None:
    page = await enter(role, language=language).get("/audit/edit", pk=1)
    words = {"fr": "Votre rôle ne donne pas accès", "en": "Your role does not give access"}
    assert page.status == 403 and words[language] in page.text


class TestPole:
    @pytest.fixture
    def pole(self, enter, own, others) -> Browser:
        return enter("pole")

    async def test_the_list_shows_their_pole_alone(self, pole, own) -> None:
        for query in ("", "?q=coop", "?filter=pole__in=laval,estrie", "?filter=pole__is_not_null"):
            page = await pole.get(f"/request/list{query}")
            assert page.rows("reference") == [own.reference], query
            assert "Coop de Laval" not in page.html

    @pytest.mark.parametrize(
        "query", ["?filter=pole__in=laval", "?q=laval", "?filter=pole__in=laval OR pole__in=laval"]
    )
    async def test_no_search_nor_filter_finds_others(self, pole, query: str) -> None:
        assert (await pole.get(f"/request/list{query}")).rows("reference") == []

    @pytest.mark.parametrize(
        "path",
        [
            "/request/detail?pk={id}",
            "/_api/request/inline-edit/row?pk={id}",
        ],
    )
    async def test_no_number_opens_others(self, pole, others, path: str) -> None:
        page = await pole.get(path.format(id=others.id))
        assert page.status == 404 and "Laval" not in page.html

    async def test_no_look_up_names_others(self, pole, own, others) -> None:
        page = await pole.get("/_api/request/relation-lookup")
        assert page.response.json()["total"] == 1
        page = await pole.get("/_api/request/relation-lookup", pks=str(others.id))
        assert page.response.json()["items"] == []

    async def test_the_page_tells_nothing_of_others(self, pole, own, others, agent) -> None:
        page = await pole.get("/request/detail", pk=own.id)
        assert page.status == 200 and own.reference in page.text
        assert others.reference not in page.html and "Laval" not in page.html
        staff = await agent.get("/request/detail", pk=own.id)
        assert others.reference in staff.text

    async def test_the_page_offers_no_change_and_no_note(self, pole, own, agent) -> None:
        page = await agent.get("/request/detail", pk=own.id)
        await agent.submit(page.form("/note"), note="Entre nous")
        page = await pole.get("/request/detail", pk=own.id)
        actions = {form.attributes.get("action", "") for form in page.root.all("form")}
        assert {action.rpartition("/")[2] for action in actions} == {"logout"}
        assert "Entre nous" not in page.html

    async def test_a_merge_tells_nothing_of_others(self, pole, own, others, agent) -> None:
        page = await agent.get("/request/detail", pk=own.id)
        page = await agent.submit(page.form("/merge"), reference=others.reference)
        assert page.status == 303
        page = await pole.get("/request/detail", pk=own.id)
        assert page.status == 200 and others.reference not in page.html

    @pytest.mark.parametrize("scope", ["page", "selected"])
    @pytest.mark.parametrize("chosen", [True, False])
    async def test_an_export_holds_their_pole_alone(
        self, pole, own, others, scope: str, chosen: bool
    ) -> None:
        pks = (own.id, others.id) if chosen else ()
        page = await pole.act("request", "export", *pks, format="csv", scope=scope)
        rows = list(csv.DictReader(io.StringIO(page.response.content.decode("utf-8-sig"))))
        assert [row["Référence"] for row in rows] == [own.reference]

"""Whatever someone signed in puts in an address or a form of the console: shown, or refused."""

import pytest

from tests.abuse.corpus import NUMBERS, SQL
from tests.abuse.effort import LONG
from tests.abuse.pages import assert_nothing_runs

pytestmark = pytest.mark.anyio

NASTY = ("\0", "9" * 30, "9" * 5000, "", SQL[0], "<script>alert(1)</script>")
if LONG:
    NASTY = (*NASTY, *NUMBERS, *SQL, "a" * 3000)
LISTS = {
    "request": (
        "reference__eq",
        "reference__contains",
        "organisation_name__contains",
        "status__in",
        "fields__in",
        "assignee__in",
        "pole__in",
        "language__in",
        "created_at__eq",
        "created_at__between",
        "deadline__eq",
        "time_left__is_late",
    ),
    "account": ("email__contains", "role__in", "active__eq"),
    "outbox": ("attempts__eq", "attempts__gt", "recipient__contains", "created_at__in_past"),
    "audit": ("action__eq", "subject_id__contains", "at__eq"),
}
OTHERS = {
    "/request/detail": ("pk", "template"),
    "/account/edit": ("pk",),
    "/review": ("queue", "after", "field", "language"),
    "/review/messages": ("queue", "after", "field"),
    "/dashboard": ("period", "from", "to", "pole", "field"),
    "/login": ("next",),
}
CHANGES = ("assign", "take", "status", "fields", "note", "answer", "merge", "nothing")
FIELDS = ("version", "assignee", "status", "field", "note", "subject", "body", "reference")


def assert_refused_or_shown(page, told: object) -> None:
    assert page.status < 500, (told, page.text[:80])
    assert_nothing_runs(page.html if "html" in page.headers["content-type"] else "")


@pytest.mark.parametrize("key", LISTS)
async def test_no_filter_order_or_page_is_an_error_of_ours(administrator, file, tried, key) -> None:
    file()
    for nasty in NASTY:
        queries = [{name: nasty} for name in ("q", "sort", "page", "page_size", "filter")]
        queries += [{"filter": f"{name}={nasty}"} for name in LISTS[key]]
        for query in queries:
            assert_refused_or_shown(await administrator.get(f"/{key}/list", **query), query)
            tried("console: addresses")


async def test_no_other_address_is_an_error_of_ours(administrator, file, tried) -> None:
    file()
    for path, names in OTHERS.items():
        for name in names:
            for nasty in NASTY:
                page = await administrator.get(path, **{name: nasty})
                assert_refused_or_shown(page, (path, name))
                tried("console: addresses")


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_no_form_is_an_error_of_ours(administrator, file, tried) -> None:
    request = file()
    for nasty in NASTY:
        for change in CHANGES:
            for version in ("1", nasty):
                typed = dict.fromkeys(FIELDS, nasty) | {"version": version}
                page = await administrator.post(f"/casework/{request.id}/{change}", typed)
                assert_refused_or_shown(page, (change, nasty))
                tried("console: forms", len(FIELDS))
        account = dict.fromkeys(("email", "name", "role", "pole_slug", "language"), nasty)
        right = {"email": "a@b.example", "role": "pole", "language": "fr"}
        for typed in (account, account | right):
            page = await administrator.post("/account/create", typed | {"password": nasty})
            assert_refused_or_shown(page, nasty)
            tried("console: forms", 6)
        for name in ("assign", "set_status", "delete", nasty.replace("\0", "x")[:50]):
            typed = {"assignee": nasty, "status": nasty}
            page = await administrator.act("request", name, where=f"q={nasty}", **typed)
            assert_refused_or_shown(page, (name, nasty))
            tried("console: forms", 2)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_a_signed_out_browser_reaches_nothing(browse, file, tried) -> None:
    request, browser = file(), browse()
    paths = [f"/{key}/list" for key in LISTS] + list(OTHERS)[:-1]
    for path in (*paths, f"/request/detail?pk={request.id}", "/learning", "/_api/request/action"):
        for forged in (None, "x" * 43, "' OR 1=1 --", "e30.e30"):
            if forged:
                browser.client.cookies.set("console_session", forged, path="/console")
            page = await browser.get(path)
            assert request.reference not in page.html
            assert page.status in (303, 302, 401, 403, 404, 405)
            tried("console: forged sessions")

"""The audit trail as an administrator reads it."""

import pytest

from catalog.models import Language

pytestmark = pytest.mark.anyio


async def test_who_did_what_and_from_what_to_what(administrator, agent, file) -> None:
    request = file()
    page = await agent.get("/request/detail", pk=request.id)
    await agent.submit(page.form("/status"), status="in_progress")
    page = await administrator.get("/audit/list")
    first = {
        name: page.rows(name)[0]
        for name in ("account", "action", "subject", "subject_id", "before", "after")
    }
    assert first == {
        "account": "Camille Roy",
        "action": "set_status",
        "subject": "requests",
        "subject_id": str(request.id),
        "before": '{"status": "received"}',
        "after": '{"status": "in_progress"}',
    }


@pytest.mark.parametrize("language", Language)
async def test_what_the_command_line_did_is_told_so(enter, language: str) -> None:
    page = await enter("administrator", language=language).get("/audit/list", q="create")
    assert page.rows("account") == [{"fr": "ligne de commande", "en": "command line"}[language]]


async def test_entries_are_found_by_action_and_by_time(administrator, agent) -> None:
    page = await administrator.get("/audit/list", filter="action__eq=sign_in")
    assert page.rows("account") == ["Camille Roy", "Dominique Côté"]
    where = "at__between=2020-01-01T00:00..2020-01-02T00:00"
    assert (await administrator.get("/audit/list", filter=where)).rows("action") == []


async def test_no_word_of_a_member_is_in_it(administrator, agent, file) -> None:
    request = file(description="Notre trésorière est partie", contact_email="x@y.example")
    for action, typed in {
        "note": {"note": "Rappeler la trésorière"},
        "answer": {"subject": "La trésorière", "body": "Bonjour"},
    }.items():
        page = await agent.get("/request/detail", pk=request.id)
        assert (await agent.submit(page.form(f"/{action}"), **typed)).status == 303
    page = await administrator.get("/audit/list")
    assert "answer" in page.rows("action") and "add_note" in page.rows("action")
    assert "trésorière" not in page.text and "x@y.example" not in page.text


async def test_nothing_in_it_can_be_changed(administrator) -> None:
    page = await administrator.get("/audit/list")
    addresses = [element.attributes.get("href", "") for element in page.root.one("table").all("a")]
    assert not [address for address in addresses if "edit" in address or "delete" in address]
    names = {link.attributes.get("data-sa-name") for link in page.root.all("a")} - {None}
    assert names == {"export"}


async def test_it_is_exported(administrator) -> None:
    page = await administrator.act("audit", "export", format="csv")
    assert "sign_in" in page.response.content.decode("utf-8-sig")

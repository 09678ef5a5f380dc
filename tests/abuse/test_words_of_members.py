"""What a member writes in every field of the form: words in pages, e-mails and spreadsheets."""

import csv
import email
import io
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from catalog.consents import consent_version
from catalog.export import write_csv
from catalog.models import ConsentPurpose, Note, Request
from catalog.outbox import FolderTransport, send_due
from tests.abuse.corpus import COMMANDS, EVERYTHING, FORMULAS, HEADERS, INJECTIONS, SCRIPTS, SQL
from tests.abuse.pages import assert_nothing_runs

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("backend", ["postgresql"], indirect=True),
]

HOSTILE = (*SCRIPTS, *SQL, *FORMULAS, *HEADERS, *COMMANDS, *INJECTIONS)
WORDS = ("description", "organisation", "contact_name", "budget")
SENDER = "aiguilleur@consortium.example"
FORMULA_STARTS = tuple("=+-@＝＋－＠")
RIGHT = {
    "organisation_kind": "cooperative",
    "member_standing": "member",
    "email": "marie@erables.example",
    "consent_contact": consent_version(ConsentPurpose.CONTACT),
}


async def post_form(gateway, filing_key: str, **typed: str):
    data = {"filing_key": filing_key, **RIGHT, **typed}
    return await gateway.client.post("/demande", data=data)


@pytest.fixture
async def filed(gateway, sessions) -> list[Request]:
    """Requests whose every free field bears something hostile."""
    for number, words in enumerate(HOSTILE):
        # A name holds a letter at least.
        typed = {name: words if name == "description" else f"{words} a"[:190] for name in WORDS}
        answer = await post_form(gateway, f"{number:032x}", **typed)
        assert answer.status_code == 200, (words, answer.text)
        assert_nothing_runs(answer.text)
    with sessions() as session:
        query = select(Request).options(selectinload("*")).order_by(Request.id)
        return list(session.scalars(query))


async def test_no_field_of_the_form_runs_or_fails(gateway, tried) -> None:
    fields = (*RIGHT, *WORDS, "phone", "region", "deadline", "fields", "filing_key", "step")
    for number, nasty in enumerate(EVERYTHING):
        # In all of them, then in those that a filed request shows again.
        for names in (fields, ("email", "phone", "deadline", "region")):
            right = dict.fromkeys(WORDS, "Coop")
            typed = {"filing_key": f"{number:032x}"} | RIGHT | right | dict.fromkeys(names, nasty)
            if sum(map(len, typed.values())) > 16_000:
                continue
            answer = await gateway.client.post("/demande", data=typed)
            assert answer.status_code in (200, 413, 422), (nasty, answer.status_code)
            assert_nothing_runs(answer.text)
            tried("form: nasty fields", len(names))


async def test_no_number_that_a_telephone_library_takes_is_too_long_to_keep(gateway) -> None:
    phone = "+49 30 123456789012 poste 12345678901234567890"
    right = dict.fromkeys(("description", "organisation", "contact_name"), "Coop")
    answer = await post_form(gateway, "0" * 32, **right, phone=phone)
    assert answer.status_code == 422


async def test_staff_see_words(filed, enter, sessions, tried) -> None:
    administrator = enter("administrator")
    for path in ("list", "list?page=2", "list?page_size=100"):
        page = await administrator.get(f"/request/{path}")
        assert page.status == 200
        assert_nothing_runs(page.html)
    for request in filed:
        page = await administrator.get("/request/detail", pk=request.id)
        assert_nothing_runs(page.html)
        assert " ".join(request.description.split()) in page.text
        tried("scripts seen by staff", len(WORDS))


async def test_words_of_staff_are_words_too(file, enter, sessions, tried) -> None:
    administrator, request = enter("administrator"), file()
    for hostile in SCRIPTS:
        page = await administrator.get("/request/detail", pk=request.id)
        page = await administrator.submit(page.form("/note"), note=hostile)
        assert page.status == 303
        page = await administrator.post("/views/save", {"name": hostile[:90], "q": hostile})
        page = await administrator.get("/request/list", q=hostile, sort=hostile, filter=hostile)
        assert page.status in (200, 400)
        assert_nothing_runs(page.html)
        tried("scripts typed by staff", 6)
    assert_nothing_runs((await administrator.get("/request/detail", pk=request.id)).html)
    with sessions() as session:
        assert list(session.scalars(select(Note.text).order_by(Note.id))) == list(SCRIPTS)


def mails(folder: Path) -> list[EmailMessage]:
    return [
        email.message_from_bytes(path.read_bytes(), policy=default) for path in folder.iterdir()
    ]


async def test_no_header_is_added_and_no_body_is_html(filed, sessions, tmp_path, tried) -> None:
    sent = send_due(sessions, FolderTransport(tmp_path / "out"), SENDER)
    assert sent == 2 * len(filed)
    for mail in mails(tmp_path / "out"):
        assert set(map(str.lower, mail.keys())) == {
            "content-type",
            "content-transfer-encoding",
            "mime-version",
            "from",
            "to",
            "subject",
            "date",
            "message-id",
            "content-language",
            "auto-submitted",
        }
        assert len(mail.keys()) == len(set(mail.keys()))
        assert mail["from"] == SENDER and mail["to"].addresses[0].domain.endswith(".example")
        assert "evil" not in mail["to"]
        assert mail.get_content_type() == "text/plain" and not mail.is_multipart()
        tried("e-mails: headers and bodies")


def cells(text: str, delimiter: str) -> list[str]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [cell for row in rows for cell in row]


async def test_no_cell_is_a_formula_whatever_parts_them(filed, enter, tried) -> None:
    """A comma as it is meant, a semicolon as a French spreadsheet takes it, a tab as one pastes."""
    administrator, stream = enter("administrator"), io.StringIO(newline="")
    write_csv(filed, stream)
    exported = await administrator.act("request", "export", format="csv", scope="all")
    assert exported.status == 200 and b"1+1" in exported.response.content
    for text in (stream.getvalue(), exported.response.content.decode("utf-8-sig")):
        for delimiter in ",;\t":
            found = [cell for cell in cells(text, delimiter) if _may_run(cell)]
            assert not found, (delimiter, found[:3])
        tried("spreadsheets: formulas", 3 * len(FORMULAS) * len(WORDS))


def _may_run(cell: str) -> bool:
    return cell.lstrip(' "\t\r\n').startswith(FORMULA_STARTS)

"""The command line for a person's rights, and that for the register of incidents."""

import csv
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import select

import catalog.cli
import catalog.incident_cli
import catalog.person_cli
from catalog.cli import main
from catalog.models import Incident, Purge, PurgeKind, Request, utc_now
from catalog.settings import get_settings
from tests.accounts import audited
from tests.catalog.people import LUC, MARIE, file, found

INCIDENT = {
    "happened": "2026-11-02",
    "found-on": "2026-11-05",
    "circumstances": "=HYPERLINK(1) : un portable volé",
    "information": "noms et courriels",
    "people": "personnes-ressources de membres",
    "reasons": "le disque était chiffré",
    "measures": "mots de passe changés",
}


@pytest.fixture
def run(monkeypatch, sessions, capsys, tmp_path: Path):
    """A function that runs a command; its exit code, output and errors."""
    for module in (catalog.cli, catalog.person_cli, catalog.incident_cli):
        monkeypatch.setattr(module, "configured_sessions", lambda: sessions)
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    get_settings.cache_clear()

    def ran(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["catalog", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err

    return ran


def options(given: dict[str, str]) -> list[str]:
    return [part for name, value in given.items() for part in (f"--{name}", value)]


def test_a_person_s_information_is_handed_over(run, sessions) -> None:
    reference = file(sessions, MARIE, "1").reference
    code, out, _ = run("person", "export", reference, "--email", MARIE.email)
    assert code == 0 and json.loads(out)["requests"][0]["contact_name"] == MARIE.name
    _, out, _ = run("person", "export", reference, "--email", MARIE.email, "--to-read")
    assert f"Votre nom\n    {MARIE.name}" in out


def test_it_is_corrected_withdrawn_and_erased(run, sessions, tmp_path) -> None:
    request = file(sessions, MARIE, "1")
    file(sessions, LUC, "2")
    whose = (request.reference.lower(), "--email", MARIE.email)
    assert run("person", "correct", *whose, "--phone", "418 555-0199", "--name", "Zoé Roy")[1] == (
        "Corrected: contact_name, contact_phone.\n"
    )
    assert run("person", "withdraw", *whose)[1] == "1 consent(s) withdrawn.\n"
    assert run("person", "erase", *whose, "--yes")[1] == f"Erased: {request.reference}.\n"
    assert found(sessions, tmp_path / "var", MARIE) == []
    with sessions() as session:
        names = session.scalars(select(Request.contact_name).order_by(Request.id)).all()
    assert names == ["", LUC.name]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("export", "C-2026-00009", "--email", MARIE.email), "no request C-2026-00009"),
        (("erase", "C-2026-00001", "--email", LUC.email, "--yes"), "no request"),
        (("correct", "C-2026-00001", "--email", MARIE.email, "--phone", "12"), "contact_phone"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(run, sessions, arguments, said) -> None:
    file(sessions, MARIE, "1")
    code, out, err = run("person", *arguments)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("catalog: ") and said in err and MARIE.email not in err


def test_an_incident_goes_through_the_register(run, sessions) -> None:
    assert run("incident", "add", *options(INCIDENT), "--serious")[1] == (
        "Incident 1 is in the register.\n"
    )
    code, _, err = run("incident", "close", "1")
    assert code == 1 and "Commission d’accès" in err
    told = ["--regulator-told-on", "2026-11-06", "--people-told-on", "2026-11-07"]
    assert run("incident", "update", "1", *told, "--people-count", "40")[0] == 0
    assert run("incident", "close", "1")[0] == 0
    assert run("incident", "close", "1")[0] == 1
    assert "found 2026-11-05  serious  people: 40  closed" in run("incident", "list")[1]
    assert "people_told_on: 2026-11-07" in run("incident", "show", "1")[1]
    [row] = csv.DictReader(io.StringIO(run("incident", "export")[1]))
    assert row["circumstances"].startswith("'=") and row["regulator_told_on"] == "2026-11-06"
    assert [action for action, _, _ in audited(sessions, "incidents")] == [
        *("add_incident", "update_incident", "close_incident")
    ]
    assert "portable" not in str(audited(sessions, "incidents"))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("missing", [*INCIDENT, "serious"])
def test_the_register_wants_what_the_regulation_asks(run, sessions, missing) -> None:
    given = {name: value for name, value in INCIDENT.items() if name != missing}
    risk = [] if missing == "serious" else ["--not-serious"]
    code, _, err = run("incident", "add", *options(given), *risk)
    assert code == 1 and f"--{missing}: Field required" in err
    with sessions() as session:
        assert session.scalars(select(Incident)).all() == []


def test_an_unknown_incident_is_told_so(run) -> None:
    assert "no incident bears the number 7" in run("incident", "show", "7")[2]


def test_purges_are_listed_the_latest_first(run, sessions) -> None:
    with sessions.begin() as session:
        for count in (3, 12):
            session.add(Purge(kind=PurgeKind.REQUESTS, count=count, before=utc_now()))
    lines = run("purges")[1].splitlines()
    assert [line.split()[2:4] for line in lines] == [["requests", "12"], ["requests", "3"]]
    assert len(run("purges", "--limit", "1")[1].splitlines()) == 1


def test_a_purge_tells_each_kind(run) -> None:
    assert "conversations: 0, requests: 0, emails: 0" in run("purge")[1]

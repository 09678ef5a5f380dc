"""`python -m catalog account`: who may enter the console, and clear refusals."""

import io
import sys
from pathlib import Path

import pytest

from catalog import account_cli
from catalog.accounts import find_account, find_session, sign_in
from catalog.cli import main
from catalog.database import SessionFactory
from tests.accounts import PASSWORD, add_account, audited
from tests.catalog.processes import Done, run_catalog

EMAIL = "zoe@consortium.example"
NEW = "sept outardes au lac"
ADD = ("add", EMAIL, "--name", "Zoé Roy", "--role", "agent")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def run(sessions: SessionFactory, monkeypatch: pytest.MonkeyPatch, capfd):
    """Run a command here, with `typed` for standard input."""
    monkeypatch.setattr(account_cli, "configured_sessions", lambda: sessions)

    def run(*args: str, typed: str = "", terminal: Terminal | None = None) -> Done:
        monkeypatch.setattr(sys, "argv", ["catalog", "account", *args])
        monkeypatch.setattr(sys, "stdin", terminal or io.StringIO(typed))
        with pytest.raises(SystemExit) as end:
            main()
        return Done(end.value.code or 0, *capfd.readouterr())

    return run


def enter(sessions: SessionFactory, password: str = PASSWORD) -> str | None:
    with sessions.begin() as session:
        signed = sign_in(session, EMAIL, password)
        return signed and signed.token


def is_in(sessions: SessionFactory, token: str) -> bool:
    with sessions() as session:
        return find_session(session, token) is not None


def test_a_script_adds_an_account_that_signs_in(run, sessions: SessionFactory) -> None:
    done = run(*ADD, "--language", "en", typed=f"{PASSWORD}\n")
    assert done == Done(0, f"{EMAIL} may sign in.\n", "")
    assert enter(sessions)
    with sessions() as session:
        account = find_account(session, EMAIL)
        assert (account.name, account.role, account.language) == ("Zoé Roy", "agent", "en")
    actions = [action for action, _, _ in audited(sessions, "accounts")]
    assert actions == ["create", "set_password", "sign_in"]


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_person_types_the_password_twice_unseen(
    run, sessions: SessionFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prompt(_text: str, **how: bool) -> str:
        assert how == {"hide_input": True, "confirmation_prompt": True}
        return PASSWORD

    monkeypatch.setattr(account_cli.typer, "prompt", prompt)
    run(*ADD, terminal=Terminal())
    assert enter(sessions)


def test_the_list_tells_who_may_enter(run, sessions: SessionFactory) -> None:
    run(*ADD, typed=PASSWORD)
    pole = ("--name", "Ana", "--role", "pole", "--pole", "estrie")
    run("add", "Ana@Estrie.example", *pole, typed=PASSWORD)
    run("close", EMAIL)
    assert run("list").out.splitlines() == [
        "ana@estrie.example  pole (estrie)  open  signed in: never",
        f"{EMAIL}  agent  closed  signed in: never",
    ]
    with sessions.begin() as session:
        sign_in(session, "ana@estrie.example", PASSWORD)
    assert "never" not in run("list").out.splitlines()[0]


def test_a_new_password_takes_the_place_of_the_old(run, sessions: SessionFactory) -> None:
    run(*ADD, typed=PASSWORD)
    token = enter(sessions)
    run("set-password", EMAIL.upper(), typed=NEW)
    assert not is_in(sessions, token)
    assert enter(sessions) is None
    assert enter(sessions, NEW)


def test_an_account_is_closed_reopened_and_signed_out(run, sessions: SessionFactory) -> None:
    run(*ADD, typed=PASSWORD)
    for command, may_enter in [("sign-out", True), ("close", False), ("reopen", True)]:
        token = enter(sessions)
        done = run(command, EMAIL)
        assert (done.code, done.err, done.out.count("\n")) == (0, "", 1)
        assert not is_in(sessions, token or "")
        assert bool(enter(sessions)) is may_enter


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["add", "taken@a.example", "--name", "A", "--role", "agent"], "has an account already"),
        (["add", "zoe", "--name", "A", "--role", "agent"], "email: value is not a valid email"),
        (["add", EMAIL, "--name", " ", "--role", "agent"], "name: "),
        (["add", EMAIL, "--name", "A", "--role", "pole"], "name a pôle for the role “pole”"),
        ([*ADD, "--pole", "estrie"], "name a pôle for the role “pole”, and for it alone"),
        (
            ["add", EMAIL, "--name", "A", "--role", "pole", "--pole", "personne"],
            "no pôle is called “personne”",
        ),
        *(
            ([command, "personne@a.example"], "`account list` shows those that exist")
            for command in ("set-password", "close", "reopen", "sign-out")
        ),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    run, sessions: SessionFactory, args: list[str], told: str
) -> None:
    with sessions.begin() as session:
        add_account(session, email="taken@a.example")
    assert told in run(*args, typed=PASSWORD).error
    assert len(audited(sessions, "accounts")) == 1


@pytest.mark.parametrize("typed", ["", "\n", "court\n", "x" * 201])
def test_a_password_of_a_wrong_length_adds_no_one(
    run, sessions: SessionFactory, typed: str
) -> None:
    assert run(*ADD, typed=typed).error == "a password holds 12 to 200 characters"
    assert audited(sessions, "accounts") == []


def test_it_works_on_the_database_of_the_settings(
    sessions: SessionFactory, database_url: str, tmp_path: Path
) -> None:
    with sessions.begin() as session:
        add_account(session)
    done = run_catalog("account", "list", folder=tmp_path, DATABASE_URL=database_url)
    assert done == Done(0, "agent@consortium.example  agent  open  signed in: never\n", "")


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("args", [["add", EMAIL], [*ADD[:-1], "owner"], ["close"]], ids=str)
def test_a_command_that_is_not_understood_ends_with_2(run, args: list[str]) -> None:
    done = run(*args)
    assert (done.code, done.out) == (2, "")
    assert "Usage:" in done.err and "Traceback" not in done.err

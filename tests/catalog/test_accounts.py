"""Accounts of the staff: who gets one, who signs in with it, and for how long."""

from unittest.mock import Mock

import pytest
from argon2 import PasswordHasher
from pydantic import ValidationError

import catalog.accounts
from catalog.accounts import (
    MAX_FAILED_ATTEMPTS,
    AccountError,
    NewAccount,
    change_account,
    create_account,
    find_account,
    find_session,
    revoke_sessions,
    set_active,
    set_password,
    sign_in,
    sign_in_with_openid,
    sign_out,
)
from catalog.database import SessionFactory
from catalog.models import Account, Language, Role
from tests.accounts import PASSWORD, add_account, audited, everything

EMAIL = "agent@consortium.example"
WRONG = "cinq érables en automne"
HASHER = catalog.accounts._hasher


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes of the same kind, without the cost: hundreds are made here."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(catalog.accounts, "_hasher", quick)
    monkeypatch.setattr(catalog.accounts, "_NO_ONE", quick.hash(WRONG))


@pytest.fixture
def agent(sessions: SessionFactory) -> Account:
    with sessions.begin() as session:
        return add_account(session)


def enter(sessions: SessionFactory, password: str = PASSWORD, email: str = EMAIL) -> str | None:
    """The token of a new session, if one is opened."""
    with sessions.begin() as session:
        signed = sign_in(session, email, password)
        return signed and signed.token


def fail(sessions: SessionFactory, times: int) -> None:
    for _ in range(times):
        assert enter(sessions, WRONG) is None


def is_in(sessions: SessionFactory, token: str) -> bool:
    with sessions.begin() as session:
        return find_session(session, token) is not None


def read(sessions: SessionFactory) -> Account:
    with sessions() as session:
        return find_account(session, EMAIL)


class TestCreation:
    def test_an_account_is_made_without_a_password(self, sessions: SessionFactory) -> None:
        new = NewAccount(email="Zoé@Pôle.Example", name=" Zoé ", role="pole", pole_slug="estrie")
        with sessions.begin() as session:
            account = create_account(session, new, by=None)
        assert (account.email, account.name) == ("zoé@pôle.example", "Zoé")
        assert (account.role, account.pole_slug) == (Role.POLE, "estrie")
        assert (account.language, account.active) == (Language.FR, True)
        assert account.password_hash is None
        assert enter(sessions, "", "zoé@pôle.example") is None
        seen = {
            "email": account.email,
            "name": "Zoé",
            "role": "pole",
            "pole_slug": "estrie",
            "language": "fr",
        }
        assert audited(sessions, "accounts") == [("create", {}, seen)]

    @pytest.mark.parametrize(
        "email", [EMAIL, "Agent@consortium.example", "agent@CONSORTIUM.example"]
    )
    def test_an_address_has_one_account_whatever_its_case(
        self, sessions: SessionFactory, agent: Account, email: str
    ) -> None:
        with sessions.begin() as session, pytest.raises(AccountError, match="has an account"):
            add_account(session, email=email)
        assert len(audited(sessions, "accounts")) == 1

    def test_a_pole_must_be_known(self, sessions: SessionFactory) -> None:
        with sessions.begin() as session, pytest.raises(AccountError, match="called “personne”"):
            add_account(session, Role.POLE, pole_slug="personne")
        assert read(sessions) is None

    @pytest.mark.parametrize(
        "wrong",
        [
            {"role": "pole"},
            {"pole_slug": "estrie"},
            {"role": "administrator", "pole_slug": "estrie"},
            {"role": "owner"},
            {"email": "agent"},
            {"email": f"{EMAIL}\nBcc: x@y.example"},
            {"name": "  "},
            {"name": "x" * 201},
            {"language": "de"},
            {"password_hash": "x"},
        ],
        ids=str,
    )
    def test_what_is_no_account_is_refused(self, wrong: dict) -> None:
        with pytest.raises(ValidationError):
            NewAccount(**{"email": EMAIL, "name": "Camille", "role": "agent"} | wrong)


class TestChange:
    def change(self, sessions: SessionFactory, **values: str) -> None:
        old = {"email": EMAIL, "name": "Camille Roy", "role": "agent"}
        with sessions.begin() as session:
            account = find_account(session, EMAIL)
            change_account(session, account, NewAccount(**old | values), by=None)

    def test_a_name_changes_and_the_sessions_stay(
        self, sessions: SessionFactory, agent: Account
    ) -> None:
        token = enter(sessions)
        self.change(sessions)
        self.change(sessions, name="Camille Côté", email=EMAIL.upper())
        assert is_in(sessions, token)
        old = {
            "email": EMAIL,
            "name": "Camille Roy",
            "role": "agent",
            "pole_slug": None,
            "language": "fr",
        }
        changed = ("change", old, old | {"name": "Camille Côté"})
        assert audited(sessions, "accounts")[2:] == [changed]

    def test_another_role_ends_the_sessions(self, sessions: SessionFactory, agent: Account) -> None:
        token = enter(sessions)
        self.change(sessions, role="pole", pole_slug="estrie")
        assert not is_in(sessions, token)
        token = enter(sessions)
        assert read(sessions).role is Role.POLE
        self.change(sessions, role="pole", pole_slug="laval")
        assert not is_in(sessions, token)

    def test_the_address_of_another_is_refused(
        self, sessions: SessionFactory, agent: Account
    ) -> None:
        with sessions.begin() as session:
            boss = add_account(session, Role.ADMINISTRATOR)
        with pytest.raises(AccountError, match="has an account already"):
            self.change(sessions, email=boss.email.title())
        assert read(sessions).name == agent.name


class TestPassword:
    @pytest.mark.parametrize("length", [0, 11, 201])
    def test_one_too_short_or_too_long_is_refused(
        self, sessions: SessionFactory, agent: Account, length: int
    ) -> None:
        with sessions.begin() as session, pytest.raises(AccountError, match="12 to 200"):
            set_password(session, find_account(session, EMAIL), "é" * length, by=None)
        assert read(sessions).password_hash == agent.password_hash

    @pytest.mark.parametrize("length", [12, 200])
    def test_the_whole_of_it_must_match(
        self, sessions: SessionFactory, agent: Account, length: int
    ) -> None:
        with sessions.begin() as session:
            set_password(session, find_account(session, EMAIL), "é" * length, by=None)
        assert enter(sessions, "é" * length)
        assert enter(sessions, PASSWORD) is None
        assert enter(sessions, "é" * (length + 1)) is None

    def test_only_a_salted_argon2id_hash_is_kept(
        self, sessions: SessionFactory, agent: Account
    ) -> None:
        hashes = set()
        for _ in range(2):
            with sessions.begin() as session:
                account = find_account(session, EMAIL)
                set_password(session, account, PASSWORD, by=account)
                hashes.add(account.password_hash)
        assert len(hashes) == 2
        assert all(kept.startswith("$argon2id$") for kept in hashes)
        assert PASSWORD not in everything(sessions)
        assert audited(sessions, "accounts")[1:] == [("set_password", {}, {})] * 2

    def test_a_new_one_unlocks_and_ends_the_sessions(
        self, sessions: SessionFactory, agent: Account
    ) -> None:
        token = enter(sessions)
        fail(sessions, MAX_FAILED_ATTEMPTS)
        with sessions.begin() as session:
            set_password(session, find_account(session, EMAIL), WRONG, by=None)
        assert not is_in(sessions, token)
        assert enter(sessions, WRONG)

    def test_a_hash_of_lesser_cost_is_made_again_at_sign_in(
        self, sessions: SessionFactory, agent: Account, monkeypatch
    ) -> None:
        assert "$m=64,t=1,p=1$" in agent.password_hash
        monkeypatch.setattr(catalog.accounts, "_hasher", HASHER)
        assert enter(sessions)
        assert "$m=65536,t=3,p=4$" in read(sessions).password_hash
        assert enter(sessions)


class TestSignIn:
    @pytest.mark.parametrize("email", [EMAIL, EMAIL.upper(), f" {EMAIL}\n"], ids=repr)
    def test_the_right_password_opens_a_session(
        self, sessions: SessionFactory, agent: Account, email: str
    ) -> None:
        token = enter(sessions, email=email)
        with sessions.begin() as session:
            assert find_session(session, token).account.email == EMAIL
        assert read(sessions).last_sign_in_at is not None
        assert audited(sessions, "accounts")[-1] == ("sign_in", {}, {})

    @pytest.mark.parametrize("password", [WRONG, "", PASSWORD.upper(), PASSWORD + " "])
    def test_another_password_opens_none(
        self, sessions: SessionFactory, agent: Account, password: str
    ) -> None:
        assert enter(sessions, password) is None
        assert read(sessions).failed_attempts == 1

    @pytest.mark.parametrize("email", ["", "personne@consortium.example", "%", "a\0@b.example"])
    def test_an_unknown_address_opens_none_and_takes_as_long(
        self, sessions: SessionFactory, agent: Account, monkeypatch, email: str
    ) -> None:
        hasher = Mock(wraps=catalog.accounts._hasher)
        monkeypatch.setattr(catalog.accounts, "_hasher", hasher)
        assert enter(sessions, email=email) is None
        hasher.verify.assert_called_once()

    def test_a_password_of_a_megabyte_is_not_hashed_whole(
        self, sessions: SessionFactory, agent: Account, monkeypatch
    ) -> None:
        hasher = Mock(wraps=catalog.accounts._hasher)
        monkeypatch.setattr(catalog.accounts, "_hasher", hasher)
        assert enter(sessions, "x" * 2**20) is None
        assert len(hasher.verify.call_args.args[1]) < 300

    def test_a_closed_account_opens_none_until_it_is_open_again(
        self, sessions: SessionFactory, agent: Account
    ) -> None:
        token = enter(sessions)
        for active in (False, True):
            with sessions.begin() as session:
                set_active(session, find_account(session, EMAIL), active, by=None)
            assert (enter(sessions) is not None) is active
        assert not is_in(sessions, token)
        assert audited(sessions, "accounts")[2:5] == [
            ("set_active", {"active": True}, {"active": False}),
            ("revoke_sessions", {}, {"sessions": 1}),
            ("set_active", {"active": False}, {"active": True}),
        ]

    def test_an_account_without_a_password_opens_none(
        self, sessions: SessionFactory, agent: Account
    ) -> None:
        with sessions.begin() as session:
            find_account(session, EMAIL).password_hash = None
        assert enter(sessions) is None


class TestOpenId:
    def enter(self, sessions: SessionFactory, subject: str, email: str) -> str | None:
        with sessions.begin() as session:
            signed = sign_in_with_openid(session, subject, email)
            return signed and signed.token

    def test_the_address_finds_the_account_once_then_the_subject_alone(
        self, sessions: SessionFactory, agent: Account
    ) -> None:
        for email in (EMAIL.upper(), "married@consortium.example"):
            assert is_in(sessions, self.enter(sessions, "subject", email))
        assert self.enter(sessions, "another", EMAIL) is None
        assert read(sessions).openid_subject == "subject"

    def test_whom_no_account_awaits_does_not_enter(
        self, sessions: SessionFactory, agent: Account
    ) -> None:
        assert self.enter(sessions, "subject", "personne@consortium.example") is None
        with sessions.begin() as session:
            set_active(session, find_account(session, EMAIL), active=False, by=None)
        assert self.enter(sessions, "subject", EMAIL) is None


class TestLock:
    def test_five_failures_lock_it_even_for_the_right_password(
        self, sessions: SessionFactory, agent: Account
    ) -> None:
        fail(sessions, 5)
        assert enter(sessions) is None
        assert audited(sessions, "accounts")[1:] == [("lock", {}, {})]

    def test_a_success_clears_the_failures_before_it(
        self, sessions: SessionFactory, agent: Account
    ) -> None:
        for _ in range(2):
            fail(sessions, 4)
            assert enter(sessions)

    def test_it_unlocks_after_fifteen_minutes_and_counts_anew(
        self, sessions: SessionFactory, agent: Account, clock
    ) -> None:
        fail(sessions, 5)
        clock.advance(minutes=14)
        fail(sessions, 1)
        assert enter(sessions) is None
        clock.advance(minutes=1)
        fail(sessions, 4)
        assert enter(sessions)

    def test_a_failure_counts_once_committed(
        self, sessions: SessionFactory, agent: Account
    ) -> None:
        with sessions() as session:
            assert sign_in(session, EMAIL, WRONG) is None
            session.rollback()
        assert read(sessions).failed_attempts == 0
        fail(sessions, 1)
        assert read(sessions).failed_attempts == 1

    def test_guesses_made_at_once_are_all_counted(
        self, sessions: SessionFactory, agent: Account
    ) -> None:
        with sessions() as late:
            seen = find_account(late, EMAIL)
            late.commit()
            fail(sessions, 4)
            assert seen.failed_attempts == 0
            assert sign_in(late, EMAIL, WRONG) is None
            late.commit()
        assert enter(sessions) is None


class TestSession:
    def test_a_token_is_kept_as_a_digest_alone(
        self, sessions: SessionFactory, agent: Account
    ) -> None:
        one, other = enter(sessions), enter(sessions)
        assert one != other
        assert min(len(one), len(other)) >= 43
        held = everything(sessions)
        assert one not in held and other not in held

    @pytest.mark.parametrize("token", ["", "x", "é", "\0"])
    def test_an_unknown_token_is_no_session(
        self, sessions: SessionFactory, agent: Account, token: str
    ) -> None:
        enter(sessions)
        assert not is_in(sessions, token)

    def test_a_digest_read_in_the_table_opens_nothing(
        self, sessions: SessionFactory, agent: Account
    ) -> None:
        token = enter(sessions)
        with sessions() as session:
            digest = find_session(session, token).token_digest
        assert not is_in(sessions, digest)

    def test_it_ends_after_ten_hours_however_busy(
        self, sessions: SessionFactory, agent: Account, clock
    ) -> None:
        token = enter(sessions)
        for _ in range(11):
            clock.advance(minutes=54)
            assert is_in(sessions, token)
        clock.advance(minutes=6)
        assert not is_in(sessions, token)

    def test_it_ends_after_an_hour_without_use(
        self, sessions: SessionFactory, agent: Account, clock
    ) -> None:
        token = enter(sessions)
        for _ in range(2):
            clock.advance(minutes=59)
            assert is_in(sessions, token)
        clock.advance(minutes=60)
        assert not is_in(sessions, token)
        clock.advance(minutes=-59)
        assert is_in(sessions, token)

    def test_it_ends_with_its_account_however_that_was_closed(
        self, sessions: SessionFactory, agent: Account
    ) -> None:
        token = enter(sessions)
        with sessions.begin() as session:
            find_account(session, EMAIL).active = False
        assert not is_in(sessions, token)

    def test_a_use_is_written_once_a_minute_at_most(
        self, sessions: SessionFactory, agent: Account, clock
    ) -> None:
        token, seen = enter(sessions), []
        for seconds in (0, 20, 40, 20):
            clock.advance(seconds=seconds)
            with sessions.begin() as session:
                seen.append(find_session(session, token).last_seen_at)
        assert seen[0] == seen[1] < seen[2] == seen[3]

    def test_signing_out_ends_it_alone(self, sessions: SessionFactory, agent: Account) -> None:
        left, kept = enter(sessions), enter(sessions)
        for _ in range(2):
            with sessions.begin() as session:
                sign_out(session, left)
        assert (is_in(sessions, left), is_in(sessions, kept)) == (False, True)
        assert [entry[0] for entry in audited(sessions, "accounts")].count("sign_out") == 1

    def test_all_those_of_one_account_can_be_revoked(
        self, sessions: SessionFactory, agent: Account
    ) -> None:
        with sessions.begin() as session:
            boss = add_account(session, Role.ADMINISTRATOR)
        tokens, other = [enter(sessions), enter(sessions)], enter(sessions, email=boss.email)
        for _ in range(2):
            with sessions.begin() as session:
                revoke_sessions(session, find_account(session, EMAIL), by=boss)
        assert not any(is_in(sessions, token) for token in tokens)
        assert is_in(sessions, other)
        actions = [entry for entry in audited(sessions, "accounts") if entry[0].startswith("rev")]
        assert actions == [("revoke_sessions", {}, {"sessions": 2})]

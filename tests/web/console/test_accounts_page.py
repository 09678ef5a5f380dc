"""Accounts as an administrator makes and changes them."""

import pytest
from sqlalchemy import func, select

from catalog.accounts import find_account, sign_in
from catalog.models import Account, Language
from tests.accounts import PASSWORD, audited
from tests.web.console.pages import Browser, Page

pytestmark = pytest.mark.anyio

EMAIL = "zoe@consortium.example"
NEW = {"email": EMAIL, "name": "Zoé Gagné", "role": "agent", "language": "en"}


@pytest.fixture
def stored(sessions):
    """A function that reads an account."""

    def read(email: str = EMAIL) -> Account | None:
        with sessions() as session:
            return find_account(session, email)

    return read


@pytest.fixture
def enters(sessions):
    """A function that tells whether an address enters with a password."""

    def entered(email: str = EMAIL, password: str = PASSWORD) -> bool:
        with sessions.begin() as session:
            return sign_in(session, email, password) is not None

    return entered


async def create(browser: Browser, **typed: str) -> Page:
    form = (await browser.get("/account/create")).form("/create")
    return await browser.submit(form, **NEW | typed)


async def edit(browser: Browser, account: Account, **typed: str | None) -> Page:
    form = (await browser.get("/account/edit", pk=account.id)).form("/edit")
    return await browser.submit(form, **typed)


def faults(page: Page) -> dict[str, str]:
    """What is told below each field that is at fault, by its label."""
    told = {}
    for fault in page.root.all(class_="invalid-feedback"):
        labels = list(fault.parent.all("label")) or list(fault.parent.parent.all("label"))
        told[labels[0].text] = fault.text
    return told


class TestCreation:
    async def test_an_account_is_made_that_can_enter(self, administrator, stored, enters) -> None:
        page = await create(administrator, password=PASSWORD)
        assert page.goes_to == "/console/account/list"
        made = stored()
        assert (made.name, made.role, made.language, made.active) == (
            "Zoé Gagné",
            "agent",
            "en",
            True,
        )
        assert enters()
        page = await administrator.get("/account/list")
        assert EMAIL in page.rows("email")

    async def test_one_without_a_password_waits_for_the_provider(
        self, administrator, stored
    ) -> None:
        await create(administrator)
        assert stored().password_hash is None

    async def test_one_of_a_pole_names_it(self, administrator, stored) -> None:
        page = await create(administrator, role="pole", pole_slug="estrie")
        assert page.status == 303
        assert stored().pole_slug == "estrie"

    async def test_one_may_be_made_closed(self, administrator, stored) -> None:
        await create(administrator, active=None)
        assert not stored().active

    async def test_what_was_made_is_audited_with_its_author(self, administrator, sessions) -> None:
        await create(administrator, password=PASSWORD)
        made, entered = audited(sessions, "accounts")[-2:]
        assert made[0] == "create" and made[2]["email"] == EMAIL
        assert entered[0] == "set_password"
        assert PASSWORD not in str(audited(sessions, "accounts"))
        page = await administrator.get("/audit/list")
        assert page.rows("account")[:2] == ["Dominique Côté"] * 2

    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize(
        ("typed", "label", "told"),
        [
            (
                {"email": "zoe"},
                ("Adresse courriel", "E-mail address"),
                ("invalide", "Invalid"),
            ),
            (
                {"email": "zoe@exemple.invalid"},
                ("Adresse courriel", "E-mail address"),
                ("invalide", "Invalid"),
            ),
            (
                {"email": "agent@consortium.example"},
                ("Adresse courriel", "E-mail address"),
                ("a déjà un compte", "has an account already"),
            ),
            ({"name": "n" * 201}, ("Nom", "Name"), ("de 1 à 200", "1 to 200")),
            ({"role": "owner"}, ("Rôle", "Role"), ("de la liste", "from the list")),
            ({"language": "de"}, ("Langue", "Language"), ("de la liste", "from the list")),
            ({"role": "pole"}, ("Pôle", "Pôle"), ("Nommez un pôle", "Name a pôle")),
            ({"pole_slug": "estrie"}, ("Pôle", "Pôle"), ("Nommez un pôle", "Name a pôle")),
            (
                {"role": "pole", "pole_slug": "rien"},
                ("Pôle", "Pôle"),
                ("n’existe pas", "does not exist"),
            ),
            ({"password": "court"}, ("Mot de passe", "Password"), ("de 12 à 200", "12 to 200")),
        ],
        ids=str,
    )
    async def test_a_fault_is_told_at_its_field(
        self, enter, account, sessions, typed: dict, label: tuple, told: tuple, language: str
    ) -> None:
        account("agent")
        browser = enter("administrator", language=language)
        page = await create(browser, **typed)
        assert (page.status, page.language) == (422, language)
        at = list(Language).index(language)
        ((named, fault),) = faults(page).items()
        assert label[at] in named and told[at] in fault
        with sessions() as session:
            assert session.scalar(select(func.count()).select_from(Account)) == 2

    @pytest.mark.parametrize("name", ["email", "name", "role", "language"])
    async def test_what_is_left_out_is_asked_for(self, administrator, stored, name: str) -> None:
        page = await create(administrator, **{name: ""})
        assert page.status == 422 and len(faults(page)) == 1
        assert stored() is None

    async def test_what_was_typed_is_kept_but_for_the_password(self, administrator) -> None:
        page = await create(administrator, email="zoe", password=PASSWORD, role="reviewer")
        kept = dict(page.form("/create").controls())
        assert (kept["email"], kept["name"], kept["role"]) == ("zoe", "Zoé Gagné", "reviewer")
        assert PASSWORD not in page.html


class TestChange:
    @pytest.fixture
    def agent_account(self, account) -> Account:
        return account("agent")

    async def test_the_page_shows_the_account_and_no_hash(
        self, administrator, agent_account
    ) -> None:
        page = await administrator.get("/account/edit", pk=agent_account.id)
        shown = dict(page.form("/edit").controls())
        assert shown["email"] == agent_account.email and shown["password"] == ""
        assert (shown["role"], shown["active"]) == ("agent", "on")
        assert agent_account.password_hash not in page.html

    async def test_untouched_it_changes_nothing(
        self, administrator, agent_account, sessions, enters
    ) -> None:
        before = audited(sessions, "accounts")
        assert (await edit(administrator, agent_account)).status == 303
        assert audited(sessions, "accounts") == before
        assert enters(agent_account.email)

    async def test_a_change_of_role_ends_the_sessions_and_is_audited(
        self, administrator, agent, account, sessions, stored
    ) -> None:
        person = account("agent")
        await edit(administrator, person, role="reviewer", name="Camille Côté")
        assert stored(person.email).role == "reviewer"
        assert (await agent.get("/request/list")).status == 303
        changed, ended = audited(sessions, "accounts")[-2:]
        assert changed[0] == "change" and ended[0] == "revoke_sessions"
        assert (changed[1]["role"], changed[2]["role"]) == ("agent", "reviewer")

    async def test_a_new_password_takes_the_place_of_the_old(
        self, administrator, agent_account, enters
    ) -> None:
        await edit(administrator, agent_account, password="cinq érables en automne")
        assert enters(agent_account.email, "cinq érables en automne")
        assert not enters(agent_account.email)

    async def test_one_who_is_closed_leaves_and_may_come_back(
        self, administrator, agent, account, enters
    ) -> None:
        person = account("agent")
        await edit(administrator, person, active=None)
        assert (await agent.get("/request/list")).status == 303
        assert not enters(person.email)
        await edit(administrator, person, active="on")
        assert enters(person.email)

    async def test_the_address_of_another_is_refused(
        self, administrator, agent_account, account, stored
    ) -> None:
        other = account("reviewer").email
        page = await edit(administrator, agent_account, email=other.upper(), name="Autre")
        assert (page.status, list(faults(page).values())) == (
            422,
            ["Cette adresse a déjà un compte."],
        )
        assert stored(agent_account.email).name == "Camille Roy"

    @pytest.mark.parametrize("pk", ["99", "x", "9" * 30, ""])
    async def test_one_that_does_not_exist_is_not_found(self, administrator, pk: str) -> None:
        assert (await administrator.get("/account/edit", pk=pk)).status == 404


class TestLastAdministrator:
    @pytest.fixture
    def herself(self, administrator, account) -> Account:
        return account("administrator")

    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize(
        ("typed", "label"),
        [({"active": None}, ("Ouvert", "Open")), ({"role": "agent"}, ("Rôle", "Role"))],
        ids=str,
    )
    async def test_she_cannot_lock_everyone_out(
        self, enter, herself, stored, typed: dict, label: tuple, language: str
    ) -> None:
        browser = enter("administrator", language=language)
        page = await edit(browser, herself, **typed)
        assert page.status == 422
        at = list(Language).index(language)
        ((named, fault),) = faults(page).items()
        assert label[at] in named
        assert ("dernier compte d’administration", "last open administrator")[at] in fault
        kept = stored(herself.email)
        assert (kept.role, kept.active) == ("administrator", True)
        assert (await browser.get("/account/list")).status == 200

    async def test_a_closed_one_does_not_count(self, administrator, herself, account) -> None:
        other = account("administrator", email="other@consortium.example")
        assert (await edit(administrator, other, active=None)).status == 303
        assert (await edit(administrator, herself, active=None)).status == 422

    @pytest.mark.parametrize("typed", [{"active": None}, {"role": "agent"}], ids=str)
    async def test_one_of_two_may_go(
        self, administrator, herself, account, stored, typed: dict
    ) -> None:
        account("administrator", email="other@consortium.example")
        assert (await edit(administrator, herself, **typed)).status == 303
        assert (await administrator.get("/account/list")).goes_to.startswith("/console/login")

    async def test_she_may_change_her_name(self, administrator, herself, stored) -> None:
        assert (await edit(administrator, herself, name="Dominique")).status == 303
        assert stored(herself.email).name == "Dominique"

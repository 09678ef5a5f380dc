"""Who enters the console by a password, and for how long."""

import datetime as dt
from http.cookies import SimpleCookie

import pytest
from sqlalchemy import update

from catalog.accounts import IDLE, MAX_FAILED_ATTEMPTS, SESSION, revoke_sessions, set_active
from catalog.metrics import REGISTRY
from catalog.models import Account, AccountSession, utc_now
from tests.accounts import PASSWORD, audited
from tests.web.console.pages import Browser, Page
from web.console.authentication import COOKIE, LANGUAGE_COOKIE

pytestmark = pytest.mark.anyio

EMAIL = "agent@consortium.example"
REFUSED = {"fr": "le mot de passe ne convient pas", "en": "the password is not right"}
LIMITED = {"fr": "Trop de tentatives", "en": "Too many attempts"}
TITLE = {"fr": "Console du Consortium", "en": "Consortium console"}


@pytest.fixture(autouse=True)
def agent_account(account) -> Account:
    return account("agent")


async def sign_in(
    browser: Browser, email: str = EMAIL, password: str = PASSWORD, **query: str
) -> Page:
    page = await browser.get("/login", **query)
    return await browser.submit(page.form("/login"), username=email, password=password)


def cookie(page: Page, name: str) -> dict[str, str]:
    """The attributes of a cookie that an answer sets, and its value."""
    for header in page.headers.get_list("set-cookie"):
        if (morsel := SimpleCookie(header).get(name)) is not None:
            return {"value": morsel.value, **{key: value for key, value in morsel.items() if value}}
    return {}


async def is_in(browser: Browser) -> bool:
    return (await browser.get("/request/list")).status == 200


async def test_the_right_password_opens_the_inbox(browse) -> None:
    browser = browse()
    assert not await is_in(browser)
    page = await sign_in(browser)
    assert page.goes_to == "/console/"
    assert (await browser.get("/")).goes_to == "/console/request/list"
    assert await is_in(browser)


@pytest.mark.parametrize("language", REFUSED)
@pytest.mark.parametrize(
    ("email", "password"), [(EMAIL, "cinq érables"), ("x@y.example", PASSWORD), ("", "")]
)
async def test_a_wrong_password_and_an_unknown_address_are_refused_alike(
    browse, email: str, password: str, language: str
) -> None:
    browser = browse()
    browser.client.cookies.set(LANGUAGE_COOKIE, language)
    page = await sign_in(browser, email, password)
    assert page.status == 400
    assert page.language == language
    assert len(page.alerts) == 1 and REFUSED[language] in page.alerts[0]
    assert not cookie(page, COOKIE)
    assert not await is_in(browser)


async def test_a_refused_sign_in_is_counted_and_a_good_one_is_not(browse) -> None:
    def refused() -> float | None:
        return REGISTRY.get_sample_value("aiguilleur_sign_in_failures_total", {"reason": "refused"})

    before = refused()
    await sign_in(browse(), password="cinq érables")
    assert refused() == before + 1
    await sign_in(browse())
    assert refused() == before + 1


async def test_a_closed_account_is_refused(browse, sessions, agent_account) -> None:
    with sessions.begin() as session:
        set_active(session, session.merge(agent_account), False, by=None)
    assert REFUSED["fr"] in (await sign_in(browse())).alerts[0]


async def test_after_five_failures_the_right_password_is_refused_too(browse, sessions) -> None:
    browser = browse()
    for _ in range(MAX_FAILED_ATTEMPTS):
        await sign_in(browser, password="cinq érables")
    assert REFUSED["fr"] in (await sign_in(browser)).alerts[0]
    assert audited(sessions, "accounts")[-1][0] == "lock"


@pytest.mark.parametrize("language", LIMITED)
async def test_an_address_that_tries_too_often_is_told_when_to_come_back(
    start, settings, language: str
) -> None:
    async with start(sign_ins_per_address="2/hour") as gateway:
        browser = Browser(gateway.app, settings.browser_url)
        browser.client.cookies.set(LANGUAGE_COOKIE, language)
        async with browser.client:
            for _ in range(2):
                await sign_in(browser, password="cinq érables")
            (alert,) = (await sign_in(browser)).alerts
        assert LIMITED[language] in alert
        assert any(word.isdecimal() and 0 < int(word) <= 3600 for word in alert.split())
        other = Browser(gateway.app, settings.browser_url, client="203.0.113.8")
        async with other.client:
            assert (await sign_in(other)).status == 303


async def test_signing_out_ends_the_session_itself(agent) -> None:
    stolen = agent.client.cookies[COOKIE]
    page = await agent.submit((await agent.get("/request/list")).form("/logout"))
    assert page.status == 303
    assert (cookie(page, COOKIE)["max-age"], cookie(page, COOKIE)["path"]) == ("0", "/console")
    agent.client.cookies.set(COOKIE, stolen, path="/console")
    assert not await is_in(agent)


@pytest.mark.parametrize(
    ("public_url", "is_secure"),
    [("https://console.example", True), ("http://console.example", False), (None, False)],
)
async def test_the_cookie_is_kept_from_scripts_other_sites_and_other_pages(
    start, settings, public_url: str | None, is_secure: bool
) -> None:
    async with start(public_url=public_url) as gateway:
        browser = Browser(gateway.app, public_url or settings.browser_url)
        async with browser.client:
            page = await sign_in(browser)
            assert await is_in(browser)
    given = cookie(page, COOKIE)
    assert len(given.pop("value")) >= 40
    expected = {"path": "/console", "httponly": True, "samesite": "lax"}
    expected |= {"max-age": str(int(SESSION.total_seconds()))}
    assert given == (expected | {"secure": True} if is_secure else expected)
    assert cookie(page, LANGUAGE_COOKIE).get("secure", False) is is_secure


async def test_the_page_that_was_asked_for_comes_after_the_sign_in(browse) -> None:
    browser = browse()
    asked = "/console/request/list?q=for%C3%AAt&sort=time_left__asc"
    refused = Page(await browser.client.get(asked))
    page = await browser.get(str(refused.response.next_request.url))
    page = await browser.submit(page.form("/login"), username=EMAIL, password=PASSWORD)
    assert page.goes_to == asked


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/console",
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https:///evil.example",
        "\thttps://evil.example",
        "http://127.0.0.1:8000@evil.example/",
        "javascript:alert(1)",
        "evil.example",
    ],
)
async def test_a_next_page_elsewhere_is_not_followed(browse, elsewhere: str) -> None:
    browser = browse()
    assert (await sign_in(browser, next=elsewhere)).goes_to == "/console/"
    assert (await browser.get("/login", next=elsewhere)).goes_to == "/console/"


@pytest.mark.parametrize("ended", ["expired", "idle", "revoked", "closed", "forged"])
async def test_a_session_that_has_ended_goes_back_to_the_sign_in_page(
    enter, sessions, agent_account, ended: str
) -> None:
    browser = enter("agent")
    assert await is_in(browser)
    now = utc_now()
    with sessions.begin() as session:
        person = session.merge(agent_account)
        if ended == "expired":
            session.execute(update(AccountSession).values(expires_at=now))
        elif ended == "idle":
            session.execute(update(AccountSession).values(last_seen_at=now - IDLE))
        elif ended == "revoked":
            revoke_sessions(session, person, by=None)
        elif ended == "closed":
            session.execute(update(Account).values(active=False))
    if ended == "forged":
        browser.client.cookies.set(COOKIE, "x" * 43, path="/console")
    page = await browser.get("/request/list", q="forêt")
    assert page.goes_to.startswith("/console/login?next=")
    page = await browser.get(str(page.response.next_request.url))
    assert TITLE["fr"] in page.text


async def test_a_session_in_use_goes_on(enter, sessions) -> None:
    browser = enter("agent")
    nearly = utc_now() - IDLE + dt.timedelta(minutes=5)
    with sessions.begin() as session:
        session.execute(update(AccountSession).values(last_seen_at=nearly))
    assert await is_in(browser)
    with sessions() as session:
        assert session.query(AccountSession).one().last_seen_at > nearly


@pytest.mark.parametrize(("language", "menu"), [("fr", "Demandes"), ("en", "Requests")])
async def test_the_console_is_in_the_language_of_the_account(
    browse, account, language: str, menu: str
) -> None:
    account("administrator", email="zoe@consortium.example", language=language)
    browser = browse()
    await sign_in(browser, "zoe@consortium.example")
    page = await browser.get("/request/list")
    assert (page.language, page.root.one("h1").text) == (language, menu)


async def test_the_sign_in_page_is_in_french_until_someone_chooses_otherwise(browse) -> None:
    browser = browse()
    browser.client.headers["accept-language"] = "en"
    assert TITLE["fr"] in (await browser.get("/login")).text
    browser.client.cookies.set(LANGUAGE_COOKIE, "en")
    assert TITLE["en"] in (await browser.get("/login")).text

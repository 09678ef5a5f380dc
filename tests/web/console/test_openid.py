"""Signing in through a provider that the console really talks to."""

import time
from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr
from starlette.responses import PlainTextResponse

from catalog.accounts import find_account, set_active
from catalog.models import Account, Language
from tests.accounts import audited
from tests.ports import free_port
from tests.web.console.openid_provider import (
    CLIENT,
    MINUTE,
    SECRET,
    OpenIdProvider,
    key,
    running_provider,
)
from tests.web.console.pages import Browser, Page
from web.console.authentication import COOKIE, LANGUAGE_COOKIE

pytestmark = pytest.mark.anyio

EMAIL = "agent@consortium.example"
DISCOVERY = "/.well-known/openid-configuration"
FAILED = {"fr": "n’a pas pu confirmer qui vous êtes", "en": "could not confirm who you are"}
UNKNOWN = {"fr": "Aucun compte ouvert ne porte", "en": "No open account bears"}


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture(autouse=True)
def person(account) -> Account:
    return account("agent")


@pytest.fixture
def opened(start, settings):
    """A context manager of a browser at a console that trusts an issuer."""

    async def opens(issuer: str) -> AsyncIterator[Browser]:
        changes = {
            "openid_issuer": issuer,
            "openid_client_id": CLIENT,
            "openid_client_secret": SecretStr(SECRET),
        }
        async with start(**changes) as gateway:
            browser = Browser(gateway.app, settings.browser_url)
            async with browser.client:
                yield browser

    return opens


@pytest.fixture
async def browser(opened, provider) -> AsyncIterator[Browser]:
    async for browser in opened(provider.issuer):
        yield browser


@pytest.fixture
def bound(sessions):
    """A function that tells which subject an account is bound to."""

    def read(email: str = EMAIL) -> str | None:
        with sessions() as session:
            return find_account(session, email).openid_subject

    return read


async def sent_back(browser: Browser, **query: str) -> str:
    """Where the provider sends the browser, once there."""
    page = await browser.get("/openid/start", **query)
    assert page.status == 302
    async with httpx.AsyncClient(trust_env=False) as network:
        answer = await network.get(page.response.next_request.url)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def sign_in(browser: Browser, **query: str) -> Page:
    return await browser.get(await sent_back(browser, **query))


async def is_in(browser: Browser) -> bool:
    return (await browser.get("/request/list")).status == 200


async def told(browser: Browser, page: Page) -> str:
    """What the sign-in page says after a refusal."""
    assert page.goes_to == "/console/login"
    assert COOKIE not in browser.client.cookies
    (alert,) = (await browser.get("/login")).alerts
    assert (await browser.get("/login")).alerts == []
    return alert


class TestEntry:
    async def test_the_first_time_the_address_tells_who_it_is(
        self, browser, bound, sessions
    ) -> None:
        assert bound() is None
        page = await sign_in(browser)
        assert page.goes_to == "/console/"
        assert await is_in(browser)
        assert bound() == "subject-1"
        assert audited(sessions, "accounts")[-1][0] == "sign_in"

    async def test_later_the_subject_does_though_the_address_changed(
        self, browser, provider, bound
    ) -> None:
        await sign_in(browser)
        browser.client.cookies.clear()
        provider.person["email"] = "camille.roy@consortium.example"
        await sign_in(browser)
        assert await is_in(browser)
        assert bound() == "subject-1"

    async def test_the_name_one_signs_in_with_stands_for_the_address(
        self, browser, provider
    ) -> None:
        provider.person = {"sub": "s", "preferred_username": EMAIL.upper()}
        await sign_in(browser)
        assert await is_in(browser)

    async def test_the_console_is_in_the_language_of_the_account(
        self, browser, provider, account
    ) -> None:
        provider.person["email"] = account("reviewer", language="en").email
        await sign_in(browser)
        assert browser.client.cookies[LANGUAGE_COOKIE] == "en"

    async def test_the_browser_holds_no_secret_of_the_sign_in(self, browser, provider) -> None:
        page = await browser.get("/openid/start")
        asked = parse_qs(urlsplit(str(page.response.next_request.url)).query)
        assert asked["redirect_uri"] == [f"{browser.origin}/console/openid/callback"]
        assert asked["code_challenge_method"] == ["S256"]
        assert len(asked["state"][0]) >= 20 and len(asked["nonce"][0]) >= 20
        assert "code_verifier" not in asked
        cookies = page.headers.get_list("set-cookie")
        (given,) = (cookie for cookie in cookies if cookie.startswith("console_openid="))
        assert {"httponly", "path=/console", "samesite=lax"} <= set(given.lower().split("; "))

    async def test_the_sign_in_page_leads_to_the_provider(self, browser, browse) -> None:
        page = await browser.get("/login", next="/console/request/list?q=lac")
        link = page.root.one("a", class_="btn")
        page = await browser.get(link["href"])
        assert page.status == 302
        other = await browse().get("/login")
        assert not list(other.root.all("a", class_="btn"))


class TestNext:
    async def test_the_page_that_was_asked_for_comes_after(self, browser) -> None:
        asked = "/console/request/list?q=lac&sort=time_left__asc"
        assert (await sign_in(browser, next=asked)).goes_to == asked

    @pytest.mark.parametrize(
        "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "", "x"]
    )
    async def test_one_elsewhere_is_not_followed(self, browser, elsewhere: str) -> None:
        assert (await sign_in(browser, next=elsewhere)).goes_to == "/console/"

    async def test_that_of_an_earlier_try_is_forgotten(self, browser) -> None:
        await sent_back(browser, next="/console/request/list?q=lac")
        assert (await sign_in(browser)).goes_to == "/console/"


@pytest.mark.parametrize("language", Language)
class TestUnknown:
    @pytest.mark.parametrize(
        "someone",
        [
            {"sub": "s", "email": "other@consortium.example"},
            {"sub": "s", "email": ""},
            {"sub": "s"},
            {"sub": "s", "email": EMAIL, "email_verified": False},
            {"sub": "s", "email": EMAIL, "email_verified": "false"},
        ],
        ids=str,
    )
    async def test_who_has_no_account_is_told_whom_to_ask(
        self, browser, provider, bound, someone: dict, language: str
    ) -> None:
        browser.client.cookies.set(LANGUAGE_COOKIE, language)
        provider.person = someone
        assert UNKNOWN[language] in await told(browser, await sign_in(browser))
        assert bound() is None

    async def test_a_closed_account_stays_closed(self, browser, person, sessions, language) -> None:
        browser.client.cookies.set(LANGUAGE_COOKIE, language)
        with sessions.begin() as session:
            set_active(session, session.merge(person), False, by=None)
        assert UNKNOWN[language] in await told(browser, await sign_in(browser))

    async def test_an_address_that_changes_hands_opens_nothing(
        self, browser, provider, bound, language: str
    ) -> None:
        await sign_in(browser)
        browser.client.cookies.clear()
        browser.client.cookies.set(LANGUAGE_COOKIE, language)
        provider.person["sub"] = "subject-2"
        assert UNKNOWN[language] in await told(browser, await sign_in(browser))
        assert bound() == "subject-1"


class TestForgery:
    @pytest.mark.parametrize(
        "claims",
        [
            {"nonce": "another"},
            {"nonce": None},
            {"iss": "https://evil.example"},
            {"aud": "another"},
            {"exp": 1_000_000_000},
            {"exp": None},
            {"sub": None},
        ],
        ids=str,
    )
    async def test_a_wrong_token_is_refused(self, browser, provider, bound, claims: dict) -> None:
        provider.claims = claims
        assert FAILED["fr"] in await told(browser, await sign_in(browser))
        assert bound() is None

    async def test_a_token_signed_by_another_is_refused(self, browser, provider) -> None:
        provider.signer = key("wrong")
        assert FAILED["fr"] in await told(browser, await sign_in(browser))

    async def test_a_token_just_expired_is_refused(self, browser, provider) -> None:
        provider.claims = {"exp": int(time.time()) - 3 * MINUTE}
        assert FAILED["fr"] in await told(browser, await sign_in(browser))

    @pytest.mark.parametrize("state", ["another", "", None])
    async def test_a_wrong_state_is_refused(self, browser, state: str | None) -> None:
        back = httpx.URL(await sent_back(browser))
        back = back.copy_remove_param("state")
        back = back if state is None else back.copy_set_param("state", state)
        assert FAILED["fr"] in await told(browser, await browser.get(str(back)))

    async def test_what_was_sent_to_another_browser_is_refused(self, browser) -> None:
        back = await sent_back(browser)
        browser.client.cookies.clear()
        assert FAILED["fr"] in await told(browser, await browser.get(back))

    async def test_a_code_serves_once(self, browser) -> None:
        back = await sent_back(browser)
        assert (await browser.get(back)).goes_to == "/console/"
        del browser.client.cookies[COOKIE]
        assert FAILED["fr"] in await told(browser, await browser.get(back))

    @pytest.mark.parametrize("query", ["", "?code=x", "?error=access_denied", "?state=x"])
    async def test_a_bare_callback_is_refused(self, browser, query: str) -> None:
        page = await browser.get(f"/openid/callback{query}")
        assert FAILED["fr"] in await told(browser, page)


class TestBreakdown:
    @pytest.mark.parametrize("language", Language)
    async def test_a_provider_that_is_down_is_told(self, opened, language: str) -> None:
        async for browser in opened(f"http://127.0.0.1:{free_port()}"):
            browser.client.cookies.set(LANGUAGE_COOKIE, language)
            page = await browser.get("/openid/start")
            assert FAILED[language] in await told(browser, page)

    @pytest.mark.parametrize("answer", ["", "<html>", "{}", "[]"])
    async def test_one_that_describes_itself_badly_is_told(
        self, browser, provider, answer: str
    ) -> None:
        provider.broken[DISCOVERY] = PlainTextResponse(answer)
        page = await browser.get("/openid/start")
        assert FAILED["fr"] in await told(browser, page)
        provider.broken.clear()
        await sign_in(browser)
        assert await is_in(browser)

    @pytest.mark.parametrize("path", ["/token", "/keys"])
    @pytest.mark.parametrize(
        "answer",
        [("", 500), ("<html>", 200), ("{}", 200), ('{"error": "invalid_grant"}', 400), ("[]", 200)],
        ids=str,
    )
    async def test_one_that_breaks_half_way_is_told(
        self, browser, provider, path: str, answer: tuple
    ) -> None:
        provider.broken[path] = PlainTextResponse(*answer)
        assert FAILED["fr"] in await told(browser, await sign_in(browser))


async def test_the_log_tells_no_secret(browser, provider, caplog) -> None:
    provider.claims = {"nonce": "another"}
    await sign_in(browser)
    assert "did not answer as it should" in caplog.text
    assert EMAIL not in caplog.text and SECRET not in caplog.text

"""The sign-in page, where the organisation's own accounts serve too."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import assert_accessible
from tests.browser.console.server import running_console
from tests.browser.console.words import say
from web.console.authentication import LANGUAGE_COOKIE


@pytest.fixture(scope="module")
def with_openid(tmp_path_factory: pytest.TempPathFactory):
    """A console that knows an OpenID provider."""
    with running_console(
        tmp_path_factory.mktemp("openid"),
        openid_issuer="https://provider.example",
        openid_client_id="console",
        openid_client_secret="secret",
    ) as running:
        yield running


def offered(visit, console, language: str):
    page = visit(f"{console.url}/login")
    page.context.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": console.url}])
    page.goto(f"{console.url}/login?next=/console/review")
    return page, page.get_by_role("link", name=say("sign_in_with_openid", language))


def test_the_organisations_accounts_are_offered(visit, with_openid, language) -> None:
    page, link = offered(visit, with_openid, language)
    href = "/console/openid/start?next=/console/review"
    assert link.get_attribute("href").endswith(href)
    assert_accessible(page)


def test_they_are_not_without_a_provider(visit, console, language) -> None:
    _, link = offered(visit, console, language)
    expect(link).to_have_count(0)

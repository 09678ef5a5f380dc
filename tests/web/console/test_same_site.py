"""Changes are taken from pages of the console alone."""

import pytest

from tests.web.console.pages import Browser, Page

pytestmark = pytest.mark.anyio

OURS = "http://127.0.0.1:8000"


async def take(browser: Browser, request_id: int, headers: dict[str, str]) -> Page:
    """Press a button as a page that got hold of its hidden fields would."""
    form = (await browser.get("/request/detail", pk=request_id)).form("/take")
    response = await browser.client.post(
        form["action"], data=dict(form.controls()), headers=headers
    )
    return Page(response)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": OURS},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": OURS},
    ],
    ids=str,
)
async def test_a_change_asked_by_our_page_is_made(agent, file, read, headers) -> None:
    request = file()
    assert (await take(agent, request.id, headers)).status == 303
    assert read(request).assignee.email == "agent@consortium.example"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": OURS},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:9000"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": ""},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:9000"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://["},
        {"Referer": f"{OURS}/console/"},
    ],
    ids=str,
)
async def test_a_change_asked_from_elsewhere_is_refused(agent, file, read, headers) -> None:
    request = file()
    assert (await take(agent, request.id, headers)).status == 403
    assert read(request).assignee is None


@pytest.mark.parametrize("path", ["/login", "/logout", "/views/save", "/_api/request/action"])
async def test_no_other_form_is_taken_from_elsewhere(agent, path: str) -> None:
    token = await agent.token()
    response = await agent.client.post(
        f"/console{path}",
        data={"csrftoken": token},
        headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    )
    assert response.status_code == 403
    assert (await agent.get("/request/list")).status == 200


async def test_a_form_without_its_token_is_refused(agent, file, read) -> None:
    request = file()
    form = (await agent.get("/request/detail", pk=request.id)).form("/take")
    assert (await agent.submit(form, csrftoken=None)).status == 403
    assert read(request).assignee is None


async def test_a_link_from_another_site_opens_a_page(agent) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert (await agent.client.get("/console/request/list", headers=headers)).status_code == 200

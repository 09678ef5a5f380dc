"""No script runs in the console but those it was served with."""

import re
from collections.abc import Iterator

import pytest

from tests.web.console.pages import Browser, Element, Page, Tree

pytestmark = pytest.mark.anyio

PAGES = (
    "/dashboard",
    "/review",
    "/learning",
    "/request/list",
    "/request/list?q=x&filter=status__in=received&sort=time_left__asc&page=2",
    "/request/detail?pk=1",
    "/request/detail?pk=1&template=call",
    "/account/list",
    "/account/create",
    "/account/edit?pk=1",
    "/outbox/list",
    "/audit/list",
    "/request/list?filter=broken",
    "/request/detail?pk=99",
    "/nothing",
)
ADDRESSES = ("src", "href", "action", "formaction", "data", "poster", "srcset")
# The name of a language, which no browser fetches.
SVG = "http://www.w3.org/2000/svg"


def nonce_of(page: Page) -> str:
    policy = page.headers["content-security-policy"]
    return re.search(r"script-src 'nonce-([\w-]{20,})'(;|$)", policy)[1]


def everything(root: Element) -> Iterator[Element]:
    """Every element, those of the dialogues that attributes hold among them."""
    for element in root.all():
        yield element
        yield from everything(Tree(element.attributes.get("data-sa-form", "")).root)


def assert_kept(page: Page, origin: str) -> None:
    nonce = nonce_of(page)
    elements = list(everything(page.root))
    scripts = [element for element in elements if element.tag in ("script", "style")]
    assert scripts and all(script.attributes.get("nonce") == nonce for script in scripts)
    for element in elements:
        handlers = [name for name in element.attributes if name.startswith("on")]
        assert not handlers, (element.tag, handlers)
        for name in ADDRESSES:
            address = element.attributes.get(name, "")
            ours = (
                address.startswith((f"{origin}/", "/", "#", "?", "mailto:")) or ":" not in address
            )
            assert ours and not address.startswith("//"), (element.tag, address)
    hosts = set(re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s\"'<]*", page.html))
    assert hosts <= {SVG}


@pytest.fixture
def administrator(enter, file) -> Browser:
    file()
    return enter("administrator")


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_holds_no_script_but_ours(administrator, path: str) -> None:
    page = await administrator.get(path)
    assert page.status in (200, 400, 404)
    assert_kept(page, administrator.origin)


async def test_no_page_of_the_menu_holds_a_script_but_ours(administrator) -> None:
    menu = (await administrator.get("/request/list")).root.one(id="sidebar-menu")
    links = [link["href"] for link in menu.all("a")]
    assert len(links) >= 5
    for link in links:
        assert_kept(await administrator.get(link), administrator.origin)


async def test_the_sign_in_page_holds_no_script_but_ours(browse) -> None:
    browser = browse()
    page = await browser.get("/login")
    assert_kept(page, browser.origin)
    assert_kept(await browser.submit(page.form("/login")), browser.origin)


async def test_a_refused_form_holds_no_script_but_ours(administrator) -> None:
    page = await administrator.get("/request/detail", pk=1)
    page = await administrator.submit(page.form("/note"), note=" ")
    assert page.status == 409
    assert_kept(page, administrator.origin)
    page = await administrator.get("/account/create")
    page = await administrator.submit(page.form("/create"), email="x")
    assert page.status == 422
    assert_kept(page, administrator.origin)


async def test_a_nonce_serves_once(administrator) -> None:
    pages = [await administrator.get("/request/list") for _ in range(3)]
    assert len({nonce_of(page) for page in pages}) == 3


async def test_the_policy_leaves_no_other_way_in(administrator) -> None:
    policy = (await administrator.get("/request/list")).headers["content-security-policy"]
    for rule in (
        "default-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ):
        assert rule in policy
    scripts = re.search(r"script-src [^;]*", policy)[0]
    assert "unsafe" not in scripts and "'self'" not in scripts and "*" not in policy
    assert "object-src" not in policy


@pytest.mark.parametrize("path", ["css/vendor/tabler.min.css", "js/list.js"])
async def test_files_bear_a_policy_too(administrator, path: str) -> None:
    page = await administrator.get(f"/static/{path}")
    assert page.status == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_scripts_of_the_library_write_no_handler(administrator) -> None:
    """What a page loads may not put in it what its policy would refuse."""
    page = await administrator.get("/request/list")
    for script in page.root.all("script"):
        if "src" in script.attributes and "/js/vendor/" not in script["src"]:
            source = (await administrator.client.get(script["src"])).text
            assert not re.search(r"\son(click|change|submit|load)=[\"']", source), script["src"]

"""The pages of the chat: who may frame them, what they say, what they may load."""

import gzip
import html
import json
import re

import pytest

from web.pages import STATIC

pytestmark = pytest.mark.anyio

ESTRIE = "https://estrie.example"
FRAME_BYTES = 30_000
LOADER_BYTES = 4_096


def policy(response) -> dict[str, str]:
    written = response.headers["content-security-policy"]
    return dict(part.strip().split(" ", 1) for part in written.split(";") if part.strip())


def config(response) -> dict:
    return json.loads(re.search(r'id="config">(.*?)</script>', response.text, re.DOTALL)[1])


async def frame(gateway, key: str, parent: str = ESTRIE, **headers: str):
    address = f"/frame/{key}"
    return await gateway.client.get(address, params={"parent": parent}, headers=headers)


async def test_our_own_page_lets_nobody_frame_it(gateway) -> None:
    response = await gateway.client.get("/")
    assert response.status_code == 200
    assert policy(response)["frame-ancestors"] == "'none'"
    assert '<html lang="fr">' in response.text
    assert config(response)["key"] is None


async def test_a_page_loads_from_here_alone_and_runs_nothing_inline(gateway, widget) -> None:
    for response in (await gateway.client.get("/"), await frame(gateway, widget.key)):
        assert policy(response)["default-src"] == "'none'"
        assert policy(response)["script-src"] == policy(response)["style-src"] == "'self'"
        assert "unsafe" not in response.headers["content-security-policy"]
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|https?://", response.text.split("{")[0])


@pytest.mark.parametrize(
    ("accepted", "language"), [("en-CA,fr;q=0.5", "en"), ("de", "fr"), ("fr-CA", "fr")]
)
async def test_a_page_speaks_the_language_of_its_browser(gateway, accepted, language) -> None:
    response = await gateway.client.get("/", headers={"accept-language": accepted})
    assert f'<html lang="{language}">' in response.text
    other = await gateway.client.get("/?language=en", headers={"accept-language": accepted})
    assert '<html lang="en">' in other.text


async def test_the_pages_of_a_pole_may_frame_its_chat(gateway, widget) -> None:
    response = await frame(gateway, widget.key)
    assert response.status_code == 200
    assert policy(response)["frame-ancestors"] == f"'self' {ESTRIE}"
    assert config(response)["parent_origin"] == ESTRIE
    assert config(response)["greeting"]["fr"] == "Allô l’Estrie"
    opening = {"key": widget.key, "grant": config(response)["grant"]}
    assert (await gateway.open(**opening)).status_code == 200


async def test_whatever_is_not_right_gets_one_neutral_page(gateway, widget, change) -> None:
    paused = change("laval", enabled=False, origins=[ESTRIE]).key
    answers = [
        await frame(gateway, paused),
        await frame(gateway, "pole_unknownunknown"),
        await frame(gateway, widget.key.lower() + "é"),
        await frame(gateway, widget.key, parent="https://other.example"),
        await frame(gateway, widget.key, parent=""),
        await frame(gateway, widget.key, parent="javascript:alert(1)"),
        await frame(gateway, widget.key, parent=f"{ESTRIE}/page"),
        await frame(gateway, widget.key, referer="https://other.example/"),
        await gateway.client.get(f"/chat/{paused}"),
        await gateway.client.get("/chat/pole_unknownunknown"),
    ]
    assert {response.status_code for response in answers} == {404}
    assert len({response.text for response in answers}) == 1
    assert len({response.headers["content-security-policy"] for response in answers}) == 1


@pytest.mark.parametrize("host", ["0.0.0.0", "aiguilleur.lan"])
async def test_a_frame_is_served_wherever_the_server_listens(start, widget, host: str) -> None:
    async with start(web_host=host) as gateway:
        assert (await frame(gateway, widget.key)).status_code == 200
        assert (await frame(gateway, widget.key, parent="https://other.example")).status_code == 404


async def test_the_browser_and_the_page_may_tell_the_same_origin(gateway, widget) -> None:
    response = await frame(gateway, widget.key, referer=f"{ESTRIE}/nous-joindre")
    assert response.status_code == 200


async def test_a_direct_link_is_a_page_that_nobody_frames(gateway, widget) -> None:
    response = await gateway.client.get(f"/chat/{widget.key}")
    assert policy(response)["frame-ancestors"] == "'none'"
    assert "Estrie" in response.text


async def test_a_preview_holds_the_line_to_paste_and_the_widget(gateway, widget, change) -> None:
    response = await gateway.client.get(f"/preview/{widget.key}")
    line = f'<script async src="http://127.0.0.1:8000/widget.js" data-key="{widget.key}"></script>'
    assert line in response.text
    assert html.unescape(re.search(r"<code>(.*?)</code>", response.text)[1]) == line
    assert f"<code>{ESTRIE}</code>" in response.text
    assert policy(response)["frame-ancestors"] == "'none'"
    assert (await frame(gateway, widget.key, "http://127.0.0.1:8000")).status_code == 200
    paused = change("laval", enabled=False).key
    assert (await gateway.client.get(f"/preview/{paused}")).status_code == 404


async def test_words_of_a_pole_cannot_end_the_element_that_holds_them(gateway, change) -> None:
    key = change("laval", greeting_fr="</script><script>alert(1)</script>").key
    response = await gateway.client.get(f"/chat/{key}")
    assert "<script>alert" not in response.text
    assert config(response)["greeting"]["fr"].startswith("</script>")


async def test_a_pole_of_one_language_is_not_shown_in_another(gateway, change) -> None:
    key = change("laval", languages=["fr"]).key
    response = await gateway.client.get(f"/chat/{key}?language=en")
    assert '<html lang="fr">' in response.text


async def test_any_page_may_load_the_loader_and_nothing_else(gateway) -> None:
    loader = await gateway.client.get("/widget.js")
    assert loader.headers["content-type"].startswith("text/javascript")
    assert loader.headers["cross-origin-resource-policy"] == "cross-origin"
    asset = await gateway.client.get("/static/chat/main.js")
    assert asset.headers["cross-origin-resource-policy"] == "same-origin"


async def test_answers_bear_the_usual_headers(gateway) -> None:
    for path in ("/", "/health", "/nowhere", "/widget.js", "/static/chat/main.js"):
        headers = (await gateway.client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in headers


async def test_the_loader_and_the_frame_stay_small(gateway, widget) -> None:
    page = gzip.compress((await frame(gateway, widget.key)).content)
    assets = sum(len(gzip.compress(path.read_bytes())) for path in (STATIC / "chat").iterdir())
    assert len(page) + assets <= FRAME_BYTES
    assert len(gzip.compress((STATIC / "widget.js").read_bytes())) <= LOADER_BYTES

"""The privacy page says in both languages what the settings do, and every notice leads to it."""

import html
import re
from pathlib import Path

import pytest

import web
from catalog.models import Language
from catalog.person_links import PATHS
from catalog.texts import load_texts
from web.pages import PRIVACY_PATHS
from web.privacy_page import SECTIONS, TERMS

pytestmark = pytest.mark.anyio

TEXTS = load_texts(Path(web.__file__).with_name("privacy_texts.yml"))
OWN_DAYS = dict(zip(TERMS, (11, 1234, 33, 44, 55, 66), strict=True))


@pytest.mark.parametrize("language", Language)
async def test_each_term_is_that_of_the_settings(start, language) -> None:
    async with start(**OWN_DAYS, privacy_email="officer@consortium.example") as gateway:
        response = await gateway.client.get(PRIVACY_PATHS[language])
    shown = html.unescape(response.text)
    assert response.status_code == 200 and f'<html lang="{language}">' in shown
    kept = re.search(r'<section aria-labelledby="kept">(.*?)</section>', shown, re.DOTALL)[1]
    thousand = {"fr": "1\u00a0234", "en": "1,234"}[language]
    days = {"fr": "jours", "en": "days"}[language]
    found = re.findall(rf"([\d,\u00a0]+) {days}", kept)
    assert found == [thousand if days == 1234 else str(days) for days in OWN_DAYS.values()]
    assert "mailto:officer@consortium.example" in shown
    assert f'href="{PATHS[language]}"' in shown
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|\{\w+\}", response.text)
    assert "set-cookie" not in response.headers


async def test_both_languages_say_as_much(gateway) -> None:
    pages = [(await gateway.client.get(path)).text for path in PRIVACY_PATHS.values()]
    for tag in ("<section", "<li>", "<h2", "<p>", "<a "):
        assert len({page.count(tag) for page in pages}) == 1
    assert f'href="{PRIVACY_PATHS[Language.EN]}"' in pages[0]
    assert f'href="{PRIVACY_PATHS[Language.FR]}"' in pages[1]


@pytest.mark.parametrize("key", [key for key in TEXTS if key not in SECTIONS])
def test_a_text_is_used(key: str) -> None:
    templates = Path(web.__file__).parent / "templates"
    sources = "".join(path.read_text("utf-8") for path in templates.glob("*.html"))
    assert f'texts["{key}"]' in sources or key.removesuffix("_title") in SECTIONS


@pytest.mark.parametrize("language", Language)
async def test_the_notices_lead_to_it_and_tell_the_terms(start, widget, language) -> None:
    form = {"fr": "/demande", "en": "/request"}[language]
    async with start(request_days=77, conversation_days=88) as gateway:
        own = await gateway.client.get(f"/?language={language}")
        direct = await gateway.client.get(f"/chat/{widget.key}?language={language}")
        frame = await gateway.client.get(
            f"/frame/{widget.key}", params={"parent": widget.origins[0], "language": language}
        )
        pages = [own, direct, frame, await gateway.client.get(form)]
    for page in pages:
        assert f'href="{PRIVACY_PATHS[language]}"' in page.text
        notice = page.text.split("<form")[0].partition('id="notice')[2]
        assert "77" in notice
    assert all("88" in page.text.split("</section>")[0].split("<body>")[1] for page in pages[:3])
    assert f'href="{PATHS[language]}"' in pages[3].text

"""`python -m catalog widget`: what a pôle's webmaster is given, and clear refusals."""

import re
from pathlib import Path

import pytest

from tests.catalog.processes import Done, run_catalog


@pytest.fixture
def run(tmp_path: Path, database_url: str):
    env = {"DATABASE_URL": database_url, "PUBLIC_URL": "https://bot.example/"}
    return lambda *args: run_catalog("widget", *args, folder=tmp_path, **env)


def key_in(done: Done) -> str:
    return re.search(r'data-key="(pole_[\w-]+)"', done.out)[1]


def test_a_widget_is_made_shown_paused_and_put_back(run) -> None:
    done = run("set", "estrie", "--origin", "https://a.example", "--origin", "https://b.example")
    line = '<script async src="https://bot.example/widget.js" data-key="'
    assert f'snippet: {line}{key_in(done)}"></script>' in done.out
    assert f"link: https://bot.example/chat/{key_in(done)}" in done.out
    assert "origins: https://a.example, https://b.example" in done.out
    assert "paused" in run("set", "estrie", "--pause").out
    shown = run("show", "estrie")
    assert key_in(shown) == key_in(done)
    assert "paused" in shown.out and "conversations: 0" in shown.out and "requests: 0" in shown.out
    assert "paused" not in run("set", "estrie", "--on").out
    listed = run("list").out
    assert re.search(rf"estrie +{key_in(done)}  on  https://a", listed)
    assert re.search(r"laval +no widget", listed)


def test_the_look_and_the_words_can_be_set(run) -> None:
    look = ["--color", "#aa5500", "--side", "left", "--open", "--language", "fr"]
    done = run("set", "laval", *look, "--greeting-fr", "Allô Laval")
    assert 'data-color="#aa5500" data-side="left" data-open></script>' in done.out
    for line in ("look: #aa5500, left", "opens by itself: yes", "languages: fr\n", "Allô Laval"):
        assert line in done.out


def test_a_key_and_a_secret_can_be_renewed(run) -> None:
    first = key_in(run("set", "laval"))
    assert key_in(run("renew-key", "laval")) != first
    secret = run("secret", "laval").out
    assert run("secret", "laval").out == secret
    assert run("secret", "laval", "--renew").out != secret


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["set", "personne"], "no pôle is called “personne”"),
        (
            ["set", "laval", "--origin", "http://a.example"],
            "origins: “http://a.example” must start",
        ),
        (["set", "laval", "--color", "red"], "color: "),
        (["show", "laval"], "`widget set laval` makes it"),
        (["secret", "laval"], "`widget set laval` makes it"),
        (["renew-key", "laval"], "`widget set laval` makes it"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(run, arguments: list[str], told: str) -> None:
    assert told in run(*arguments).error

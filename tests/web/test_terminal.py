import builtins
import json
from collections.abc import Callable

import httpx
import pytest

from web.terminal import Terminal, chat, main

QUESTION = {
    "messages": [
        {"text": "Bonjour", "choices": []},
        {
            "text": "Lequel ?",
            "choices": [
                {"title": "Comptabilité", "value": "accounting"},
                {"title": "Autre", "value": "other"},
            ],
        },
    ],
    "language": "fr",
    "failed": False,
}


class Server:
    """The chat API, which asks its question again whatever it hears."""

    def __init__(self) -> None:
        self.heard: list[dict] = []
        self.answers: list[httpx.Response] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        if request.url.path == "/chat/session":
            return httpx.Response(
                200, json={"session": "s", **QUESTION, "language": body["language"]}
            )
        self.heard.append(body)
        return self.answers.pop(0) if self.answers else httpx.Response(200, json=QUESTION)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def converse(server: Server, monkeypatch) -> Callable[..., int]:
    def run(*typed: str, language: str = "fr", leaves: type = EOFError) -> int:
        lines = iter(typed)

        def read(prompt: str) -> str:
            print(prompt)
            try:
                return next(lines)
            except StopIteration:
                raise leaves from None

        monkeypatch.setattr(builtins, "input", read)
        with httpx.Client(transport=httpx.MockTransport(server)) as client:
            return chat(Terminal(client, "http://web/", language))

    return run


def test_a_number_picks_a_choice_and_the_rest_is_text(converse, server, capsys) -> None:
    assert converse("2", "3", "bonjour", "  ", "0") == 0
    said = [{key: body[key] for key in ("text", "choice") if key in body} for body in server.heard]
    assert said == [{"choice": "other"}, {"text": "3"}, {"text": "bonjour"}, {"text": "0"}]
    assert {body["session"] for body in server.heard} == {"s"}
    assert len({body["id"] for body in server.heard}) == 4
    output = capsys.readouterr().out
    assert "  1. Comptabilité\n  2. Autre\n" in output
    assert "Vous > " in output


@pytest.mark.parametrize("leaves", [EOFError, KeyboardInterrupt])
def test_leaving_is_clean(converse, capsys, leaves: type) -> None:
    assert converse(leaves=leaves) == 0
    assert capsys.readouterr().out.endswith("Au revoir\u00a0!\n")


def test_prompts_follow_the_language(converse, capsys) -> None:
    assert converse("bonjour", language="en") == 0
    output = capsys.readouterr().out
    assert output.index("You > ") < output.index("Vous > ")


def test_a_refused_text_can_be_typed_otherwise(converse, server, capsys) -> None:
    error = {"error": {"code": "text_too_long", "message": "Trop long."}}
    server.answers.append(httpx.Response(422, json=error))
    assert converse("long", "1") == 0
    assert "Trop long." in capsys.readouterr().out
    assert server.heard[-1]["choice"] == "accounting"


def test_an_expired_session_ends_the_chat(converse, server, capsys) -> None:
    error = {"error": {"code": "session_expired", "message": "Terminée."}}
    server.answers.append(httpx.Response(401, json=error))
    assert converse("bonjour") == 1
    assert capsys.readouterr().err == "aiguilleur: Terminée.\n"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json={}),
        httpx.Response(200, text="<html>"),
        httpx.Response(502, text="Bad gateway"),
    ],
)
def test_another_server_is_told_apart(converse, server, capsys, answer) -> None:
    server.answers.append(answer)
    assert converse("bonjour") == 1
    error = capsys.readouterr().err
    assert "n’est pas Aiguilleur" in error
    assert error.count("\n") == 1


def test_bytes_that_are_not_text_are_left_out(converse, server) -> None:
    assert converse("caf\udce9 chaud", "\udce9") == 0
    assert [body["text"] for body in server.heard] == ["caf chaud"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [([], "Le serveur ne répond pas"), (["--language", "en"], "The server does not answer")],
)
def test_a_server_that_is_not_up(capsys, monkeypatch, arguments, words: str) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert main(["http://127.0.0.1:9", *arguments]) == 1
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1

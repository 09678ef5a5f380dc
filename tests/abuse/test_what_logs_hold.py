"""After attacks on every door: no log, output or trace holds what was sent, or a secret."""

import logging

import pytest

from tests.abuse.corpus import EVERYTHING
from tests.abuse.effort import LONG
from tests.identities import signed

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("backend", ["postgresql"], indirect=True),
]

# Shorter ones are words of any log.
MIN_CHARACTERS = 12
PASSWORD = "un mot de passe bien à moi"
PERSON = ("marie.tremblay@exemple.coop", "Marie-Ève Tremblay-Gagné", "418 555-0199 poste 12")


async def test_nothing_that_was_sent_is_logged(
    gateway, widget, account, enter, file, caplog, capfd, settings, tried
) -> None:
    caplog.set_level(logging.DEBUG, "web")
    caplog.set_level(logging.DEBUG, "catalog")
    identity = signed(widget.identity_secret, nonce="n" * 20)
    await gateway.open(key=widget.key, identity=identity)
    session, sent = gateway.session, [*EVERYTHING[:: 1 if LONG else 4], *PERSON]
    administrator, request = enter("administrator"), file(contact_email=PERSON[0])
    for number, words in enumerate(sent):
        await gateway.send(f"m{number}", text=words)
        await gateway.client.post("/demande", data={"description": words, "email": words})
        await gateway.client.post("/chat/session", json={"key": words, "identity": words})
        await administrator.get("/request/list", q=words, filter=f"reference__eq={words[:99]}")
        await administrator.post(f"/casework/{request.id}/note", {"version": words, "note": words})
        tried("logs: words sent", 5)
    await gateway.client.post(
        "/console/login",
        headers={"origin": "http://web"},
        data={"username": PERSON[0], "password": PASSWORD},
    )
    secrets = (
        settings.secret_key.get_secret_value(),
        widget.identity_secret,
        identity,
        session,
        PASSWORD,
        administrator.client.cookies["console_session"],
    )
    written = "\n".join(
        f"{record.getMessage()} {record.exc_info or ''} {record.exc_text or ''}"
        for record in caplog.records
        if not record.name.startswith(("httpx", "asyncio"))
    )
    written += "".join(capfd.readouterr())
    private = [words for words in (*sent, *secrets) if len(words) >= MIN_CHARACTERS]
    assert not [words for words in private if words in written]
    tried("logs: secrets", len(secrets))

"""Who a partner's server says that its member is: believed when signed, in time, and once."""

import time

import pytest

from tests.identities import SECRET, signed
from web.identity import IdentityInvalid, read_identity, sign_identity


def test_a_good_signature_tells_the_member() -> None:
    identity = read_identity(signed(), SECRET)
    assert (identity.member, identity.organisation) == ("42", "Coop du Lac")


def test_an_organisation_cannot_command() -> None:
    assert read_identity(signed(organisation="/restart"), SECRET).organisation == "restart"


@pytest.mark.parametrize(
    "forged",
    [
        signed("another secret"),
        signed() + "0",
        signed()[1:],
        signed().partition(".")[0],
        signed(expires=int(time.time()) - 1),
        signed(expires=int(time.time()) + 48 * 3600),
        signed(nonce="short"),
        signed(nonce=None),
        signed(member=42),
        signed(organisation="  "),
        signed(organisation="\u200b"),
        signed(organisation="x" * 201),
        signed(administrator=True),
        f"é.{sign_identity('é', SECRET)}",
        f"@@@.{sign_identity('@@@', SECRET)}",
        "",
        ".",
    ],
)
def test_anything_else_is_refused(forged: str) -> None:
    with pytest.raises(IdentityInvalid):
        read_identity(forged, SECRET)


@pytest.mark.anyio
async def test_it_opens_one_conversation_with_the_organisation_known(gateway, bot, widget) -> None:
    identity = signed(widget.identity_secret)
    assert (await gateway.open(key=widget.key, identity=identity)).status_code == 200
    assert '"organisation":"Coop du Lac"' in bot.heard[0][1]
    again = await gateway.open(key=widget.key, identity=identity)
    assert (again.status_code, again.json()["error"]["code"]) == (422, "identity_invalid")


@pytest.mark.anyio
async def test_it_needs_the_secret_of_its_own_widget(gateway, bot, widget) -> None:
    for opening in ({"key": widget.key, "identity": signed()}, {"identity": signed("")}):
        response = await gateway.open(**opening)
        assert (response.status_code, response.json()["error"]["code"]) == (422, "identity_invalid")
    assert bot.heard == []

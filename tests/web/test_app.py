import subprocess
import sys

import pytest
from openapi_spec_validator import validate

from web.app import create_app

pytestmark = pytest.mark.anyio


async def test_the_api_is_described(gateway) -> None:
    document = (await gateway.client.get("/openapi.json")).json()
    validate(document)
    assert set(document["paths"]) == {"/chat/session", "/chat/message", "/health"}


def test_every_declared_error_has_the_one_shape(settings) -> None:
    document = create_app(settings).openapi()
    error = {"$ref": "#/components/schemas/ErrorBody"}
    for path in ("/chat/session", "/chat/message"):
        responses = document["paths"][path]["post"]["responses"]
        refusals = {status: body for status, body in responses.items() if status != "200"}
        assert {"400", "413", "422", "500", "503"} <= set(refusals)
        for body in refusals.values():
            assert body["content"]["application/json"]["schema"] == error
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_a_message_is_described_as_one_of_three(settings) -> None:
    document = create_app(settings).openapi()
    body = document["paths"]["/chat/message"]["post"]["requestBody"]
    assert body["content"]["application/json"]["schema"]["oneOf"] == [
        {"$ref": "#/components/schemas/TextMessage"},
        {"$ref": "#/components/schemas/ChoiceMessage"},
        {"$ref": "#/components/schemas/LanguageMessage"},
    ]


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/oauth2-redirect"])
async def test_pages_that_load_from_other_hosts_are_off(gateway, path: str) -> None:
    assert (await gateway.client.get(path)).status_code == 404


def test_importing_the_application_opens_nothing(tmp_path) -> None:
    code = "import web.app, sqlalchemy, gc; from sqlalchemy import Engine;" + (
        "assert not [o for o in gc.get_objects() if isinstance(o, Engine)]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

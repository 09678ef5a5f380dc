"""The OpenAPI document is kept: whatever schemathesis makes of it gets an answer it describes."""

import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import schemathesis
import uvicorn
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from catalog.settings import Settings
from tests.ports import free_port
from tests.web.conftest import FakeBot
from web.app import create_app

CHECKS = [
    schemathesis.checks.not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
EXAMPLES = 60
LIMITS = (
    "messages_per_session",
    "messages_per_address",
    "messages_per_key",
    "conversations_per_address",
)


@pytest.fixture(scope="module")
def address(seeded_database, tmp_path_factory) -> Iterator[str]:
    """A gateway that really listens, over a bot that repeats what it hears."""
    path = tmp_path_factory.mktemp("contract") / "aiguilleur.db"
    path.write_bytes(seeded_database.read_bytes())
    port = free_port()
    limits = dict.fromkeys(LIMITS, "100000/minute")
    settings = Settings(_env_file=None, database_url=f"sqlite:///{path}", **limits)
    app = create_app(settings, httpx.MockTransport(FakeBot()))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def api(address: str):
    return schemathesis.openapi.from_url(f"{address}/openapi.json")


@pytest.fixture(scope="module")
def session(address: str) -> str:
    return httpx.post(f"{address}/chat/session", json={}).json()["session"]


def answer_to(case: schemathesis.Case, refuses_what_is_wrong: bool) -> int:
    """The status of an answer that keeps to the document."""
    response = case.call()
    # Too large a body is refused too, which schemathesis does not take for a refusal.
    is_refused = response.status_code == 413
    more = [negative_data_rejection] if refuses_what_is_wrong and not is_refused else []
    case.validate_response(response, checks=[*CHECKS, *more])
    return response.status_code


@pytest.mark.parametrize("path", ["/chat/session", "/chat/message", "/health"])
def test_every_answer_is_as_the_document_says(path: str, api, session: str) -> None:
    operation = api[path]["GET" if path == "/health" else "POST"]
    seen = set()
    cases = st.one_of(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

    @given(case=cases)
    @examples(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None)
    def check(case: schemathesis.Case) -> None:
        seen.add(answer_to(case, refuses_what_is_wrong=True))
        if isinstance(case.body, dict) and "session" in case.body:
            # None that is made up gets past the signature.
            case.body["session"] = session
            seen.add(answer_to(case, refuses_what_is_wrong=False))

    check()
    assert seen >= ({200} if path == "/health" else {200, 422})

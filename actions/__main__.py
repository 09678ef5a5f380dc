"""Serve the actions to Rasa, on loopback: `python -m actions`.

In one process: rasa-sdk's own command has a second one do the work, which goes on and holds the
port when the first is killed, so that no other can take its place.
"""

from typing import Any

from rasa_sdk.endpoint import create_app_for_serve
from rasa_sdk.executor import ActionExecutor
from sanic import Sanic

from catalog.logs import configure_logs
from catalog.settings import get_settings

HOST = "127.0.0.1"


class DomainlessExecutor(ActionExecutor):
    """Runs actions without the domain, which endpoints.yml has Rasa keep: none of them reads it."""

    def update_and_return_domain(self, _payload: dict[str, Any], _action_name: str) -> None:
        return None


def main() -> None:
    configure_logs()
    executor = DomainlessExecutor()
    executor.register_package("actions")
    app = create_app_for_serve(executor)
    app.prepare(host=HOST, port=get_settings().actions_port, single_process=True)
    Sanic.serve_single(primary=app)


if __name__ == "__main__":
    main()

"""Serve the model over Rasa's REST channel, on loopback: `python -m bot.serving --help`."""

import argparse
import logging
import warnings
from pathlib import Path

from bot.serving.lean_imports import import_what_serves_alone

import_what_serves_alone()

# ruff: noqa: E402
from rasa.core.run import serve_application
from rasa.core.utils import AvailableEndpoints
from rasa.utils.common import configure_logging_and_warnings
from rasa.utils.log_utils import configure_structlog

from bot.logs import keep_words_out
from bot.serving.action_calls import shorten_action_calls
from bot.serving.memory import settle_memory
from bot.serving.speedups import apply_speedups
from bot.serving.whole_answers import hear_whole_or_not_at_all

HOST = "127.0.0.1"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--endpoints", type=Path, required=True)
    parser.add_argument("--credentials", type=Path, required=True)
    arguments = parser.parse_args()
    configure_logging_and_warnings(logging.INFO, warn_only_once=True, filter_repeated_logs=True)
    configure_structlog(logging.INFO)
    keep_words_out()
    warnings.simplefilter("ignore")
    apply_speedups()
    shorten_action_calls()
    hear_whole_or_not_at_all()
    serve_application(
        str(arguments.model),
        interface=HOST,
        port=arguments.port,
        credentials=str(arguments.credentials),
        endpoints=AvailableEndpoints.read_endpoints(str(arguments.endpoints)),
        enable_api=False,
        # The model is loaded before the server starts.
        server_listeners=[(settle_memory, "after_server_start")],
    )


if __name__ == "__main__":
    main()

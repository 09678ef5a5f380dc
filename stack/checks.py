"""What must be true before anything starts."""

import os
import socket
from pathlib import Path

from catalog.settings import Settings
from stack.errors import StackError


def check_ports(settings: Settings) -> None:
    """Refuse a port that another program listens on."""
    ports = [
        ("WEB_PORT", settings.web_host, settings.web_port),
        *(("RASA_PORT", "127.0.0.1", port) for port in settings.rasa_ports),
        ("ACTIONS_PORT", "127.0.0.1", settings.actions_port),
    ]
    if len({port for _, _, port in ports}) < len(ports):
        raise StackError(
            "WEB_PORT, ACTIONS_PORT and the RASA_WORKERS ports from RASA_PORT on must differ"
        )
    for name, host, port in ports:
        _check_port(name, host, port)


def _check_port(name: str, host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StackError(
                f"{host}:{port} cannot be listened on ({error.strerror}): stop what uses it,"
                f" or set {name} to another port in .env"
            ) from None


def check_writable(*folders: Path) -> None:
    for folder in folders:
        try:
            # The database, with all that members said, is for this account alone.
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StackError(f"{folder}/ cannot be made ({error.strerror})") from None
        if not os.access(folder, os.W_OK):
            raise StackError(f"{folder}/ cannot be written to: give yourself the right to")

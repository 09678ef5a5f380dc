"""One gateway of several, on the socket that they share as standard input: `python -m web`."""

import socket

import uvicorn

from catalog.logs import LOG_CONFIG

STANDARD_INPUT = 0


def main() -> None:
    # `uvicorn --fd` takes it for a Unix socket, and leaves on it the wait of 40 ms that TCP makes
    # between two small packets.
    shared = socket.socket(fileno=STANDARD_INPUT)
    config = uvicorn.Config(
        "web.app:create_app", factory=True, log_config=str(LOG_CONFIG), access_log=False
    )
    uvicorn.Server(config).run(sockets=[shared])


if __name__ == "__main__":
    main()

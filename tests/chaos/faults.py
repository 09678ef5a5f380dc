"""What goes wrong in a running stack, for a while."""

import os
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from catalog.database import LOCK_WAIT_SECONDS
from tests.chaos.mail_server import MailServer, Mood
from tests.conversations.stack import Stack
from tests.postgresql import Cluster
from tests.redis_server import RedisServer

KILLED = ("bot", "actions", "web", "worker")


def kill(stack: Stack, part: str) -> bool:
    """Kill -9 a part, whatever it is at; False where it is down already."""
    pids = stack.supervision.processes(part)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    return bool(pids)


@contextmanager
def database_stopped(cluster: Cluster) -> Iterator[None]:
    cluster.stop_at_once()
    try:
        yield
    finally:
        cluster.start()


@contextmanager
def database_locked(path: str) -> Iterator[None]:
    """Another program writes to SQLite's file, and does not end, for longer than anyone waits."""
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("PRAGMA busy_timeout = 60000")
    holder.execute("BEGIN EXCLUSIVE")
    try:
        time.sleep(LOCK_WAIT_SECONDS)
        yield
    finally:
        holder.rollback()
        holder.close()


@contextmanager
def everything_stopped(stack: Stack) -> Iterator[None]:
    """As Ctrl-C does, in the middle of forms."""
    stack.supervision.stop()
    try:
        yield
    finally:
        stack.supervision.start()


@contextmanager
def hanging(redis: RedisServer) -> Iterator[None]:
    """Redis takes what it is asked, and answers nothing."""
    redis.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        redis.process.send_signal(signal.SIGCONT)


@contextmanager
def in_mood(server: MailServer, mood: Mood) -> Iterator[None]:
    server.mood = mood
    try:
        yield
    finally:
        server.mood = Mood.KIND


@contextmanager
def in_place_of(stack: Stack, part: str, port: int, reply: bytes | None) -> Iterator[None]:
    """Something else listens where `part` did: it says `reply`, or holds the line in silence."""
    with stack.without(part), _listener(port, reply):
        yield


@contextmanager
def _listener(port: int, reply: bytes | None) -> Iterator[None]:
    listener = socket.create_server(("127.0.0.1", port))
    held: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            if reply is None:
                held.append(connection)
            else:
                with connection:
                    connection.recv(65536)
                    connection.sendall(reply)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        # What waits in `accept` keeps a port that is closed.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for connection in held:
            connection.close()

"""Processes at work that are killed at random and take up their work again."""

import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from typing import Any

from tests.catalog.processes import context, finish, start

# A process that is killed young must have had the time to work.
context.set_forkserver_preload(["tests.catalog.processes", "catalog.cli", "tests.chaos.filers"])


@dataclass
class Post:
    """A place where one process works; `arguments` gives it what is left to do, or None."""

    target: Callable[..., None]
    arguments: Callable[[], tuple[Any, ...] | None]
    process: BaseProcess | None = None
    kills: int = 0

    def man(self) -> bool:
        """Have a process at work here; False once nothing is left to do."""
        if self.process is not None and self.process.exitcode is None:
            return True
        if self.process is not None:
            assert self.process.exitcode in (0, -signal.SIGKILL), self.process
        left = self.arguments()
        self.process = start(self.target, *left) if left else None
        return left is not None

    def kill(self) -> None:
        if self.process is not None and self.process.exitcode is None:
            os.kill(self.process.pid, signal.SIGKILL)
            finish(self.process)
            self.kills += 1


@dataclass
class Crew:
    """Posts, of which one at a time is killed after a random while."""

    chance: random.Random
    calm_seconds: float
    posts: list[Post] = field(default_factory=list)

    def work_until_done(self, paid_by: list[Post], between: Callable[[], None]) -> None:
        """Kill and start again until the posts in `paid_by` have nothing left to do."""
        while any([post.man() for post in self.posts if post in paid_by]):
            for post in self.posts:
                post.man()
            time.sleep(self.chance.uniform(0, self.calm_seconds))
            self.chance.choice(self.posts).kill()
            between()

    def dismiss(self) -> None:
        for post in self.posts:
            post.kill()

"""Restorations that are killed at a given moment, in a process of their own."""

import os
import resource
import signal
import subprocess
from pathlib import Path
from typing import Any

import catalog.backup.postgresql
import catalog.backup.restore
import catalog.backup.sqlite
from catalog.backup.restore import restore
from catalog.settings import Settings

HALF_A_PAGE = 2048


def restore_and_die(database_url: str, var_dir: str, path: str, moment: str) -> None:
    """Restore `path` over what is there, and be killed at `moment`."""
    settings = Settings(database_url=database_url, var_dir=Path(var_dir))
    kind = database_url.partition(":")[0]
    prepare = (ON_SQLITE if kind == "sqlite" else ON_POSTGRESQL)[moment]
    prepare(settings)
    restore(settings, Path(path), replace=True)


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _dying_at(owner: Any, name: str, call: int = 1):
    """Die instead of the `call`-th call of `owner.name`."""

    def prepare(_settings: Settings) -> None:
        function, calls = getattr(owner, name), 0

        def counted(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            return _die() if calls == call else function(*args, **kwargs)

        setattr(owner, name, counted)

    return prepare


def _half_loaded(_settings: Settings) -> None:
    def copy_half(dump: Path, fresh: Path) -> None:
        whole = dump.read_bytes()
        fresh.write_bytes(whole[: len(whole) // 2 + HALF_A_PAGE])
        _die()

    catalog.backup.sqlite.shutil.copyfile = copy_half


def _while_pg_restore_runs(_settings: Settings) -> None:
    run = subprocess.run

    def start(command: list[str], **options: Any) -> Any:
        if command[:2] != ["pg_restore", "--exit-on-error"]:
            return run(command, **options)
        subprocess.Popen(command, env=options["env"])
        return _die()

    catalog.backup.postgresql.subprocess.run = start


def _once_this_much_is_written(share: float):
    """Die in the swap, where a file grows beyond a share of the database that is there."""

    def prepare(settings: Settings) -> None:
        store = catalog.backup.sqlite.SqliteStore
        swap = store.swap

        def swap_within(self: Any) -> None:
            size = int(self.path.stat().st_size * share)
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            swap(self)

        store.swap = swap_within

    return prepare


ON_SQLITE = {
    "half loaded": _half_loaded,
    "before committing": _dying_at(catalog.backup.restore, "replay"),
    "writing the journal": _once_this_much_is_written(0.5),
    "writing the pages": _once_this_much_is_written(1.2),
    "swapped": _dying_at(catalog.backup.sqlite.SqliteStore, "discard", call=2),
}
ON_POSTGRESQL = {
    "half loaded": _while_pg_restore_runs,
    "between two names": _dying_at(catalog.backup.postgresql, "_rename", call=2),
    "swapped": _dying_at(catalog.backup.postgresql, "_drop", call=3),
}
MOMENTS = [
    *(("sqlite", moment) for moment in ON_SQLITE),
    *(("postgresql", moment) for moment in ON_POSTGRESQL),
]

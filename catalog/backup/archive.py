"""The file of a back-up: a zip of the database's dump and of a manifest that describes it."""

import datetime as dt
import errno
import hashlib
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from catalog.backup.errors import BackupError

DUMP = "dump"
MANIFEST = "manifest.json"
LARGEST_MANIFEST = 2**20

Kind = Literal["sqlite", "postgresql"]


class Contents(BaseModel):
    """What a database holds: the revision of its schema, and how many rows each table has."""

    revision: str
    rows: dict[str, int]


class Manifest(BaseModel):
    """What a back-up says of itself."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    # At or before the instant of what is in the dump.
    made_at: dt.datetime
    kind: Kind
    contents: Contents
    # Of the dump, in hexadecimal.
    sha256: str


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_archive(path: Path, dump: Path, manifest: Manifest) -> None:
    # PostgreSQL's programs compress what they write.
    compression = zipfile.ZIP_STORED if manifest.kind == "postgresql" else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.write(dump, DUMP)
        archive.writestr(MANIFEST, manifest.model_dump_json(indent=2) + "\n")


def read_manifest(path: Path) -> Manifest:
    """
    Raises:
        BackupError: the file is not a whole back-up.
    """
    with _read(path) as archive, archive.open(MANIFEST) as stream:
        return Manifest.model_validate_json(stream.read(LARGEST_MANIFEST))


def unpack(path: Path, into: Path) -> Manifest:
    """Write the dump of a back-up to `into`.

    Raises:
        BackupError: the dump is not the one that was put in.
    """
    manifest = read_manifest(path)
    with _read(path) as archive, archive.open(DUMP) as dump, into.open("wb") as copy:
        shutil.copyfileobj(dump, copy)
    if digest(into) != manifest.sha256:
        raise _damaged(path)
    return manifest


@contextmanager
def _read(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except OSError as error:
        # A place before the file's beginning; any other tells of the disk.
        if error.errno != errno.EINVAL:
            raise
        raise _damaged(path) from None
    # All that zipfile meets in a damaged file; the manifest's own is a ValueError.
    except (zipfile.BadZipFile, zlib.error, EOFError, LookupError, RuntimeError, ValueError):
        raise _damaged(path) from None


def _damaged(path: Path) -> BackupError:
    return BackupError(f"{path} is not a whole back-up, as it was made: take another copy of it")

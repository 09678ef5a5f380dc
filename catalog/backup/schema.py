"""Which schemas this program knows."""

from alembic.script import ScriptDirectory

from catalog.database import MIGRATIONS


def is_known(revision: str) -> bool:
    """Whether a database at `revision` can be brought up to date."""
    return revision in {script.revision for script in _scripts().walk_revisions()}


def is_latest(revision: str) -> bool:
    return revision == _scripts().get_current_head()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))

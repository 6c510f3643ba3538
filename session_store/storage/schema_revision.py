"""Which schema a database has, and whether this program knows it."""

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from session_store.errors import StoreUnavailable
from session_store.storage.migrating import MIGRATIONS


def newest_revision() -> str | None:
    """The schema of this program."""
    return _scripts().get_current_head()


def is_newest(connection: Connection) -> bool:
    """Whether the database has the schema of this program. Raises `StoreUnavailable` for none and for a newer one."""
    present = MigrationContext.configure(connection).get_current_revision()
    scripts = _scripts()
    if present is None:
        raise StoreUnavailable("holds no record of this program")
    if present not in {script.revision for script in scripts.walk_revisions()}:
        raise StoreUnavailable(f"has schema {present}, newer than this program ({scripts.get_current_head()})")
    return present == scripts.get_current_head()


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config)

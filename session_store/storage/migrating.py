"""Brings a database to the schema of this program: backup first, refuse a newer one, check the triggers after."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from session_store.errors import StoreUnavailable
from session_store.storage.sqlite import check_triggers, safe_library

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(writer: Engine) -> None:
    """Migrate after a backup. Raises `StoreUnavailable` for a newer schema, `RecordCorrupt` for missing triggers."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    with writer.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
        connection.rollback()
        if present is not None and present not in {script.revision for script in scripts.walk_revisions()}:
            raise StoreUnavailable(f"the database has schema {present}, newer than this program ({head}): update it")
        if present is not None and present != head:
            _back_up(connection, writer, present)
    with writer.begin() as connection:
        if present != head:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        check_triggers(connection)


def _back_up(connection: Connection, writer: Engine, revision: str) -> None:
    """A copy beside the file by SQLite's own backup, named by the schema it holds; an existing copy is kept."""
    copy = Path(f"{writer.url.database}.before-migration-from-{revision}")
    if copy.exists():
        return
    target = safe_library().connect(str(copy))
    source: Any = connection.connection.driver_connection
    source.backup(target)
    target.close()

"""Brings a database to the schema of this program: backup first, refuse a newer one, check the triggers after."""

import logging
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, select

from session_store.errors import StoreUnavailable
from session_store.storage import postgresql, sqlite
from session_store.storage.schema import infusion_session, session_summary

MIGRATIONS = Path(__file__).parent / "migrations"
_log = logging.getLogger(__name__)


def migrate(writer: Engine, revision: str = "head") -> None:
    """Migrate after a backup. Raises `StoreUnavailable` for a newer schema, `RecordCorrupt` for missing triggers.

    Projections that a migration emptied are rebuilt by the caller: `projections_are_missing` tells.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    present = _present(writer)
    if present is not None and present not in {script.revision for script in scripts.walk_revisions()}:
        raise StoreUnavailable(f"the database has schema {present}, newer than this program ({head}): update it")
    if present is not None and present != head:
        _secure(writer, present)
    with writer.begin() as connection:
        if present != head:
            wait_for_others(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
        if revision == "head":
            check_triggers(connection)


def check_triggers(connection: Connection) -> None:
    """Raises `RecordCorrupt` when a trigger of an append-only table is missing or switched off."""
    engine = postgresql if connection.dialect.name == "postgresql" else sqlite
    engine.check_triggers(connection)


def projections_are_missing(connection: Connection) -> bool:
    """Whether a session has no summary: after a migration that emptied the projections, or a rebuild cut short."""
    query = (
        select(infusion_session.c.session_id)
        .outerjoin(
            session_summary,
            (session_summary.c.clinic_id == infusion_session.c.clinic_id)
            & (session_summary.c.session_id == infusion_session.c.session_id),
        )
        .where(session_summary.c.session_id.is_(None))
        .limit(1)
    )
    return connection.execute(query).first() is not None


def _present(writer: Engine) -> str | None:
    with writer.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def wait_for_others(connection: Connection) -> None:
    """Servers that start at once prepare the database one after the other; who comes second finds the work done."""
    if connection.dialect.name == "postgresql":
        postgresql.lock_for_migration(connection)


def _secure(writer: Engine, revision: str) -> None:
    if writer.dialect.name == "postgresql":
        _log.warning(
            "migrating PostgreSQL database %r from schema %s: no copy is made here; keep the last backup until the "
            "new version has been in use", writer.url.database, revision,
        )  # fmt: skip
        return
    with writer.connect() as connection:
        _back_up(connection, writer, revision)


def _back_up(connection: Connection, writer: Engine, revision: str) -> None:
    """A copy beside the file by SQLite's own backup, named by the schema it holds; an existing copy is kept."""
    copy = Path(f"{writer.url.database}.before-migration-from-{revision}")
    if copy.exists():
        return
    target = sqlite.safe_library().connect(str(copy))
    source: Any = connection.connection.driver_connection
    source.backup(target)
    target.close()

"""Every released schema comes to today's, with every row, on both engines."""

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text

from session_store.errors import StoreUnavailable
from session_store.opening import open_record
from session_store.reader import Reader
from session_store.settings import Settings
from session_store.storage.engine import Engines, open_engines
from session_store.storage.migrating import check_triggers, migrate, projections_are_missing
from session_store.storage.schema import PROJECTION_TABLES, metadata
from session_store.storage.schema_revision import newest_revision
from session_store.verifying import verify
from tests.postgresql import ON_BOTH_ENGINES, ON_POSTGRESQL
from tests.storage.released_record import REVISIONS, TABLES, as_values, lay_down

# The chain over the released rows is the same for ever, on either engine; 0001 is chained when 0002 comes.
HEADS = {
    "0001": "9ca818800ecc6222793d422d7081a77d048a4b4a56eb55e517b3a83a926d277a",
    "0002": "5a5a42b4e2b6ab8ce25cc0a9153592605eca8ab1039a52a3aa7e9e161e52688d",
    "0003": "a2985f94b687772847142155d1bb5b4daaccc34ba9a90831e130d470e6879aed",
}
KEPT_TABLES = [name for name in TABLES if name not in {table.name for table in PROJECTION_TABLES}]


def open_released(url: str) -> Engines:
    return open_record(Settings(database_url=url, is_simulated=True))


def rows_of(engines: Engines, table: str, columns: list[str]) -> list[dict[str, Any]]:
    stored = metadata.tables[table]
    query = select(*(stored.columns[name] for name in columns)).order_by(*stored.primary_key.columns)
    with engines.reader.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


@ON_BOTH_ENGINES
@pytest.mark.parametrize("revision", REVISIONS)
def test_every_row_of_a_released_record_is_still_there(empty_url: str, revision: str) -> None:
    before = lay_down(empty_url, revision)
    engines = open_released(empty_url)
    for table in KEPT_TABLES:
        columns = list(before[table][0]) if before[table] else []
        if columns:
            key = [column.name for column in metadata.tables[table].primary_key]
            expected = [as_values(table, row) for row in before[table]]
            in_order = sorted(expected, key=lambda row: [row[name] for name in key])
            assert rows_of(engines, table, columns) == in_order, table
    engines.dispose()


@ON_BOTH_ENGINES
@pytest.mark.parametrize("revision", REVISIONS)
def test_a_released_record_is_chained_protected_and_projected(empty_url: str, revision: str) -> None:
    sessions = len(lay_down(empty_url, revision)["infusion_session"])
    engines = open_released(empty_url)
    with engines.reader.connect() as connection:
        check_triggers(connection)
        assert not projections_are_missing(connection)
        head = bytes(connection.execute(text("SELECT chain_head FROM clinic")).scalar_one())
    assert head.hex() == HEADS[revision]
    report = verify(engines.reader)
    assert report.broken == []
    # Only a migration makes projections anew.
    assert report.to_rebuild == [] or revision == newest_revision()
    reader = Reader(engines.reader, 1)
    projected = rows_of(engines, "session_summary", ["session_id"])
    assert len(projected) == sessions
    for row in projected:
        assert reader.timeline(row["session_id"])["entries"]
    engines.dispose()


def test_a_copy_is_made_before_a_file_is_migrated(empty_url: str) -> None:
    lay_down(empty_url, "0001")
    open_released(empty_url).dispose()
    copy = Path(f"{empty_url.removeprefix('sqlite:///')}.before-migration-from-0001")
    engines = open_engines(f"sqlite:///{copy}")
    with engines.reader.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "0001"
    engines.dispose()


@ON_POSTGRESQL
def test_that_postgresql_has_no_copy_is_said(empty_url: str, caplog: pytest.LogCaptureFixture) -> None:
    lay_down(empty_url, "0001")
    open_released(empty_url).dispose()
    assert "keep the last backup" in caplog.text


@ON_BOTH_ENGINES
def test_a_rebuild_cut_short_is_made_up_for_at_the_next_start(empty_url: str) -> None:
    lay_down(empty_url, "0001")
    engines = open_engines(empty_url)
    migrate(engines.writer)
    with engines.reader.connect() as connection:
        assert projections_are_missing(connection)
    engines.dispose()
    engines = open_released(empty_url)
    with engines.reader.connect() as connection:
        assert not projections_are_missing(connection)
    engines.dispose()


@ON_BOTH_ENGINES
def test_the_migrated_schema_is_the_one_of_the_program(engines: Engines) -> None:
    with engines.reader.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


@ON_BOTH_ENGINES
def test_a_newer_schema_and_a_database_of_the_other_kind_are_refused(engines: Engines, database_url: str) -> None:
    with pytest.raises(StoreUnavailable, match="real sessions"):
        open_record(Settings(database_url=database_url, is_simulated=True))
    with engines.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnavailable, match="newer"):
        open_record(Settings(database_url=database_url))

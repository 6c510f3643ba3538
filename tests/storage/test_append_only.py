"""What is recorded cannot be changed, whatever statement is tried, on both engines and after every migration."""

import pytest
from sqlalchemy import Connection, insert, text
from sqlalchemy.exc import DatabaseError

from session_store.errors import RecordCorrupt
from session_store.opening import open_record
from session_store.settings import Settings
from session_store.storage import postgresql, sqlite
from session_store.storage.engine import Engines, open_engines
from session_store.storage.migrating import check_triggers, migrate
from session_store.storage.schema import APPEND_ONLY_TABLES, clinic_entry, metadata
from tests.postgresql import ON_BOTH_ENGINES, ON_POSTGRESQL
from tests.record_building import NURSE, START
from tests.storage.released_record import REVISIONS, lay_down

# Tables that the schema of a revision did not have yet.
NOT_YET = {"0001": {"clinic_entry"}}
HEAD = "head"


def attempts(connection: Connection, table: str) -> list[str]:
    key = [column.name for column in metadata.tables[table].primary_key]
    everywhere = [f"UPDATE {table} SET clinic_id = clinic_id", f"DELETE FROM {table}"]
    conflict = f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET clinic_id = excluded.clinic_id"
    everywhere.append(f"INSERT INTO {table} SELECT * FROM {table} WHERE true {conflict}")
    if connection.dialect.name == "sqlite":
        return [*everywhere, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1",
                f"REPLACE INTO {table} SELECT * FROM {table}",
                f"UPDATE OR REPLACE {table} SET clinic_id = clinic_id"]  # fmt: skip
    same = " AND ".join(f"kept.{column} = given.{column}" for column in key)
    merge = f"MERGE INTO {table} kept USING (SELECT * FROM {table}) given ON {same} WHEN MATCHED THEN"
    return [*everywhere, f"TRUNCATE {table} CASCADE", f"{merge} UPDATE SET clinic_id = kept.clinic_id",
            f"{merge} DELETE"]  # fmt: skip


def add_clinic_entry(engines: Engines) -> None:
    row = {"clinic_id": 1, "seq": 1, "entry_id": NURSE.account_id, "kind": "note", "effective_at": START,
           "recorded_at": START, "source": "person", "author_id": NURSE.account_id, "author_name": "Test Nurse 1",
           "is_simulated": True, "is_late": False}  # fmt: skip
    with engines.writer.begin() as connection:
        connection.execute(insert(clinic_entry).values(**row))


@ON_BOTH_ENGINES
@pytest.mark.parametrize("revision", [*REVISIONS, HEAD])
def test_no_recorded_row_can_be_changed(empty_url: str, revision: str) -> None:
    lay_down(empty_url, REVISIONS[0] if revision == HEAD else revision)
    engines = open_engines(empty_url)
    if revision == HEAD:
        migrate(engines.writer)
        add_clinic_entry(engines)
    tables = [one.name for one in APPEND_ONLY_TABLES if one.name not in NOT_YET.get(revision, set())]
    for table in tables:
        with engines.reader.connect() as connection:
            count = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            statements = attempts(connection, table)
        assert count > 0, table
        for statement in statements:
            with pytest.raises(DatabaseError, match="append-only"), engines.writer.begin() as connection:
                connection.execute(text(statement))
        with engines.reader.connect() as connection:
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == count
    engines.dispose()


@ON_BOTH_ENGINES
@pytest.mark.parametrize("table", APPEND_ONLY_TABLES, ids=lambda table: table.name)
def test_every_missing_trigger_is_noticed(engines: Engines, database_kind: str, table: object) -> None:
    names = sqlite.trigger_names(table) if database_kind == "sqlite" else {postgresql.trigger_name(table)}  # type: ignore[arg-type]
    for name in names:
        on = "" if database_kind == "sqlite" else f" ON {table}"
        with engines.writer.connect() as connection:
            connection.execute(text(f"DROP TRIGGER {name}{on}"))
            with pytest.raises(RecordCorrupt, match=name):
                check_triggers(connection)
            connection.rollback()
            check_triggers(connection)


@ON_POSTGRESQL
@pytest.mark.parametrize("how", ["DISABLE", "ENABLE REPLICA"])
def test_a_trigger_that_is_switched_off_is_noticed(engines: Engines, database_url: str, how: str) -> None:
    with engines.writer.begin() as connection:
        connection.execute(text(f"ALTER TABLE entry {how} TRIGGER entry_append_only"))
    with pytest.raises(RecordCorrupt, match="disabled: entry_append_only"):
        open_record(Settings(database_url=database_url))


@ON_POSTGRESQL
def test_a_session_that_claims_to_be_a_replica_is_refused_too(engines: Engines) -> None:
    with pytest.raises(DatabaseError, match="append-only"), engines.writer.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("DELETE FROM entry"))


@ON_BOTH_ENGINES
def test_start_up_refuses_when_a_trigger_is_missing(engines: Engines, database_kind: str, database_url: str) -> None:
    statement = "entry_no_delete" if database_kind == "sqlite" else "entry_append_only ON entry"
    with engines.writer.begin() as connection:
        connection.execute(text(f"DROP TRIGGER {statement}"))
    with pytest.raises(RecordCorrupt, match="triggers missing: entry_"):
        open_record(Settings(database_url=database_url))

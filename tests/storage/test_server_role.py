"""The role of `server_role.sql` is enough to run the server on PostgreSQL, and not enough to change the record."""

from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from session_store.accounts import AccountBook, NewAccount
from session_store.opening import open_record
from session_store.reader import Reader
from session_store.rebuilding import rebuild
from session_store.recorder import Recorder
from session_store.settings import Settings
from session_store.storage import engine
from session_store.verifying import verify
from tests.postgresql import Cluster
from tests.record_building import SetClock, TestRecord

GRANTS = Path(engine.__file__).parent / "server_role.sql"
ROLE = "infusion_server"


def server_url(cluster: Cluster) -> str:
    url = cluster.new_database()
    database = make_url(url).database
    grants = GRANTS.read_text().replace(':"role"', f'"{ROLE}"').replace(':"DBNAME"', f'"{database}"')
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone() is None:
            connection.execute(f"CREATE ROLE {ROLE} LOGIN")
        # Without what everybody has by default, only what is granted counts.
        connection.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
        connection.execute(f'GRANT CONNECT ON DATABASE "{database}" TO {ROLE}')
        connection.execute(grants)
    return url.replace("infusion@", f"{ROLE}@")


def test_the_servers_role_runs_the_server_and_cannot_change_the_record(postgresql: Cluster, clock: SetClock) -> None:
    url = server_url(postgresql)
    engines = open_record(Settings(database_url=url))
    AccountBook(engines.writer, engines.reader, 1, clock).add(NewAccount("nurse", "Test Nurse 1", "nurse"))
    with closing(Recorder(engines.writer, 1, clock)) as recorder:
        record = TestRecord(recorder, clock)
        session_id = record.running()
        clock.forward(minutes=20)
        record.chart(session_id, "infusion_ended")
        clock.forward(minutes=60)
        record.chart(session_id, "discharged", has_happened=True)
    assert Reader(engines.reader, 1).timeline(session_id)["entries"]
    rebuild(engines.writer)
    assert verify(engines.reader).is_intact
    engines.dispose()
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in ("UPDATE entry SET seq = seq", "DELETE FROM change", "TRUNCATE alert_fact",
                          "ALTER TABLE entry DISABLE TRIGGER ALL", "DROP TABLE entry"):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)  # type: ignore[call-overload]

"""What is particular to PostgreSQL: the driver, the settings without which an answered entry could be lost, triggers.

The writer works at READ COMMITTED: it locks the clinic's counter row first, so that the transactions of one clinic
follow each other, whatever server they come from. Who reads sees one instant (REPEATABLE READ), so that a timeline and
the number of its last change belong together.
"""

from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, text

from session_store.errors import RecordCorrupt, StoreUnavailable
from session_store.storage.schema import APPEND_ONLY_TABLES

OLDEST_VERSION = 15
CONNECT_TIMEOUT_S = 5
# A dead network or server is noticed within about this time, also in the middle of a statement.
_KEEPALIVES = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 12_000}
# How long a writer waits for another server's transaction on the same clinic.
LOCK_TIMEOUT = "10s"
# A server machine of ours that vanishes inside a transaction must not keep the clinic's counter row for hours.
_SESSION = {
    "lock_timeout": LOCK_TIMEOUT, "idle_in_transaction_session_timeout": "5min", "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3",
}  # fmt: skip
_SAFE = {"synchronous_commit": ("on", "remote_apply"), "fsync": ("on",), "full_page_writes": ("on",)}
# Any number; it only has to be the same in every server.
_MIGRATION_LOCK = 7_041_776


def is_postgresql(url: URL) -> bool:
    """Whether this address names a PostgreSQL database."""
    return url.get_backend_name() in ("postgresql", "postgres")


def open_postgresql(url: URL, *, is_writer: bool, pool_size: int) -> Engine:
    """An engine on one database. Raises `StoreUnavailable` at the first connection to a server that is not safe."""
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"), pool_size=pool_size, max_overflow=0 if is_writer else 20,
        pool_pre_ping=True, isolation_level="READ COMMITTED" if is_writer else "REPEATABLE READ",
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "infusion", **_KEEPALIVES,
                      "options": " ".join(f"-c {name}={value}" for name, value in _SESSION.items())},
    )  # fmt: skip

    @event.listens_for(engine, "connect")
    def _check(connection: Any, _record: Any) -> None:
        check_server(connection)

    return engine


def check_server(connection: Any) -> None:
    """Raises `StoreUnavailable` when this driver connection's server is too old or may lose what it acknowledged."""
    version = connection.info.server_version // 10_000
    if version < OLDEST_VERSION:
        raise StoreUnavailable(f"PostgreSQL {version} is too old: {OLDEST_VERSION} or newer is needed")
    names = list(_SAFE)
    query = "SELECT " + ", ".join(f"current_setting('{name}')" for name in names)
    found = dict(zip(names, connection.execute(query).fetchone(), strict=True))
    connection.rollback()
    unsafe = [f"{name} = {value}" for name, value in found.items() if value not in _SAFE[name]]
    if unsafe:
        raise StoreUnavailable(
            f"this PostgreSQL may lose what it has acknowledged ({', '.join(unsafe)}): "
            f"set {', '.join(one.split(' ')[0] + ' = on' for one in unsafe)}"
        )


def lock_for_migration(connection: Connection) -> None:
    """Wait for another server that migrates this database; the lock ends with the transaction."""
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})


def trigger_name(table: Table) -> str:
    """The trigger that keeps one table append-only."""
    return f"{table.name}_append_only"


_TRIGGERS = text(
    "SELECT t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
)


def check_triggers(connection: Connection) -> None:
    """Raises `RecordCorrupt` when the trigger of an append-only table is missing or does not always fire."""
    fires = {name: _text(how) in ("O", "A") for name, how in connection.execute(_TRIGGERS)}
    wanted = [trigger_name(table) for table in APPEND_ONLY_TABLES]
    missing = [name for name in wanted if name not in fires]
    if missing:
        raise RecordCorrupt(f"the record is not protected: triggers missing: {', '.join(missing)}")
    disabled = [name for name in wanted if not fires[name]]
    if disabled:
        raise RecordCorrupt(f"the record is not protected: triggers disabled: {', '.join(disabled)}")


def _text(value: Any) -> str:
    """PostgreSQL's type "char" arrives as bytes or text, as the driver pleases."""
    return value.decode() if isinstance(value, bytes) else str(value)

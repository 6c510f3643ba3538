"""What a database's faults mean: whether to try again, and that the record is not available."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pysqlite3
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from session_store.errors import StoreUnavailable

DATABASE_FAULTS = (SQLAlchemyError, sqlite3.Error, pysqlite3.Error, psycopg.Error)
_SQLITE_BUSY = 5
# Serialization failure, deadlock; the server stops, crashed or is starting; it is a standby now. Class 08: connection.
_PASSING_STATES = {"40001", "40P01", "57P01", "57P02", "57P03", "25006"}


def is_passing(fault: BaseException) -> bool:
    """Whether the same transaction may well succeed on a fresh connection: it was lost, or another one stood in its
    way. Whether a lost connection had committed is not known; the entries' ids settle that."""
    cause = fault.orig if isinstance(fault, DBAPIError) and fault.orig is not None else fault
    if isinstance(cause, psycopg.Error):
        state = cause.sqlstate
        lost = state is None and isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError)
        return lost or (state is not None and (state in _PASSING_STATES or state.startswith("08")))
    if isinstance(cause, sqlite3.OperationalError | pysqlite3.OperationalError):
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF == _SQLITE_BUSY
    return False


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection to read with. Raises `StoreUnavailable` for any fault of the database."""
    with _told_as_unavailable(), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that commits at its end. Raises `StoreUnavailable` for any fault of the database."""
    with _told_as_unavailable(), engine.begin() as connection:
        yield connection


@contextmanager
def _told_as_unavailable() -> Iterator[None]:
    try:
        yield
    except DATABASE_FAULTS as fault:
        raise StoreUnavailable(f"the database does not answer: {fault}") from fault

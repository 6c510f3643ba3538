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
# Serialization failure, deadlock, and a server that is a standby now.
_PASSING_STATES = {"40001", "40P01", "25006"}


def is_passing(fault: BaseException) -> bool:
    """Whether the same transaction may well succeed on a fresh connection: it was lost, or another one stood in its
    way."""
    cause = _cause(fault)
    if isinstance(cause, psycopg.Error):
        return is_lost(cause) or cause.sqlstate in _PASSING_STATES
    if isinstance(cause, sqlite3.OperationalError | pysqlite3.OperationalError):
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF == _SQLITE_BUSY
    return False


def is_lost(fault: BaseException) -> bool:
    """Whether the connection to a server was lost: what it was committing may be there or not. The entries' ids settle
    that when they are sent again."""
    cause = _cause(fault)
    if not isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    return cause.sqlstate is None or cause.sqlstate.startswith(("08", "57P"))


def is_of_the_database(fault: BaseException) -> bool:
    """Whether it is the database that fails (lost, full, locked), and not what it was told to store."""
    failing = (psycopg.OperationalError, sqlite3.OperationalError, pysqlite3.OperationalError, StoreUnavailable)
    return isinstance(_cause(fault), failing)


def _cause(fault: BaseException) -> BaseException:
    return fault.orig if isinstance(fault, DBAPIError) and fault.orig is not None else fault


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection to read with, in a transaction from its first statement: all that is read is of one instant.

    Raises `StoreUnavailable` for any fault of the database.
    """
    with _told_as_unavailable(), engine.connect() as connection, connection.begin():
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

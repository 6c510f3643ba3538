"""Alters a record behind its back, as somebody with the rights of the database's owner could."""

from collections.abc import Iterable
from contextlib import closing
from typing import Any

import psycopg

from session_store.storage.schema import APPEND_ONLY_TABLES
from session_store.storage.sqlite import safe_library, trigger_names


def tamper(url: str, statements: Iterable[str]) -> None:
    """Run statements with the triggers gone and nobody looking at foreign keys."""
    connection: Any
    if url.startswith("sqlite"):
        connection = safe_library().connect(url.removeprefix("sqlite:///"))
        unprotected = [f"DROP TRIGGER {name}" for table in APPEND_ONLY_TABLES for name in trigger_names(table)]
    else:
        connection = psycopg.connect(url)
        unprotected = [f"ALTER TABLE {table.name} DISABLE TRIGGER ALL" for table in APPEND_ONLY_TABLES]
    with closing(connection):
        for statement in (*unprotected, *statements):
            connection.execute(statement)
        connection.commit()

"""Copies all tables between two databases of the same schema, of whichever engine."""

from sqlalchemy import Connection, insert, select

from session_store.storage.schema import clinic, metadata

ROWS_AT_ONCE = 1000


def copy_tables(source: Connection, target: Connection) -> None:
    """Every row of every table, in the order that the foreign keys need; both in the transaction of the caller."""
    for table in metadata.sorted_tables:
        query = select(table).order_by(*table.primary_key.columns)
        rows = source.execute(query, execution_options={"stream_results": True, "yield_per": ROWS_AT_ONCE})
        for part in rows.mappings().partitions(ROWS_AT_ONCE):
            target.execute(insert(table), [dict(row) for row in part])


def holds_a_clinic(connection: Connection) -> bool:
    """Whether anything was ever recorded, or may be."""
    return connection.execute(select(clinic.c.clinic_id).limit(1)).first() is not None

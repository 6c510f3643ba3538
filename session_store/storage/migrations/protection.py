"""The triggers that make a table append-only, on both engines. Frozen: revisions that were released use this.

SQLite: three triggers a table; `no_replace` also stops INSERT OR REPLACE and UPSERT. PostgreSQL: one trigger for each
statement, which fires before any row is looked at and so also stops TRUNCATE, MERGE and ON CONFLICT DO UPDATE;
`ALWAYS` keeps it on where a session asks for `session_replication_role = replica`.
"""

from alembic import op

REFUSAL = "refuse_any_change"
SQLITE_TRIGGERS = ("no_update", "no_delete", "no_replace")
POSTGRESQL_TRIGGERS = ("append_only",)


def protect(table: str, key: tuple[str, ...]) -> None:
    """Have every UPDATE, DELETE and replacement of this table refused."""
    if op.get_bind().dialect.name == "postgresql":
        _protect_on_postgresql(table)
    else:
        _protect_on_sqlite(table, key)


def _protect_on_sqlite(table: str, key: tuple[str, ...]) -> None:
    refuse = f"SELECT RAISE(ABORT, '{table} is append-only'); END"
    same = " AND ".join(f"{column} = NEW.{column}" for column in key)
    taken = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}")
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse}")
    op.execute(f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {taken} BEGIN {refuse}")


def _protect_on_postgresql(table: str) -> None:
    op.execute(
        f"CREATE OR REPLACE FUNCTION {REFUSAL}() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    name = f"{table}_append_only"
    op.execute(
        f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {REFUSAL}()"
    )
    op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")

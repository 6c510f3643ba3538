"""Alembic's entry point: runs on the connection handed in by `storage.migrating`."""

from alembic import context

from session_store.storage.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, render_as_batch=False, transaction_per_migration=False
)
with context.begin_transaction():
    context.run_migrations()

"""Entries of the clinic itself, a hash chain over all changes, projections that know patient and course."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from session_store.storage.column_types import BinaryUuid, ExactDecimal, UtcMicroseconds
from session_store.storage.migrations.chain_0002 import change_links
from session_store.storage.migrations.protection import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CHUNK = 500


def upgrade() -> None:
    """Add, rebuild what changed its nullability, compute the chain of what is there, empty the projections."""
    _create_clinic_entry()
    _rebuild_entry_receipt()
    _rebuild_change()
    _drop_projections()
    _create_session_summary()
    _create_session_outcome()


def _create_clinic_entry() -> None:
    _add_to_clinic(sa.Column("chain_head", sa.LargeBinary(length=32), nullable=False, server_default=_zeros()))
    _add_to_clinic(sa.Column("next_clinic_seq", sa.Integer(), nullable=False, server_default="1"))
    op.create_table(
        "clinic_entry",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("entry_id", BinaryUuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("effective_at", UtcMicroseconds(), nullable=False),
        sa.Column("recorded_at", UtcMicroseconds(), nullable=False),
        sa.Column("sent_effective_at", UtcMicroseconds(), nullable=True),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("author_id", BinaryUuid(), nullable=False),
        sa.Column("author_name", sa.String(length=80), nullable=False),
        sa.Column("is_simulated", sa.Boolean(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("confirmed", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.clinic_id"], name=op.f("fk_clinic_entry_clinic")),
        sa.PrimaryKeyConstraint("clinic_id", "seq", name=op.f("pk_clinic_entry")),
        sqlite_with_rowid=False,
    )
    protect("clinic_entry", ("clinic_id", "seq"))


def _zeros() -> sa.TextClause:
    literal = r"'\x{}'::bytea" if _on_postgresql() else "x'{}'"
    return sa.text(literal.format("00" * 32).replace(":", r"\:"))


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _add_to_clinic(column: sa.Column[Any]) -> None:
    """Other tables refer to `clinic`, so that SQLite cannot rebuild it here; there the default stays."""
    op.add_column("clinic", column)
    if _on_postgresql():
        op.alter_column("clinic", column.name, server_default=None)


def _set_aside(table: str) -> str:
    """Rename a table to make room for its new form. Its triggers go with it when it is dropped."""
    aside = f"{table}_before_0002"
    op.rename_table(table, aside)
    if _on_postgresql():
        op.execute(f"ALTER INDEX pk_{table} RENAME TO pk_{aside}")
    return aside


def _rebuild_entry_receipt() -> None:
    aside = _set_aside("entry_receipt")
    op.create_table(
        "entry_receipt",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", BinaryUuid(), nullable=False),
        sa.Column("session_id", BinaryUuid(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "session_id", "seq"],
            ["entry.clinic_id", "entry.session_id", "entry.seq"],
            name=op.f("fk_entry_receipt_entry"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "entry_id", name=op.f("pk_entry_receipt")),
        sqlite_with_rowid=False,
    )
    columns = "clinic_id, entry_id, session_id, seq, digest, answer"
    op.execute(f"INSERT INTO entry_receipt ({columns}) SELECT {columns} FROM {aside}")
    op.drop_table(aside)
    protect("entry_receipt", ("clinic_id", "entry_id"))


def _rebuild_change() -> None:
    aside = _set_aside("change")
    change = op.create_table(
        "change",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("change_number", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", UtcMicroseconds(), nullable=False),
        sa.Column("session_id", BinaryUuid(), nullable=True),
        sa.Column("entry_seq", sa.Integer(), nullable=True),
        sa.Column("first_fact_seq", sa.Integer(), nullable=True),
        sa.Column("last_fact_seq", sa.Integer(), nullable=True),
        sa.Column("actor_id", BinaryUuid(), nullable=True),
        sa.Column("row_digests", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "session_id"],
            ["infusion_session.clinic_id", "infusion_session.session_id"],
            name=op.f("fk_change_infusion_session"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "change_number", name=op.f("pk_change")),
        sqlite_with_rowid=False,
    )
    _link_what_is_there(aside, change)
    op.drop_table(aside)
    protect("change", ("clinic_id", "change_number"))


def _link_what_is_there(aside: str, change: sa.Table) -> None:
    bind = op.get_bind()
    clinic = sa.table("clinic", sa.column("clinic_id"), sa.column("chain_head", sa.LargeBinary))
    for clinic_id in bind.execute(sa.select(clinic.c.clinic_id)).scalars().all():
        head, waiting = bytes(32), []
        for row in change_links(bind, aside, clinic_id):
            head = row["hash"]
            waiting.append(row)
            if len(waiting) == CHUNK:
                bind.execute(sa.insert(change), waiting)
                waiting = []
        if waiting:
            bind.execute(sa.insert(change), waiting)
        bind.execute(sa.update(clinic).where(clinic.c.clinic_id == clinic_id).values(chain_head=head))


def _drop_projections() -> None:
    """They are rebuilt from the entries when the record is opened."""
    op.drop_index("ix_session_summary_status", "session_summary")
    op.drop_table("session_summary")
    op.drop_index("ix_session_outcome_first_drug_at", "session_outcome")
    op.drop_table("session_outcome")


def _create_session_summary() -> None:
    op.create_table(
        "session_summary",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("session_id", BinaryUuid(), nullable=False),
        sa.Column("patient_id", BinaryUuid(), nullable=False),
        sa.Column("course_id", BinaryUuid(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("started_at", UtcMicroseconds(), nullable=True),
        sa.Column("has_alerts", sa.Boolean(), nullable=False),
        sa.Column("lacks_witness", sa.Boolean(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        _to_session("session_summary"),
        sa.PrimaryKeyConstraint("clinic_id", "session_id", name=op.f("pk_session_summary")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_session_summary_status", "session_summary", ["clinic_id", "status", "started_at"])
    op.create_index("ix_session_summary_patient_id", "session_summary", ["clinic_id", "patient_id"])
    op.create_index("ix_session_summary_course_id", "session_summary", ["clinic_id", "course_id"])
    op.create_index("ix_session_summary_lacks_witness", "session_summary", ["clinic_id", "lacks_witness"])


def _to_session(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["clinic_id", "session_id"],
        ["infusion_session.clinic_id", "infusion_session.session_id"],
        name=op.f(f"fk_{table}_infusion_session"),
    )


def _create_session_outcome() -> None:
    op.create_table(
        "session_outcome",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("session_id", BinaryUuid(), nullable=False),
        sa.Column("patient_id", BinaryUuid(), nullable=False),
        sa.Column("patient_label", sa.String(length=40), nullable=False),
        sa.Column("condition", sa.String(length=80), nullable=False),
        sa.Column("drug", sa.String(length=30), nullable=False),
        sa.Column("course_id", BinaryUuid(), nullable=True),
        sa.Column("planned_at", UtcMicroseconds(), nullable=False),
        sa.Column("first_drug_at", UtcMicroseconds(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("delivered_mg", ExactDecimal(), nullable=False),
        sa.Column("weight_kg", ExactDecimal(), nullable=True),
        sa.Column("peak_rate_mg_per_h", ExactDecimal(), nullable=False),
        sa.Column("instrument", sa.String(length=10), nullable=True),
        sa.Column("recall", sa.String(length=20), nullable=True),
        sa.Column("circumstance", sa.String(length=20), nullable=True),
        sa.Column("baseline_tenths", sa.Integer(), nullable=True),
        sa.Column("followup_tenths", sa.Integer(), nullable=True),
        sa.Column("best_tenths", sa.Integer(), nullable=True),
        sa.Column("reduction_tenths_percent", sa.Integer(), nullable=True),
        sa.Column("is_evaluable", sa.Boolean(), nullable=False),
        sa.Column("not_evaluable_reason", sa.String(length=100), nullable=True),
        sa.Column("followup_missing_reason", sa.String(length=100), nullable=True),
        sa.Column("stopped_for_adverse_effect", sa.Boolean(), nullable=False),
        sa.Column("responder_30", sa.Boolean(), nullable=False),
        sa.Column("responder_50", sa.Boolean(), nullable=False),
        sa.Column("alerts_by_level", sa.Text(), nullable=False),
        sa.Column("adverse_effects", sa.Integer(), nullable=False),
        sa.Column("is_simulated", sa.Boolean(), nullable=False),
        _to_session("session_outcome"),
        sa.PrimaryKeyConstraint("clinic_id", "session_id", name=op.f("pk_session_outcome")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_session_outcome_first_drug_at", "session_outcome", ["clinic_id", "first_drug_at"])
    op.create_index("ix_session_outcome_planned_at", "session_outcome", ["clinic_id", "planned_at"])

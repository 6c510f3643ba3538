"""The first tables of the record, with the triggers that make it append-only."""

import sqlalchemy as sa
from alembic import op

from session_store.storage.column_types import BinaryUuid, ExactDecimal, UtcMicroseconds
from session_store.storage.migrations.protection import protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Append-only tables with their keys as they were at this revision.
APPEND_ONLY = {
    "patient": ("clinic_id", "patient_id"),
    "infusion_session": ("clinic_id", "session_id"),
    "entry": ("clinic_id", "session_id", "seq"),
    "entry_receipt": ("clinic_id", "entry_id"),
    "alert_fact": ("clinic_id", "session_id", "fact_seq"),
    "change": ("clinic_id", "change_number"),
}


def upgrade() -> None:
    """Create everything."""
    _create_tables()
    for table, key in APPEND_ONLY.items():
        protect(table, key)


def _create_tables() -> None:
    op.create_table(
        "clinic",
        sa.Column("clinic_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_simulated", sa.Boolean(), nullable=False),
        sa.Column("change_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", name=op.f("pk_clinic")),
    )
    op.create_table(
        "account",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("account_id", BinaryUuid(), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("display_name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("device_token_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcMicroseconds(), nullable=False),
        sa.Column("created_by", BinaryUuid(), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.clinic_id"], name=op.f("fk_account_clinic")),
        sa.PrimaryKeyConstraint("clinic_id", "account_id", name=op.f("pk_account")),
        sqlite_with_rowid=False,
    )
    op.create_index("uq_account_device_token", "account", ["clinic_id", "device_token_hash"], unique=True)
    op.create_index("uq_account_username", "account", ["clinic_id", "username"], unique=True)
    op.create_table(
        "patient",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", BinaryUuid(), nullable=False),
        sa.Column("patient_label", sa.String(length=40), nullable=False),
        sa.Column("second_identifier", sa.String(length=40), nullable=False),
        sa.Column("created_at", UtcMicroseconds(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.clinic_id"], name=op.f("fk_patient_clinic")),
        sa.PrimaryKeyConstraint("clinic_id", "patient_id", name=op.f("pk_patient")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_patient_identifiers", "patient", ["clinic_id", "patient_label", "second_identifier"], unique=True
    )
    op.create_table(
        "infusion_session",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("session_id", BinaryUuid(), nullable=False),
        sa.Column("patient_id", BinaryUuid(), nullable=False),
        sa.Column("recorded_at", UtcMicroseconds(), nullable=False),
        sa.Column("is_simulated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.patient_id"],
            name=op.f("fk_infusion_session_patient"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "session_id", name=op.f("pk_infusion_session")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sign_in",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", BinaryUuid(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcMicroseconds(), nullable=False),
        sa.Column("expires_at", UtcMicroseconds(), nullable=False),
        sa.Column("ended_at", UtcMicroseconds(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "account_id"], ["account.clinic_id", "account.account_id"], name=op.f("fk_sign_in_account")
        ),
        sa.PrimaryKeyConstraint("clinic_id", "token_hash", name=op.f("pk_sign_in")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "alert_fact",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("session_id", BinaryUuid(), nullable=False),
        sa.Column("fact_seq", sa.Integer(), nullable=False),
        sa.Column("alert_id", BinaryUuid(), nullable=False),
        sa.Column("fact", sa.String(length=20), nullable=False),
        sa.Column("rule_id", sa.String(length=60), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("condition", sa.String(length=100), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("at", UtcMicroseconds(), nullable=False),
        sa.Column("recorded_at", UtcMicroseconds(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("evidence_entry_id", BinaryUuid(), nullable=True),
        sa.Column("is_past", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "session_id"],
            ["infusion_session.clinic_id", "infusion_session.session_id"],
            name=op.f("fk_alert_fact_infusion_session"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "session_id", "fact_seq", name=op.f("pk_alert_fact")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "change",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("change_number", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", UtcMicroseconds(), nullable=False),
        sa.Column("session_id", BinaryUuid(), nullable=False),
        sa.Column("entry_seq", sa.Integer(), nullable=True),
        sa.Column("first_fact_seq", sa.Integer(), nullable=True),
        sa.Column("last_fact_seq", sa.Integer(), nullable=True),
        sa.Column("actor_id", BinaryUuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "session_id"],
            ["infusion_session.clinic_id", "infusion_session.session_id"],
            name=op.f("fk_change_infusion_session"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "change_number", name=op.f("pk_change")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entry",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("session_id", BinaryUuid(), nullable=False),
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
        sa.Column("heart_rate_per_min", ExactDecimal(), nullable=True),
        sa.Column("systolic_mmhg", ExactDecimal(), nullable=True),
        sa.Column("diastolic_mmhg", ExactDecimal(), nullable=True),
        sa.Column("mean_arterial_mmhg", ExactDecimal(), nullable=True),
        sa.Column("spo2_percent", ExactDecimal(), nullable=True),
        sa.Column("respiratory_rate_per_min", ExactDecimal(), nullable=True),
        sa.Column("end_tidal_co2_mmhg", ExactDecimal(), nullable=True),
        sa.Column("temperature_celsius", ExactDecimal(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "session_id"],
            ["infusion_session.clinic_id", "infusion_session.session_id"],
            name=op.f("fk_entry_infusion_session"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "session_id", "seq", name=op.f("pk_entry")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "session_outcome",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("session_id", BinaryUuid(), nullable=False),
        sa.Column("patient_id", BinaryUuid(), nullable=False),
        sa.Column("patient_label", sa.String(length=40), nullable=False),
        sa.Column("condition", sa.String(length=80), nullable=False),
        sa.Column("drug", sa.String(length=30), nullable=False),
        sa.Column("first_drug_at", UtcMicroseconds(), nullable=False),
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
        sa.ForeignKeyConstraint(
            ["clinic_id", "session_id"],
            ["infusion_session.clinic_id", "infusion_session.session_id"],
            name=op.f("fk_session_outcome_infusion_session"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "session_id", name=op.f("pk_session_outcome")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_session_outcome_first_drug_at", "session_outcome", ["clinic_id", "first_drug_at"], unique=False)
    op.create_table(
        "session_summary",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("session_id", BinaryUuid(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("started_at", UtcMicroseconds(), nullable=True),
        sa.Column("has_alerts", sa.Boolean(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "session_id"],
            ["infusion_session.clinic_id", "infusion_session.session_id"],
            name=op.f("fk_session_summary_infusion_session"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "session_id", name=op.f("pk_session_summary")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_session_summary_status", "session_summary", ["clinic_id", "status", "started_at"], unique=False)
    op.create_table(
        "entry_receipt",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", BinaryUuid(), nullable=False),
        sa.Column("session_id", BinaryUuid(), nullable=False),
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

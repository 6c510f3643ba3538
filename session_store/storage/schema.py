"""The tables. `clinic_id` leads every key; what is recorded is append-only (`APPEND_ONLY_TABLES`).

`entry` is one wide table clustered by session: a session's timeline is one range of the primary key. Vital signs have
columns of their own, the rarer fields of the other kinds stand as JSON in `content`. Projections may be rebuilt from
the entries at any time.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from session_store.storage.column_types import BinaryUuid, ExactDecimal, UtcMicroseconds

metadata = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s_%(referred_table_name)s",
                       "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
)  # fmt: skip


def _session_key() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["clinic_id", "session_id"], ["infusion_session.clinic_id", "infusion_session.session_id"]
    )


clinic = Table(
    "clinic", metadata,
    Column("clinic_id", Integer, primary_key=True, autoincrement=False),
    Column("is_simulated", Boolean, nullable=False),
    Column("change_number", BigInteger, nullable=False),
    Column("chain_head", LargeBinary(32), nullable=False),
    Column("next_clinic_seq", Integer, nullable=False),
)  # fmt: skip

account = Table(
    "account", metadata,
    Column("clinic_id", Integer, nullable=False),
    Column("account_id", BinaryUuid, nullable=False),
    Column("username", String(60), nullable=False),
    Column("display_name", String(80), nullable=False),
    Column("role", String(30), nullable=False),
    Column("password_hash", String(200)),
    Column("device_token_hash", LargeBinary(32)),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", UtcMicroseconds, nullable=False),
    Column("created_by", BinaryUuid),
    PrimaryKeyConstraint("clinic_id", "account_id"),
    ForeignKeyConstraint(["clinic_id"], ["clinic.clinic_id"]),
    Index("uq_account_username", "clinic_id", "username", unique=True),
    Index("uq_account_device_token", "clinic_id", "device_token_hash", unique=True),
    sqlite_with_rowid=False,
)  # fmt: skip

sign_in = Table(
    "sign_in", metadata,
    Column("clinic_id", Integer, nullable=False),
    Column("token_hash", LargeBinary(32), nullable=False),
    Column("account_id", BinaryUuid, nullable=False),
    Column("purpose", String(20), nullable=False),
    Column("created_at", UtcMicroseconds, nullable=False),
    Column("expires_at", UtcMicroseconds, nullable=False),
    Column("ended_at", UtcMicroseconds),
    PrimaryKeyConstraint("clinic_id", "token_hash"),
    ForeignKeyConstraint(["clinic_id", "account_id"], ["account.clinic_id", "account.account_id"]),
    sqlite_with_rowid=False,
)  # fmt: skip

patient = Table(
    "patient", metadata,
    Column("clinic_id", Integer, nullable=False),
    Column("patient_id", BinaryUuid, nullable=False),
    Column("patient_label", String(40), nullable=False),
    Column("second_identifier", String(40), nullable=False),
    Column("created_at", UtcMicroseconds, nullable=False),
    PrimaryKeyConstraint("clinic_id", "patient_id"),
    ForeignKeyConstraint(["clinic_id"], ["clinic.clinic_id"]),
    Index("uq_patient_identifiers", "clinic_id", "patient_label", "second_identifier", unique=True),
    sqlite_with_rowid=False,
)  # fmt: skip

infusion_session = Table(
    "infusion_session", metadata,
    Column("clinic_id", Integer, nullable=False),
    Column("session_id", BinaryUuid, nullable=False),
    Column("patient_id", BinaryUuid, nullable=False),
    Column("recorded_at", UtcMicroseconds, nullable=False),
    Column("is_simulated", Boolean, nullable=False),
    PrimaryKeyConstraint("clinic_id", "session_id"),
    ForeignKeyConstraint(["clinic_id", "patient_id"], ["patient.clinic_id", "patient.patient_id"]),
    sqlite_with_rowid=False,
)  # fmt: skip

entry = Table(
    "entry", metadata,
    Column("clinic_id", Integer, nullable=False),
    Column("session_id", BinaryUuid, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("entry_id", BinaryUuid, nullable=False),
    Column("kind", String(30), nullable=False),
    Column("effective_at", UtcMicroseconds, nullable=False),
    Column("recorded_at", UtcMicroseconds, nullable=False),
    Column("sent_effective_at", UtcMicroseconds),
    Column("source", String(10), nullable=False),
    Column("author_id", BinaryUuid, nullable=False),
    Column("author_name", String(80), nullable=False),
    Column("is_simulated", Boolean, nullable=False),
    Column("is_late", Boolean, nullable=False),
    Column("confirmed", Text),
    Column("heart_rate_per_min", ExactDecimal),
    Column("systolic_mmhg", ExactDecimal),
    Column("diastolic_mmhg", ExactDecimal),
    Column("mean_arterial_mmhg", ExactDecimal),
    Column("spo2_percent", ExactDecimal),
    Column("respiratory_rate_per_min", ExactDecimal),
    Column("end_tidal_co2_mmhg", ExactDecimal),
    Column("temperature_celsius", ExactDecimal),
    Column("content", Text),
    PrimaryKeyConstraint("clinic_id", "session_id", "seq"),
    _session_key(),
    sqlite_with_rowid=False,
)  # fmt: skip

clinic_entry = Table(
    "clinic_entry", metadata,
    Column("clinic_id", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("entry_id", BinaryUuid, nullable=False),
    Column("kind", String(30), nullable=False),
    Column("effective_at", UtcMicroseconds, nullable=False),
    Column("recorded_at", UtcMicroseconds, nullable=False),
    Column("sent_effective_at", UtcMicroseconds),
    Column("source", String(10), nullable=False),
    Column("author_id", BinaryUuid, nullable=False),
    Column("author_name", String(80), nullable=False),
    Column("is_simulated", Boolean, nullable=False),
    Column("is_late", Boolean, nullable=False),
    Column("confirmed", Text),
    Column("content", Text),
    PrimaryKeyConstraint("clinic_id", "seq"),
    ForeignKeyConstraint(["clinic_id"], ["clinic.clinic_id"]),
    sqlite_with_rowid=False,
)  # fmt: skip

entry_receipt = Table(
    "entry_receipt", metadata,
    Column("clinic_id", Integer, nullable=False),
    Column("entry_id", BinaryUuid, nullable=False),
    # None: an entry of the clinic, not of a session.
    Column("session_id", BinaryUuid),
    Column("seq", Integer, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("answer", Text, nullable=False),
    PrimaryKeyConstraint("clinic_id", "entry_id"),
    ForeignKeyConstraint(["clinic_id", "session_id", "seq"], ["entry.clinic_id", "entry.session_id", "entry.seq"]),
    sqlite_with_rowid=False,
)  # fmt: skip

alert_fact = Table(
    "alert_fact", metadata,
    Column("clinic_id", Integer, nullable=False),
    Column("session_id", BinaryUuid, nullable=False),
    Column("fact_seq", Integer, nullable=False),
    Column("alert_id", BinaryUuid, nullable=False),
    Column("fact", String(20), nullable=False),
    Column("rule_id", String(60), nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("condition", String(100), nullable=False),
    Column("level", Integer, nullable=False),
    Column("at", UtcMicroseconds, nullable=False),
    Column("recorded_at", UtcMicroseconds, nullable=False),
    Column("text", Text, nullable=False),
    Column("citation", Text, nullable=False),
    Column("evidence_entry_id", BinaryUuid),
    Column("is_past", Boolean, nullable=False),
    PrimaryKeyConstraint("clinic_id", "session_id", "fact_seq"),
    _session_key(),
    sqlite_with_rowid=False,
)  # fmt: skip

change = Table(
    "change", metadata,
    Column("clinic_id", Integer, nullable=False),
    Column("change_number", BigInteger, nullable=False),
    Column("recorded_at", UtcMicroseconds, nullable=False),
    # None: a change of the clinic's own record; `entry_seq` then counts in `clinic_entry`.
    Column("session_id", BinaryUuid),
    Column("entry_seq", Integer),
    Column("first_fact_seq", Integer),
    Column("last_fact_seq", Integer),
    Column("actor_id", BinaryUuid),
    Column("row_digests", LargeBinary, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    PrimaryKeyConstraint("clinic_id", "change_number"),
    _session_key(),
    sqlite_with_rowid=False,
)  # fmt: skip

session_summary = Table(
    "session_summary", metadata,
    Column("clinic_id", Integer, nullable=False),
    Column("session_id", BinaryUuid, nullable=False),
    Column("patient_id", BinaryUuid, nullable=False),
    Column("course_id", BinaryUuid),
    Column("status", String(20), nullable=False),
    Column("started_at", UtcMicroseconds),
    Column("has_alerts", Boolean, nullable=False),
    Column("lacks_witness", Boolean, nullable=False),
    Column("summary", Text, nullable=False),
    PrimaryKeyConstraint("clinic_id", "session_id"),
    _session_key(),
    Index("ix_session_summary_status", "clinic_id", "status", "started_at"),
    Index("ix_session_summary_patient_id", "clinic_id", "patient_id"),
    Index("ix_session_summary_course_id", "clinic_id", "course_id"),
    Index("ix_session_summary_lacks_witness", "clinic_id", "lacks_witness"),
    sqlite_with_rowid=False,
)  # fmt: skip

session_outcome = Table(
    "session_outcome", metadata,
    Column("clinic_id", Integer, nullable=False),
    Column("session_id", BinaryUuid, nullable=False),
    Column("patient_id", BinaryUuid, nullable=False),
    Column("patient_label", String(40), nullable=False),
    Column("condition", String(80), nullable=False),
    Column("drug", String(30), nullable=False),
    Column("course_id", BinaryUuid),
    Column("planned_at", UtcMicroseconds, nullable=False),
    Column("first_drug_at", UtcMicroseconds),
    Column("status", String(20), nullable=False),
    Column("is_closed", Boolean, nullable=False),
    Column("delivered_mg", ExactDecimal, nullable=False),
    Column("weight_kg", ExactDecimal),
    Column("peak_rate_mg_per_h", ExactDecimal, nullable=False),
    Column("instrument", String(10)),
    Column("recall", String(20)),
    Column("circumstance", String(20)),
    Column("baseline_tenths", Integer),
    Column("followup_tenths", Integer),
    Column("best_tenths", Integer),
    Column("reduction_tenths_percent", Integer),
    Column("is_evaluable", Boolean, nullable=False),
    Column("not_evaluable_reason", String(100)),
    Column("followup_missing_reason", String(100)),
    Column("stopped_for_adverse_effect", Boolean, nullable=False),
    Column("responder_30", Boolean, nullable=False),
    Column("responder_50", Boolean, nullable=False),
    Column("alerts_by_level", Text, nullable=False),
    Column("adverse_effects", Integer, nullable=False),
    Column("is_simulated", Boolean, nullable=False),
    PrimaryKeyConstraint("clinic_id", "session_id"),
    _session_key(),
    Index("ix_session_outcome_first_drug_at", "clinic_id", "first_drug_at"),
    Index("ix_session_outcome_planned_at", "clinic_id", "planned_at"),
    sqlite_with_rowid=False,
)  # fmt: skip

tablet_presence = Table(
    "tablet_presence", metadata,
    Column("clinic_id", Integer, nullable=False),
    Column("session_id", BinaryUuid, nullable=False),
    Column("tablet_id", BinaryUuid, nullable=False),
    Column("account_id", BinaryUuid, nullable=False),
    Column("account_name", String(80), nullable=False),
    Column("heard_at", UtcMicroseconds, nullable=False),
    # The tablet said that it leaves the session; None: it is expected to go on.
    Column("left_at", UtcMicroseconds),
    PrimaryKeyConstraint("clinic_id", "session_id", "tablet_id"),
    _session_key(),
    sqlite_with_rowid=False,
)  # fmt: skip

APPEND_ONLY_TABLES = (patient, infusion_session, entry, clinic_entry, entry_receipt, alert_fact, change)
PROJECTION_TABLES = (session_summary, session_outcome)

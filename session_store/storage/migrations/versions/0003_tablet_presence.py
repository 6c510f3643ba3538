"""When each bedside tablet was last heard, and projections that know a tablet's silence."""

import sqlalchemy as sa
from alembic import op

from session_store.storage.column_types import BinaryUuid, UtcMicroseconds

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; empty the projections, which are rebuilt from the entries when the record is opened."""
    op.create_table(
        "tablet_presence",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("session_id", BinaryUuid(), nullable=False),
        sa.Column("tablet_id", BinaryUuid(), nullable=False),
        sa.Column("account_id", BinaryUuid(), nullable=False),
        sa.Column("account_name", sa.String(length=80), nullable=False),
        sa.Column("heard_at", UtcMicroseconds(), nullable=False),
        sa.Column("left_at", UtcMicroseconds(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "session_id"],
            ["infusion_session.clinic_id", "infusion_session.session_id"],
            name=op.f("fk_tablet_presence_infusion_session"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "session_id", "tablet_id", name=op.f("pk_tablet_presence")),
        sqlite_with_rowid=False,
    )
    op.execute("DELETE FROM session_summary")
    op.execute("DELETE FROM session_outcome")

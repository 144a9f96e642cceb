"""Records say when their object was removed after its date.

Revision 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column."""
    with op.batch_alter_table("records") as batch:
        batch.add_column(sa.Column("pruned", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("records") as batch:
        batch.drop_column("pruned")

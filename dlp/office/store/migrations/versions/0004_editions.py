"""Editions of policy and packs that go down the link, and what each machine says that it judges with.

Revision 0004. Versions get the name of the pack that they are of; an older one is of the policy. Records say when their
object was last read again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three columns and two tables."""
    with op.batch_alter_table("records") as batch:
        batch.add_column(sa.Column("verified", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("sound", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("policy_versions") as batch:
        batch.add_column(sa.Column("name", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "editions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        *_owned(),
        sa.PrimaryKeyConstraint("id", name="pk_editions"),
        sa.UniqueConstraint("organisation", "sequence", name="uq_editions_organisation_sequence"),
    )
    op.create_index("ix_editions_organisation", "editions", ["organisation"])
    texts = ("policy", "rules", "since", "at", "report", "problem_en", "problem_zh")
    op.create_table(
        "machine_forces",
        sa.Column("id", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in texts),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("edition", "refused")),
        *_owned(),
        sa.PrimaryKeyConstraint("id", name="pk_machine_forces"),
        sa.ForeignKeyConstraint(["id"], ["machines.id"], name="fk_machine_forces_id"),
    )
    op.create_index("ix_machine_forces_organisation", "machine_forces", ["organisation"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("machine_forces")
    op.drop_table("editions")
    with op.batch_alter_table("policy_versions") as batch:
        batch.drop_column("name")
    with op.batch_alter_table("records") as batch:
        batch.drop_column("sound")
        batch.drop_column("verified")


def _owned() -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.String(), nullable=False) for name in ("organisation", "machine"))

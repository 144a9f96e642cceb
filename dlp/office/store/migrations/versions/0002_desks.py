"""What reviewers, senders and officers do at their desks.

Revision 0002. Incidents get a rank and a bundle for the queue, decisions what they were about, rulings a time before
which they can be taken back; five tables for remarks, rule hits, requests, sanctions and versions of policies.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ADDED: dict[str, tuple[tuple[str, str], ...]] = {
    "incidents": (("rank", ""), ("bundle", ""), ("assigned", "")),
    "decisions": (("rule", ""), ("opens_until", "")),
    "approvals": (("rule", ""), ("opens_until", "")),
    "rulings": (("due", ""),),
    "records": (("held", "bool"),),
    "accounts": (("department", ""), ("suspended_until", "")),
}
PAGED = ("transfers", "sealed_files", "records")
"""Lists that go by id within the organisation: without an index for both, every page sorts the whole table."""
MADE = ("remarks", "rule_hits", "requests", "sanctions", "policy_versions")


def upgrade() -> None:
    """Add the columns with what older rows count as, then the tables, then fill in what older rows can tell."""
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as batch:
            for name, kind in columns:
                batch.add_column(_column(name, kind))
    op.create_index("ix_incidents_bundle", "incidents", ["bundle"])
    op.create_index("ix_incidents_queue", "incidents", ["state", "bundle", "rank"])
    for table in PAGED:
        op.create_index(f"ix_{table}_organisation_id", table, ["organisation", "id"])
    _tables()
    op.execute(
        "UPDATE incidents SET bundle = (SELECT CASE WHEN t.send = '' THEN t.sha256 ELSE t.send END "
        "FROM transfers t WHERE t.id = incidents.transfer), "
        "rank = (SELECT CASE WHEN t.level = 0 THEN '0000' ELSE CAST(t.level * 1000 AS VARCHAR) END "
        "FROM transfers t WHERE t.id = incidents.transfer) || id"
    )


def downgrade() -> None:
    """Drop what was added."""
    for table in MADE:
        op.drop_table(table)
    for table in PAGED:
        op.drop_index(f"ix_{table}_organisation_id", table)
    op.drop_index("ix_incidents_bundle", "incidents")
    op.drop_index("ix_incidents_queue", "incidents")
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as batch:
            for name, _ in columns:
                batch.drop_column(name)


def _column(name: str, kind: str) -> sa.Column[object]:
    if kind == "int":
        return sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")
    if kind == "bool":
        return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
    return sa.Column(name, sa.String(), nullable=False, server_default="")


def _tables() -> None:
    _table("remarks", "id", "incident>incidents# account>accounts name kind text at")
    _table("rule_hits", "transfer rule", "transfer>transfers rule at score:int")
    op.create_index("ix_rule_hits_rule_at", "rule_hits", ["rule", "at"])
    op.create_index("ix_rule_hits_at", "rule_hits", ["at"])
    _table("requests", "id", "kind name purpose account>accounts by at state# decided_by decided_at")
    _table("sanctions", "id", "account>accounts# name grade basis by at until")
    _table("policy_versions", "id", "number:int digest text note state# account>accounts by at confirmed_by active_at")


def _table(name: str, key: str, columns: str) -> None:
    words = [*("id " + columns if key == "id" else columns).split(), "organisation#", "machine"]
    parts: list[sa.schema.SchemaItem] = []
    for word in words:
        plain, _, other = word.rstrip("#").partition(">")
        title, _, kind = plain.partition(":")
        parts.append(sa.Column(title, sa.BigInteger() if kind == "int" else sa.String(), nullable=False))
        if other:
            parts.append(sa.ForeignKeyConstraint([title], [f"{other}.id"], name=op.f(f"fk_{name}_{title}")))
    op.create_table(name, *parts, sa.PrimaryKeyConstraint(*key.split(), name=op.f(f"pk_{name}")))
    for word in words:
        if word.endswith("#"):
            title = word.rstrip("#").partition(">")[0]
            op.create_index(op.f(f"ix_{name}_{title}"), name, [title])

"""The queue puts what a sender asks for first within its risk, and then what has waited longest.

Revision 0005. The rank of an incident gets the wish, and its id turned round (``dlp.office.risk``).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

RISK_DIGITS = 4
TURN = str.maketrans("0123456789ABCDEFGHJKMNPQRSTVWXYZ", "ZYXWVTSRQPNMKJHGFEDCBA9876543210")
INCIDENTS = sa.table("incidents", sa.column("id", sa.String), sa.column("rank", sa.String))
REMARKS = sa.table("remarks", sa.column("incident", sa.String), sa.column("kind", sa.String))


def upgrade() -> None:
    """Rank what is there anew."""
    connection = op.get_bind()
    wished = set(connection.scalars(sa.select(REMARKS.c.incident).where(REMARKS.c.kind == "release")))
    _rank({one: f"{int(one in wished)}{one.translate(TURN)}" for one in connection.scalars(sa.select(INCIDENTS.c.id))})


def downgrade() -> None:
    """Risk and id, as before."""
    _rank({one: one for one in op.get_bind().scalars(sa.select(INCIDENTS.c.id))})


def _rank(ends: dict[str, str]) -> None:
    risk = sa.func.substr(INCIDENTS.c.rank, 1, RISK_DIGITS, type_=sa.String)
    change = sa.update(INCIDENTS).where(INCIDENTS.c.id == sa.bindparam("one"))
    rows = [{"one": one, "end": end} for one, end in ends.items()]
    if rows:
        op.get_bind().execute(change.values(rank=risk + sa.bindparam("end", type_=sa.String)), rows)

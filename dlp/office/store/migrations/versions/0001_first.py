"""The first schema.

Revision 0001. A later step never edits this file; it makes a new one. Each table is one line of columns:
``name[:kind][?][!][>table][#]`` for kind int, bool or json (else text), nullable, key, foreign key, indexed.
"""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

COLUMN = re.compile(r"(?P<name>\w+)(?::(?P<kind>\w+))?(?P<null>\?)?(?P<key>!)?(?:>(?P<other>\w+))?(?P<index>#)?")
KINDS: dict[str | None, Any] = {None: sa.String, "int": sa.BigInteger, "bool": sa.Boolean, "json": sa.JSON}
TABLES = (
    "organisations",
    "accounts",
    "one_time_links",
    "sessions",
    "machines",
    "groups",
    "group_members",
    "chains",
    "events",
    "heads",
    "reports_taken",
    "transfers",
    "outcomes",
    "sealed_files",
    "records",
    "openings",
    "incidents",
    "approvals",
    "decisions",
    "rulings",
)


def upgrade() -> None:
    """Make all tables."""
    _people()
    _lines()
    _files()
    _incidents()


def downgrade() -> None:
    """Drop all tables, those that refer to others first."""
    for name in reversed(TABLES):
        op.drop_table(name)


def _table(name: str, columns: str, unique: str = "") -> None:
    found = [match for word in columns.split() if (match := COLUMN.fullmatch(word))]
    parts: list[Any] = [sa.Column(one["name"], KINDS[one["kind"]](), nullable=bool(one["null"])) for one in found]
    parts.append(sa.PrimaryKeyConstraint(*(one["name"] for one in found if one["key"]), name=op.f(f"pk_{name}")))
    for one in found:
        if one["other"]:
            foreign = op.f(f"fk_{name}_{one['name']}")
            parts.append(sa.ForeignKeyConstraint([one["name"]], [f"{one['other']}.id"], name=foreign))
    for group in unique.split():
        together = group.split("+")
        parts.append(sa.UniqueConstraint(*together, name=op.f(f"uq_{name}_{'_'.join(together)}")))
    op.create_table(name, *parts)
    for one in found:
        if one["index"]:
            op.create_index(op.f(f"ix_{name}_{one['name']}"), name, [one["name"]])


def _people() -> None:
    _table(
        "organisations",
        "id! name created name_key settings:json",
    )
    _table(
        "accounts",
        "id! name folded title roles:json clearance state created password failed:int locked_until "
        "last_sign_in organisation# machine",
        unique="organisation+folded",
    )
    _table(
        "one_time_links",
        "token! account>accounts# expires organisation# machine",
    )
    _table(
        "sessions",
        "token! account>accounts# started seen address organisation# machine",
    )
    _table(
        "machines",
        "id! organisation# name letter token state enrolled last_seen head_sequence:int head_hash last_ruling:int",
        unique="organisation+letter token",
    )
    _table(
        "groups",
        "id! name folded purpose owner>accounts highest created closed:bool organisation# machine",
        unique="organisation+folded",
    )
    _table(
        "group_members",
        "group!>groups account!>accounts organisation# machine",
    )


def _lines() -> None:
    _table(
        "chains",
        "organisation! machine! sequence:int hash",
    )
    _table(
        "events",
        "id! sequence:int at kind# actor subject# body previous hash organisation# machine",
        unique="organisation+machine+sequence",
    )
    _table(
        "heads",
        "id! sequence:int hash at organisation# machine",
        unique="machine+sequence",
    )
    _table(
        "reports_taken",
        "id! report kind at problem organisation# machine",
        unique="machine+report",
    )


def _files() -> None:
    _table(
        "transfers",
        "id! number# send name size:int sha256# type direction group# person# program state level:int action "
        "complete:bool findings:json gaps:json because:json options:json policy rules at# report detail "
        "organisation# machine",
    )
    _table(
        "outcomes",
        "id! report transfer# state detail at ruling:int? organisation# machine",
        unique="machine+report",
    )
    _table(
        "sealed_files",
        "id! file_id# header_digest# sha256 sealed_sha256 size:int name level:int group sender transfer# at "
        "expires revoked:bool organisation# machine",
        unique="organisation+header_digest",
    )
    _table(
        "records",
        "id! transfer# object header_digest# file_id sha256# name size:int level:int account path_digest "
        "retain_until at organisation# machine",
        unique="organisation+header_digest",
    )
    _table(
        "openings",
        "id! header_digest# account>accounts# name outcome why at# organisation# machine",
    )


def _incidents() -> None:
    _table(
        "incidents",
        "id! transfer>transfers state# opened organisation# machine",
        unique="transfer",
    )
    _table(
        "approvals",
        "id! incident>incidents# account>accounts name choice reason at standing:bool organisation# machine",
    )
    _table(
        "decisions",
        "incident!>incidents choice by:json reason at expires organisation# machine",
    )
    _table(
        "rulings",
        "id! sequence:int transfer# choice by:json reason expires at organisation# machine",
        unique="machine+sequence",
    )

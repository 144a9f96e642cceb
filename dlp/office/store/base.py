"""What all tables share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

# Constraints carry names, because a later migration can only change what it can name.
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declarative base; JSON columns hold lists and objects, big numbers are 64 bit."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy as a class attribute
        dict[str, Any]: JSON,
        list[Any]: JSON,
        int: BigInteger,
    }


class Owned(MappedAsDataclass, kw_only=True):
    """Columns of every row that may one day meet rows of another office or machine."""

    organisation: Mapped[str] = mapped_column(index=True)
    machine: Mapped[str] = mapped_column(default="")
    """Id of the machine it came from; empty: the office itself."""

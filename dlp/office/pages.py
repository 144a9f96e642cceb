"""Lists a page at a time; the cursor is an id, so that new rows never shift what was already seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

T = TypeVar("T")
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows, and the cursor of the next page; empty at the end."""

    rows: tuple[T, ...]
    next: str = ""


def page(
    session: Session,
    asked: Select[Any],
    key: InstrumentedAttribute[str],
    view: Callable[[Any], T],
    after: str,
    size: int,
) -> Page[T]:
    """The rows of ``asked`` after the cursor, newest id first."""
    size = max(1, min(size, LONGEST))
    if after:
        asked = asked.where(key < after)
    rows: Sequence[Any] = session.scalars(asked.order_by(key.desc()).limit(size + 1)).all()
    shown = rows[:size]
    more = len(rows) > size
    return Page(tuple(view(row) for row in shown), str(getattr(shown[-1], key.key)) if more else "")


def like(text: str) -> str:
    """A pattern that finds ``text`` itself; use with ``escape="\\\\"``."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"

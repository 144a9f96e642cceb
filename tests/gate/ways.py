"""Every way in which the stand-in client tries to get at a file; each gives what it read, or fails with OSError."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

WAYS: dict[str, Callable[..., Any]] = {}


def way(do: Callable[..., Any]) -> Callable[..., Any]:
    WAYS[do.__name__] = do
    return do


@way
def look(path: str) -> str:
    """Open and read, as a client does before it uploads."""
    with Path(path).open("rb") as file:
        return file.read(64).decode("latin-1")

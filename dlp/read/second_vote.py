"""What libmagic takes a file for, asked where our own look knows no type, or took for text what reads as no language.

The answer is the detail in a Gap for the reviewer.
"""

from __future__ import annotations

import ctypes.util
import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

from dlp.read.source import Source

_LOOKED_AT = 8192
_NOTHING = frozenset({"application/octet-stream", "text/plain", ""})


def of(source: Source) -> str:
    """Media type by python-magic; empty where it knows no more than we do."""
    return vote(source.head(_LOOKED_AT))


def vote(head: bytes) -> str:
    """The same by the first bytes."""
    try:
        found = _magic().from_buffer(head)
    except Exception as error:  # noqa: BLE001 - python-magic raises its own; without the vote the Gap only says less
        return f"no second vote: {type(error).__name__}"
    return "" if found in _NOTHING else str(found)


@cache
def _magic() -> Any:  # noqa: ANN401 - python-magic has no types
    """python-magic on the library and database that pylibmagic ships: a system's own may not fit each other.

    Importing pylibmagic itself would change the environment, and python-magic's own search starts programs, which a
    confined process cannot: it is told the path instead.
    """
    found = importlib.util.find_spec("pylibmagic")
    folder = Path(found.origin).parent if found and found.origin else Path()
    names = ("libmagic.so.1", "libmagic.1.dylib", "libmagic.dylib", "magic1.dll")
    path = next((str(folder / name) for name in names if (folder / name).exists()), None)
    asked = ctypes.util.find_library
    ctypes.util.find_library = lambda name: path if name == "magic" else None
    try:
        import magic
    finally:
        ctypes.util.find_library = asked
    return magic.Magic(mime=True, magic_file=str(folder / "magic.mgc"))

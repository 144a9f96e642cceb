"""A received file as it is judged and kept: itself, or the picture inside one of WeChat's own picture files."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from dlp.received import dat
from dlp.received.dat import Form

ENDING = ".dat"
SMALL = "_t.dat"
"""Ending of the small pictures, whose last bytes tell the XOR byte of an account's V1 tails."""


@dataclass(frozen=True, slots=True)
class Readable:
    """What to judge and keep."""

    descriptor: int
    name: str
    detail: str = ""
    """Said with the transfer: a picture that could not be decoded."""


@contextlib.contextmanager
def readable(descriptor: int, path: Path) -> Iterator[Readable]:
    """The file itself; for WeChat's picture files the decoded picture, in memory where the platform can.

    Raises OSError. A picture that cannot be decoded is itself, with a detail that says so.
    """
    if path.suffix.lower() != ENDING or os.fstat(descriptor).st_size > dat.LARGEST:
        yield Readable(descriptor, path.name)
        return
    found = dat.decode(_whole(descriptor), _tail_key(path))
    if found.content is None:
        detail = f"undecodable={found.form.value}" if found.form is not Form.UNKNOWN else ""
        yield Readable(descriptor, path.name, detail)
        return
    with _held(found.content) as decoded:
        yield Readable(decoded, PurePath(path.name).stem + dat.ending_of(found.content))


def _whole(descriptor: int) -> bytes:
    with open(os.dup(descriptor), "rb") as file:  # noqa: PTH123 - a descriptor has no path
        file.seek(0)
        return file.read()


def _tail_key(path: Path) -> int | None:
    """From the small pictures beside it; None where there is none to tell."""
    for small in sorted(path.parent.glob(f"*{SMALL}"))[:8]:
        with contextlib.suppress(OSError):
            raw = small.read_bytes()
            if (key := dat.tail_key_of(raw)) is not None:
                return key
    return None


@contextlib.contextmanager
def _held(content: bytes) -> Iterator[int]:
    """A descriptor of the content that no name leads to."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("picture", os.MFD_CLOEXEC)
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(descriptor, view) :]
            yield descriptor
        finally:
            os.close(descriptor)
        return
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        yield file.fileno()

"""Whole reads and whole writes. A raw stream may take or give less than asked, and that must never pass unseen."""

from __future__ import annotations

from typing import Protocol


class Reads(Protocol):
    """Anything to read bytes from; an empty answer is the end."""

    def read(self, size: int = -1, /) -> bytes | None:
        """Up to ``size`` bytes."""


class ReadsLines(Reads, Protocol):
    """A source that also gives lines."""

    def readline(self, size: int = -1, /) -> bytes:
        """One line with its end, at most ``size`` bytes."""


Content = bytes | memoryview


class Writes(Protocol):
    """Anything to write bytes to. The bytes are on loan: they change once ``write`` has returned."""

    def write(self, content: Content, /) -> int | None:
        """How many bytes were taken; None means all."""


def read_full(source: Reads, size: int) -> bytes:
    """``size`` bytes, or fewer only at the end of the source. Raises OSError as the source does."""
    first = source.read(size) or b""
    if len(first) in (0, size):
        return first
    parts = [first]
    missing = size - len(first)
    while missing and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def write_all(target: Writes, content: Content) -> None:
    """Write every byte. Raises OSError as the target does, and when it stops taking any."""
    taken = target.write(content)
    while taken is not None and taken < len(content):
        content = content[taken:]
        taken = target.write(content)
        if taken == 0:
            raise OSError("the target takes no more bytes")

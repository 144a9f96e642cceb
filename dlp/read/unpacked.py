"""What comes out of an unpacker, read on: small parts from memory, long text as it streams, the rest up to a limit."""

from __future__ import annotations

import io
from collections.abc import Iterator

from dlp.read import charset
from dlp.read.source import HEAD
from dlp.read.visit import Parts, Unpacking, Visit

_STREAMED = 16 * 1024 * 1024
"""Bytes from which a text is not held but read as it comes."""


class _Streamed(io.RawIOBase):
    """Chunks as a file that is read once from its start; going back is possible within the first bytes only."""

    def __init__(self, held: bytes, more: Iterator[bytes]) -> None:
        self._held, self._more, self._at, self._rest = held, more, 0, b""

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Back to the start, while no more than the head was read."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """To the start; anything else is refused."""
        if whence != io.SEEK_SET or offset > len(self._held) or self._at > len(self._held):
            raise io.UnsupportedOperation("seek")
        self._at = offset
        return offset

    def tell(self) -> int:
        """Bytes read so far."""
        return self._at

    def readinto(self, buffer: object) -> int:
        """Fill from what is held, then from the unpacker."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if self._at < len(self._held):
            found = self._held[self._at : self._at + len(view)]
        else:
            self._rest = self._rest or next(self._more, b"")
            found, self._rest = self._rest[: len(view)], self._rest[len(view) :]
        view[: len(found)] = found
        self._at += len(found)
        return len(found)


def read(visit: Visit, name: str, stream: Unpacking, size: int, packed: int) -> Parts:
    """A member read as a document of its own; ``size`` as its header tells it, ``packed`` as it is stored."""
    chunks = visit.counted(stream, packed)
    held = io.BytesIO()
    broken: Exception | None = None
    try:
        for chunk in chunks:
            held.write(chunk)
            if held.tell() > _STREAMED:
                if _is_text(held.getvalue()[:HEAD]):
                    break
                visit.budget.held(held.tell())
        else:
            chunks = iter(())
    except Exception as error:  # noqa: BLE001 - what came before it is read, then it is the caller's
        broken, chunks = error, iter(())
    if held.tell() > _STREAMED and _is_text(held.getvalue()[:HEAD]):
        file = _Streamed(held.getvalue(), chunks)
        yield from visit.inner(name, file, max(size, held.tell()))  # type: ignore[arg-type]
    elif held.tell() or broken is None:
        yield from visit.inner(name, held.getvalue())
    if broken is not None:
        raise broken


def _is_text(head: bytes) -> bool:
    """Whether plain text begins here; markup needs its whole tree, and known types their whole file."""
    return charset.of(head) is not None and not head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(
        (b"<", b"%PDF", b"{\\rtf")
    )

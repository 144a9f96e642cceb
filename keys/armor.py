"""ASCII armor: an age file as strict PEM (C2SP age.md, section ASCII armor; RFC 7468, section 3)."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

from keys.base64 import decode
from keys.errors import ArmorFailure
from keys.pipes import Content, ReadsLines, Writes, write_all

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BEGIN = b"-----BEGIN AGE ENCRYPTED FILE-----"
END = b"-----END AGE ENCRYPTED FILE-----"
_COLUMNS = 64
_LINE = 48
_BLANK = b" \t\r\n"
# Mail programs add a few empty lines; a file of nothing but blanks must not be read to its end.
_MOST_BLANKS = 1_024


def looks_armored(beginning: bytes) -> bool:
    """Whether a file that starts like this is armored."""
    return beginning.lstrip(_BLANK).startswith(BEGIN[:10])


def reader(source: ReadsLines) -> io.BufferedReader:
    """The bytes inside the armor, as they are asked for. Reading raises ArmorFailure at the first fault."""
    return io.BufferedReader(_Dearmored(source), _LINE * 1_024)


class _Dearmored(io.RawIOBase):
    def __init__(self, source: ReadsLines) -> None:
        self._source = source
        self._begun = self._ended = self._short = False
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        if not self._begun:
            self._begin()
        room = memoryview(buffer).cast("B")
        if not self._ready and not self._ended:
            self._ready = self._lines(max(1, len(room) // _LINE))
        count = min(len(room), len(self._ready))
        room[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _begin(self) -> None:
        blanks = 0
        while blanks <= _MOST_BLANKS:
            line = self._source.readline(_MOST_BLANKS)
            blanks += len(line)
            if line.strip(_BLANK):
                if _bare(line) != BEGIN:
                    break
                self._begun = True
                return
            if not line:
                break
        raise ArmorFailure("the armor does not begin as it should")

    def _lines(self, most: int) -> bytes:
        out = bytearray()
        for _ in range(most):
            line = self._source.readline(_COLUMNS + 3)
            if _bare(line) == END:
                self._finish()
                break
            out += self._body_line(line)
        return bytes(out)

    def _body_line(self, line: bytes) -> bytes:
        text = _bare(line)
        if self._short or not text or len(text) > _COLUMNS or not line.endswith(b"\n"):
            raise ArmorFailure("a line of the armor is empty, too long, cut or after the last")
        self._short = len(text) < _COLUMNS
        try:
            content = decode(text)
        except ValueError as fault:
            raise ArmorFailure("base64 in the armor is malformed") from fault
        self._short = self._short or len(content) < _LINE
        return content

    def _finish(self) -> None:
        self._ended = True
        rest = self._source.read(_MOST_BLANKS + 1) or b""
        if rest.strip(_BLANK) or len(rest) > _MOST_BLANKS:
            raise ArmorFailure("something follows the armor")


class Writer:
    """Armors what is written to it. ``close`` ends the armor and must be called; it leaves the target open."""

    def __init__(self, target: Writes) -> None:
        self._target = target
        self._held = b""
        write_all(target, BEGIN + b"\n")

    def write(self, content: Content, /) -> int:
        """Take all of the content. Raises OSError as the target does."""
        held = self._held + content
        whole = len(held) // _LINE * _LINE
        self._held = held[whole:]
        text = base64.b64encode(held[:whole])
        lines = (text[start : start + _COLUMNS] + b"\n" for start in range(0, len(text), _COLUMNS))
        write_all(self._target, b"".join(lines))
        return len(content)

    def close(self) -> None:
        """Write the rest and the end line. Raises OSError as the target does."""
        rest = base64.b64encode(self._held) + b"\n" if self._held else b""
        write_all(self._target, rest + END + b"\n")


def _bare(line: bytes) -> bytes:
    """The line without its end, LF or CRLF."""
    return line.removesuffix(b"\n").removesuffix(b"\r") if line.endswith(b"\n") else line

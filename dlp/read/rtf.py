"""RTF (specification 1.9.1): body, headers, footers, notes, comments, text boxes, fields, properties, embedded objects.

Text is decoded by the character set of its font (GBK ``\\'xx``) and by ``\\u``; destinations that readers skip are
read too, since they travel with the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from classifiers.model import Block, GapReason, Region
from dlp.read.rtf_words import BREAKS, CHARSETS, FIELDS, PROPERTIES, REGIONS, SIGNS, SKIPPED
from dlp.read.visit import Parts, Visit

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}]+)", re.DOTALL
)
_DEEPEST = 500
_PIECE = 1 << 16


class _Group(NamedTuple):
    region: Region = Region.BODY
    part: str = ""
    destination: str = ""
    codec: str = ""
    skip: int = 1
    starred: bool = False
    deleted: bool = False


@dataclass(slots=True)
class _State:
    group: _Group = field(default_factory=_Group)
    above: list[_Group] = field(default_factory=list)
    fonts: dict[str, str] = field(default_factory=dict)
    codec: str = "cp1252"
    font: str = ""
    ignore: int = 0
    raw: bytearray = field(default_factory=bytearray)
    units: list[int] = field(default_factory=list)
    written: dict[tuple[Region, str], list[str]] = field(default_factory=dict)
    hexed: dict[str, bytearray] = field(default_factory=dict)


def read(visit: Visit) -> Parts:
    """Text by region, each in the order of the file; then objects, and a Gap for each picture."""
    visit.budget.held(visit.source.size)
    content, state = visit.source.all(), _State()
    at = number = 0
    while (token := _TOKEN.match(content, at)) is not None:
        at, number = token.end(), number + 1
        if number % 4096 == 0:
            visit.budget.check_time()
            visit.progress = at / len(content)
        word, argument, code, symbol, brace, text = token.groups()
        if brace:
            _brace(state, brace)
            yield from _told(visit, state) if brace == b"}" else ()
        elif word:
            if word == b"bin":
                at += _binary(state, content, at, int(argument or 0))
            _word(state, word.decode("ascii"), argument)
        elif code:
            _byte(state, int(code, 16))
        elif symbol:
            _symbol(state, symbol)
        else:
            _plain(state, text)
    _flush(state)
    if at < len(content):
        yield visit.unread(GapReason.BROKEN, "token", 1.0 - at / len(content))
    yield from _told(visit, state, everything=True)


def _brace(state: _State, brace: bytes) -> None:
    _flush(state)
    if brace == b"{":
        if len(state.above) > _DEEPEST:
            raise RecursionError
        state.above.append(state.group)
        # \* speaks of the one word after it, not of groups inside.
        if state.group.starred:
            state.group = state.group._replace(starred=False)
    elif state.above:
        if state.group.destination != state.above[-1].destination:
            _append(state, "\n")
        state.group = state.above.pop()


def _word(state: _State, word: str, argument: bytes | None) -> None:
    number = int(argument) if argument else None
    if word == "u" and number is not None:
        if state.raw:
            _flush(state)
        state.units.append(number & 0xFFFF)
        state.ignore = state.group.skip
        return
    _flush(state)
    group = state.group
    if word in BREAKS:
        _append(state, BREAKS[word])
    elif word in SIGNS:
        _append(state, SIGNS[word])
    elif word == "uc":
        state.group = group._replace(skip=number or 0)
    elif word == "ansicpg" and number:
        state.codec = {936: "gb18030", 65001: "utf-8"}.get(number, f"cp{number}")
    elif word == "f" and number is not None:
        state.font = str(number)
        state.group = group._replace(codec=state.fonts.get(state.font, ""))
    elif word == "fcharset" and group.destination == "fonttbl":
        state.fonts[state.font] = CHARSETS.get(number or 0, "")
    elif word == "deleted":
        state.group = group._replace(deleted=number != 0)
    else:
        _destination(state, word)


def _destination(state: _State, word: str) -> None:
    group = state.group
    if word in REGIONS:
        part = word if word == "atnauthor" else ""
        state.group = group._replace(region=REGIONS[word], destination=word, part=part, starred=False)
    elif word in PROPERTIES and (
        "info" in {g.destination for g in state.above} or group.starred or word in {"propname", "staticval"}
    ):
        state.group = group._replace(region=Region.METADATA, part=word, destination=word)
    elif word in SKIPPED:
        state.group = group._replace(destination=word)
    elif word in FIELDS:
        state.group = group._replace(part=FIELDS[word], destination=word)
    elif word == "info":
        state.group = group._replace(destination="info")
    elif group.starred:
        # An unknown destination: every reader skips it, so nobody sees what stands there.
        state.group = group._replace(part=f"ignored: {word}", destination=word, starred=False)


def _symbol(state: _State, symbol: bytes) -> None:
    if symbol == b"*":
        state.group = state.group._replace(starred=True)
    elif symbol == b"~":
        _plain(state, b" ")
    elif symbol == b"_":
        _plain(state, b"-")
    elif symbol in b"{}\\":
        _plain(state, symbol)
    elif symbol in b"\r\n":
        _append(state, "\n")


def _byte(state: _State, value: int) -> None:
    if state.ignore:
        state.ignore -= 1
        return
    if state.units:
        _flush(state)
    state.raw.append(value)


def _plain(state: _State, text: bytes) -> None:
    if state.group.destination in {"pict", "objdata"}:
        state.hexed.setdefault(state.group.destination, bytearray()).extend(text)
        return
    text = text.replace(b"\r", b"").replace(b"\n", b"")
    taken = text[: state.ignore] if state.ignore else b""
    state.ignore -= len(taken)
    text = text[len(taken) :]
    if text:
        if state.units:
            _flush(state)
        state.raw.extend(text)


def _binary(state: _State, content: bytes, at: int, length: int) -> int:
    """Raw bytes stand here instead of text; their number."""
    length = min(max(0, length), len(content) - at)
    if state.group.destination in {"pict", "objdata"}:
        kept = content[at : at + length].hex().encode("ascii")
        state.hexed.setdefault(state.group.destination, bytearray()).extend(kept)
    return length


def _flush(state: _State) -> None:
    """Bytes and UTF-16 units seen so far become text; double-byte characters may come as two escapes."""
    if state.raw:
        codec = state.group.codec or state.codec
        try:
            text = state.raw.decode(codec, "replace")
        except LookupError:
            text = state.raw.decode("gb18030", "replace")
        state.raw.clear()
        _append(state, text)
    if state.units:
        text = b"".join(unit.to_bytes(2, "little") for unit in state.units).decode("utf-16-le", "replace")
        state.units.clear()
        _append(state, text)


def _append(state: _State, text: str) -> None:
    group = state.group
    if group.destination in SKIPPED:
        return
    part = "deletion" if group.deleted else group.part
    state.written.setdefault((group.region, part), []).append(text)


def _told(visit: Visit, state: _State, *, everything: bool = False) -> Parts:
    for (region, part), texts in list(state.written.items()):
        # The body grows long: told in pieces that end where a paragraph does.
        if everything or (len(texts) > _PIECE // 16 and texts[-1].endswith("\n")):
            del state.written[region, part]
            for line in "".join(texts).split("\n"):
                if line.strip():
                    yield Block(line, visit.place(region, part=part))
    if not state.above or state.group.destination not in {"pict", "objdata"}:
        if (shown := state.hexed.pop("pict", None)) is not None:
            yield visit.unseen(GapReason.PICTURE, 0.3, len(shown) // 2, part="pict")
        if (held := state.hexed.pop("objdata", None)) is not None:
            yield from _object(visit, held)


def _object(visit: Visit, hexed: bytearray) -> Parts:
    """An embedded object (MS-OLEDS 2.2.5): its native bytes follow the names of class, topic and thing."""
    try:
        raw = bytes.fromhex(re.sub(rb"[^0-9A-Fa-f]", b"", hexed).decode("ascii")[: len(hexed) // 2 * 2])
    except ValueError:
        yield visit.unread(GapReason.BROKEN, "objdata", part="object")
        return
    at = max(raw.find(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), raw.find(b"PK\x03\x04"))
    if at >= 0:
        yield from visit.inner("object", raw[at:])
    elif raw:
        from dlp.read import salvage

        text = "\n".join(salvage.strings(raw))
        if text:
            yield Block(text, visit.place(part="salvage: object"))

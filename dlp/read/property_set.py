"""Property sets of compound files (MS-OLEPS): the summary that Office shows, and what an organisation defined."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_NAMES = {
    2: "Title", 3: "Subject", 4: "Author", 5: "Keywords", 6: "Comments", 7: "Template", 8: "LastAuthor",
    18: "Application",
}  # fmt: skip
_DOCUMENT_NAMES = {2: "Category", 14: "Manager", 15: "Company", 26: "ContentType", 27: "ContentStatus", 28: "Language"}
_OWN = bytes.fromhex("05d5cdd59c2e1b10939708002b2cf9ae")
_DOCUMENT = bytes.fromhex("02d5cdd59c2e1b10939708002b2cf9ae")
_DICTIONARY, _CODE_PAGE = 0, 1
_BYTES, _WIDE, _SHORT = 0x1E, 0x1F, 0x02
_PAGES = {
    936: "gb18030",
    950: "big5",
    932: "cp932",
    949: "cp949",
    65001: "utf-8",
    1200: "utf-16-le",
    10000: "mac_roman",
}
_MOST = 10_000


def texts(content: bytes) -> Iterator[tuple[str, str]]:
    """Name and text of every property that is text. Raises struct.error where the set is cut short."""
    (sections,) = struct.unpack_from("<I", content, 24)
    for number in range(min(sections, 4)):
        kind = content[28 + 20 * number : 44 + 20 * number]
        (at,) = struct.unpack_from("<I", content, 44 + 20 * number)
        yield from _section(content[at:], kind)


def _section(section: bytes, kind: bytes) -> Iterator[tuple[str, str]]:
    (count,) = struct.unpack_from("<I", section, 4)
    places = dict(struct.unpack_from("<II", section, 8 + 8 * number) for number in range(min(count, _MOST)))
    page = 1252
    if _CODE_PAGE in places:
        (page,) = struct.unpack_from("<H", section, places[_CODE_PAGE] + 4)
    codec = _PAGES.get(page, f"cp{page}")
    names = dict(_DOCUMENT_NAMES if kind == _DOCUMENT else {} if kind == _OWN else _NAMES)
    if kind == _OWN and _DICTIONARY in places:
        names = dict(_dictionary(section, places[_DICTIONARY], codec))
    for number, at in places.items():
        if number > _CODE_PAGE and (text := _value(section, at, codec)):
            yield names.get(number, str(number)), text


def _dictionary(section: bytes, at: int, codec: str) -> Iterator[tuple[int, str]]:
    (count,) = struct.unpack_from("<I", section, at)
    at += 4
    for _ in range(min(count, _MOST)):
        number, length = struct.unpack_from("<II", section, at)
        size = 2 * length if codec == "utf-16-le" else length
        yield number, _decoded(section[at + 8 : at + 8 + size], codec)
        at += 8 + (-(-size // 4) * 4 if codec == "utf-16-le" else size)


def _value(section: bytes, at: int, codec: str) -> str:
    kind, length = struct.unpack_from("<II", section, at)
    if kind == _BYTES:
        return _decoded(section[at + 8 : at + 8 + length], codec)
    return _decoded(section[at + 8 : at + 8 + 2 * length], "utf-16-le") if kind == _WIDE else ""


def _decoded(raw: bytes, codec: str) -> str:
    try:
        return raw.decode(codec, "replace").rstrip("\0").strip()
    except LookupError:
        return raw.decode("gb18030", "replace").rstrip("\0").strip()

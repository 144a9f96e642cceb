"""Mail (RFC 5322, MIME): headers, every text part once, and every attachment as a document of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from functools import cache
from typing import TYPE_CHECKING

from classifiers.model import Block, GapReason, Region
from dlp.read import charset
from dlp.read.archive import legacy
from dlp.read.visit import Parts, Visit, singly

if TYPE_CHECKING:
    from email.policy import Policy

_LABELS = re.compile(r"label|sensitiv|classif|keywords|secre|confiden|密", re.IGNORECASE)
_TITLES = frozenset({"subject"})
_PACKING = ("content-type", "content-transfer", "content-disposition", "content-id", "content-location", "mime-")
_NOTICE = re.compile(r"This is a (?:cryptographically signed |multi-?part )?message in MIME format\.?", re.IGNORECASE)
_ROUTING = frozenset({"received", "dkim-signature", "authentication-results", "arc-seal", "arc-message-signature"})


def read(visit: Visit) -> Parts:
    """Headers first, then the parts in their order."""
    from email.parser import BytesParser

    visit.budget.held(visit.source.size)
    visit.source.file.seek(0)
    yield from _message(visit, BytesParser(policy=_policy()).parse(visit.source.file), 0)


@cache
def _policy() -> Policy[Message]:
    """Headers as they stand: raw bytes in them, as Chinese programs write, would come as signs for lost characters."""
    from email.policy import Compat32

    class _Raw(Compat32):
        def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002 - as the base class has it
            return value

    return _Raw()


def _message(visit: Visit, message: Message, depth: int) -> Parts:
    visit.budget.check_time()
    yield from _headers(visit, message, own=depth == 0)
    if message.is_multipart():
        if message.get_content_type() == "message/rfc822":
            for inner in message.get_payload():
                yield from _message(visit, inner, 0)  # type: ignore[arg-type]
            return
        parts = (_part(visit, part, depth) for part in message.get_payload())
        alternative = message.get_content_type() == "multipart/alternative"
        yield from _once(parts) if alternative else (found for part in parts for found in part)
        return
    yield from _leaf(visit, message)


def _part(visit: Visit, part: object, depth: int) -> Parts:
    visit.budget.member(visit.source.depth)
    if isinstance(part, Message):
        yield from _message(visit, part, depth + 1)


def _once(alternatives: Iterator[Parts]) -> Parts:
    """The same text in several forms (plain, HTML): what a later form says that an earlier one did not, is new."""
    said = ""
    for parts in alternatives:
        new = ""
        for part in singly(parts):
            if isinstance(part, Block):
                bare = "".join(part.text.split())
                if part.place.region in {Region.BODY, Region.CELL} and bare in said:
                    continue
                new += bare + "\n"
            yield part
        said += new


def _headers(visit: Visit, message: Message, *, own: bool) -> Parts:
    for name, raw in message.items():
        lower = name.lower()
        # How a part is packed is no text; what else stands before it may be.
        if lower in _ROUTING or (not own and lower.startswith(_PACKING) and not _LABELS.search(name)):
            continue
        region = Region.TITLE if lower in _TITLES else Region.METADATA
        if text := decoded(str(raw)):
            yield Block(text, visit.place(region, part=name))
    for around in (message.preamble, message.epilogue):
        if around and around.strip() and not _NOTICE.fullmatch(around.strip()):
            text = legacy(around.encode("utf-8", "surrogateescape"))
            yield Block(text, visit.place(part="preamble"))


def _leaf(visit: Visit, message: Message) -> Parts:
    kind, name = message.get_content_type(), filename(message)
    content = message.get_payload(decode=True)
    if not isinstance(content, bytes):
        yield visit.unread(GapReason.BROKEN, "payload")
        return
    if kind == "text/plain" and not name:
        codec = _codec(message, content)
        text = content.decode(codec, "replace")
        if text.strip():
            yield Block(text, visit.place())
        if lost := text.count("\ufffd"):
            yield visit.unread(GapReason.BROKEN, f"{lost} characters", lost / len(text))
        return
    if content:
        yield from visit.inner(name or kind, content, declared=kind)
    elif name:
        yield Block(name, visit.place(Region.FILE_NAME, part=name))


def _codec(message: Message, content: bytes) -> str:
    import codecs

    declared = message.get_content_charset() or ""
    try:
        name = codecs.lookup(declared).name
    except (LookupError, ValueError):
        return charset.of(content) or "utf-8"
    # GB2312 is what programs declare; what they write is its superset.
    name = "gb18030" if name in {"gb2312", "gbk"} else name
    return name if charset.decodes(content, name) else charset.of(content) or name


def filename(message: Message) -> str:
    """The attachment's name, by RFC 2231, RFC 2047, or raw GBK bytes as Chinese mail programs write it."""
    try:
        name = message.get_filename() or ""
    except (LookupError, ValueError, TypeError):
        name = ""
    return decoded(name)


def decoded(raw: str) -> str:
    """A header's text with its encoded words decoded; raw bytes are taken for UTF-8 or GB18030."""
    from email.header import decode_header

    found = []
    try:
        pieces = decode_header(raw)
    except (ValueError, LookupError):
        pieces = [(raw, None)]
    for text, codec in pieces:
        if isinstance(text, str):
            found.append(text if text.isascii() else legacy(text.encode("utf-8", "surrogateescape")))
            continue
        try:
            if codec is None:
                text = text.decode("raw-unicode-escape").encode("utf-8", "surrogateescape")
            wide = "gb18030" if (codec or "").lower() in {"gb2312", "gbk"} else codec
            found.append(text.decode(wide) if wide and wide != "unknown-8bit" else legacy(text))
        except (LookupError, ValueError):
            found.append(legacy(text))
    return "".join(found).strip()

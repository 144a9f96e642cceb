"""Outlook messages (MS-OXMSG): every text property, the body once, and every attachment."""

from __future__ import annotations

from classifiers.model import Block, Region
from dlp.read import charset
from dlp.read.compound import Compound, storage
from dlp.read.rtf_packed import unpacked
from dlp.read.visit import Parts

_UNICODE, _NARROW, _BINARY = "001F", "001E", "0102"
_SUBJECT, _BODY, _HTML, _RTF, _FILE, _LONG_NAME, _NAME = "0037", "1000", "1013", "1009", "3701", "3707", "3704"
_NAMES = {
    "0C1A": "From", "0E04": "To", "0E03": "Cc", "0E02": "Bcc", "007D": "headers", "3001": "name", "0042": "Sender",
    "0E1D": "Subject", "0070": "Topic", "3A06": "Given name", "3A11": "Surname", "3A16": "Company", "8005": "named",
}  # fmt: skip
_COPIES = frozenset({"0E1D", "0070", "3001", "300B", "0065", "0C1E", "003B", "0051", "0052", "007F"})


def read(message: Compound) -> Parts:
    """The message in this storage; recipients and attachments in the storages below it."""
    visit, depth = message.visit, len(message.prefix)
    texts: dict[str, str] = {}
    binaries: dict[str, bytes] = {}
    for name in list(message.streams()):
        if len(name) == depth + 1 and name[-1].startswith("__substg1.0_"):
            tag, kind = name[-1][12:16].upper(), name[-1][16:20].upper()
            if kind in {_UNICODE, _NARROW}:
                texts[tag] = _text(message.content(name[-1]), kind)
            elif kind == _BINARY and tag in {_HTML, _RTF}:
                binaries[tag] = message.content(name[-1])
            else:
                message.done(name)
        elif len(name) == depth + 2 and name[depth].startswith("__recip"):
            yield from _recipient(message, name)
        elif name[-1].startswith("__properties_version") or name[depth].startswith("__nameid"):
            message.done(name)
    shown = {texts.get(_SUBJECT, "").strip()}
    for tag, text in texts.items():
        if not text.strip() or (tag in _COPIES and text.strip() in shown):
            continue
        region = {_SUBJECT: Region.TITLE, _BODY: Region.BODY}.get(tag, Region.METADATA)
        yield Block(text, visit.place(region, part="" if region is Region.BODY else _NAMES.get(tag, tag)))
    if not texts.get(_BODY, "").strip():
        if _HTML in binaries:
            yield from visit.inner("body.html", binaries[_HTML])
        elif _RTF in binaries:
            yield from visit.inner("body.rtf", unpacked(binaries[_RTF]))
    yield from _attachments(message)


def _text(raw: bytes, kind: str) -> str:
    if kind == _UNICODE:
        return raw.decode("utf-16-le", "replace").rstrip("\0")
    return raw.decode(charset.of(raw) or "gb18030", "replace").rstrip("\0")


def _recipient(message: Compound, name: tuple[str, ...]) -> Parts:
    tag, kind = name[-1][12:16].upper(), name[-1][16:20].upper()
    if tag in {"3001", "3003", "39FE"} and kind in {_UNICODE, _NARROW}:
        text = _text(message.content(*name[len(message.prefix) :]), kind)
        yield from message.visit.property("recipient", text)
    else:
        message.done(name)


def _attachments(message: Compound) -> Parts:
    depth = len(message.prefix)
    folders = dict.fromkeys(name[depth] for name in message.streams() if len(name) > depth + 1)
    for folder in (f for f in folders if f.startswith("__attach")):
        names = [name for name in message.streams() if name[depth] == folder]
        label, content = "", b""
        for name in names:
            if len(name) != depth + 2 or not name[-1].startswith("__substg1.0_"):
                continue
            tag, kind = name[-1][12:16].upper(), name[-1][16:20].upper()
            if tag in {_LONG_NAME, _NAME} and kind in {_UNICODE, _NARROW}:
                found = _text(message.content(folder, name[-1]), kind)
                label = found if tag == _LONG_NAME or not label else label
            elif tag == _FILE and kind == _BINARY:
                content = message.content(folder, name[-1])
            else:
                message.done(name)
        if content:
            yield from message.visit.inner(label or folder, content)
        if any(len(name) > depth + 2 for name in names):
            # A message or object inside: a storage instead of bytes.
            inner = (*message.prefix, folder, f"__substg1.0_{_FILE}000D")
            yield from storage(message.inner(inner))

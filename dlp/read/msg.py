"""Outlook messages (MS-OXMSG): every text property, the body once, and every attachment."""

from __future__ import annotations

import re
from collections.abc import Generator

from classifiers.model import Block, Region
from dlp.read import charset
from dlp.read.compound import Compound, storage
from dlp.read.rtf_packed import unpacked
from dlp.read.visit import Part, Parts, singly

_UNICODE, _NARROW, _BINARY = "001F", "001E", "0102"
_SUBJECT, _BODY, _HTML, _RTF, _FILE, _LONG_NAME, _NAME = "0037", "1000", "1013", "1009", "3701", "3707", "3704"
_NAMES = {
    "0C1A": "From", "0E04": "To", "0E03": "Cc", "0E02": "Bcc", "007D": "headers", "3001": "name", "0042": "Sender",
    "0E1D": "Subject", "0070": "Topic", "3A06": "Given name", "3A11": "Surname", "3A16": "Company", "8005": "named",
}  # fmt: skip
_WORD = re.compile(r"\w+")
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
    said = "".join(texts.get(_BODY, "").split())
    for tag, label in ((_HTML, "body.html"), (_RTF, "body.rtf")):
        if tag in binaries:
            content = binaries[tag] if tag == _HTML else unpacked(binaries[tag])
            # Programs show one of the forms: what this one says and the others did not, is new.
            said = yield from _new(visit.inner(label, content), said)
    yield from _attachments(message)


def _new(parts: Parts, said: str) -> Generator[Part, None, str]:
    """Blocks whose words were not said before; what was said then is the generator's value."""
    told = bool(said)
    known: set[str] = set()
    for part in singly(parts):
        if not isinstance(part, Block):
            yield part
            continue
        # Links stand between the words of one form and behind those of another: compared word by word.
        words = set(_WORD.findall(part.text)) - known if told else set()
        if not told or (any(word not in said for word in words) and not _is_packing(part)):
            yield part
        # Said by now, and what was said stays so: a word is looked for once.
        known |= words
        said += "\n" + "".join(part.text.split())
    return said


def _is_packing(block: Block) -> bool:
    """Whether a Block is how a form of the body is written: its name, HTML tags inside RTF."""
    return block.place.region is Region.FILE_NAME or block.place.part.startswith("ignored: ")


def _text(raw: bytes, kind: str) -> str:
    if kind == _UNICODE:
        return raw.decode("utf-16-le", "replace").rstrip("\0")
    # The zero at its end is no sign of UTF-16, which this kind of property never is.
    raw = raw.rstrip(b"\0")
    codec = charset.of(raw) or "gb18030"
    return raw.decode("gb18030" if codec.startswith("utf-16") else codec, "replace")


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

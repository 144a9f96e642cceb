"""What a PDF holds beside its pages and is shown by no page: own properties, XMP, layers, scripts, forms, attachments.

By qpdf (pikepdf), which opens the same files that pdfium does.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Iterator
from typing import Any

from classifiers.model import Block, GapReason, Region
from dlp.read.visit import Parts, Visit

_KNOWN = frozenset({"/Title", "/Author", "/Subject", "/Keywords", "/Creator", "/Producer", "/CreationDate", "/ModDate"})
_SAID = {
    "/Alt": "alt",
    "/ActualText": "actual text",
    "/E": "expansion",
    "/TU": "tip",
    "/Desc": "description",
    "/JS": "script",
}
"""Keys of any object whose value is text that people wrote or a program shows."""
_AROUND = frozenset({"li", "Alt", "Seq", "Bag", "Description"})
"""Elements of XMP that hold values and name none."""
_MOST_TEXT = 1 << 24


def read(visit: Visit, content: bytes) -> Parts:
    """Everything that the objects of the file say, in their order."""
    import pikepdf

    try:
        with _opened(visit, content) as pdf:
            yield from _information(visit, pdf)
            yield from _layers(visit, pdf)
            yield from _fields(visit, pdf)
            yield from _objects(visit, pdf)
    except pikepdf.PasswordError:
        yield visit.unread(GapReason.ENCRYPTED, "objects", 0.0)
    except Exception as error:  # noqa: BLE001 - qpdf's errors, and Python's for what a broken object turns out to be
        yield visit.unread(GapReason.BROKEN, f"objects of {type(error).__name__}", 0.0)


def _opened(visit: Visit, content: bytes) -> Any:  # noqa: ANN401 - pikepdf
    """The file for qpdf, which asks Python for every 128 bytes, unless it may map the file into memory.

    A file that somebody cuts short meanwhile ends this process then, which is a Gap like any other end of it.
    """
    import pikepdf

    descriptor = visit.source.descriptor
    if descriptor is not None:
        # Not every file system can map; a file that grew or shrank since is read as it was.
        with contextlib.suppress(OSError):
            if os.fstat(descriptor).st_size == len(content):
                file = _Mapped(content, descriptor)
                return pikepdf.open(file, suppress_warnings=True, access_mode=pikepdf.AccessMode.mmap)
    return pikepdf.open(io.BytesIO(content), suppress_warnings=True, access_mode=pikepdf.AccessMode.stream)


class _Mapped(io.BytesIO):
    """What is mapped by its descriptor, whose position belongs to others and is not moved."""

    def __init__(self, content: bytes, descriptor: int) -> None:
        super().__init__(content)
        self._descriptor = descriptor

    def fileno(self) -> int:
        return self._descriptor


def _information(visit: Visit, pdf: Any) -> Parts:  # noqa: ANN401 - pikepdf
    """Properties that a producer or an organisation added, such as labels."""
    for name, value in pdf.docinfo.items():
        if name not in _KNOWN and _is_text(value):
            yield from visit.property(str(name)[1:], str(value))


def _layers(visit: Visit, pdf: Any) -> Parts:  # noqa: ANN401
    groups = _at(_at(pdf.Root, "/OCProperties", "Dictionary"), "/OCGs", "Array")
    for group in groups or ():
        if _is(group, "Dictionary") and _is_text(group.get("/Name")):
            yield Block(str(group.Name), visit.place(part="layer"))


def _fields(visit: Visit, pdf: Any) -> Parts:  # noqa: ANN401
    """Values of form fields that no page shows; XFA forms keep theirs in XML of their own."""
    form = _at(pdf.Root, "/AcroForm", "Dictionary")
    if form is None:
        return
    xfa = form.get("/XFA")
    for piece in list(xfa) if _is(xfa, "Array") else [xfa]:
        if _is(piece, "Stream"):
            text = re.sub(rb"<[^>]*>", b"\n", _stream(visit, piece)).decode("utf-8", "replace")
            if text := "\n".join(line.strip() for line in text.splitlines() if line.strip()):
                yield Block(text, visit.place(part="XFA"))
    for field in _at(form, "/Fields", "Array") or ():
        if _is(field, "Dictionary") and field.get("/Subtype") is None and _is_text(field.get("/V")):
            yield Block(str(field.V), visit.place(Region.COMMENT, part="field"))


def _objects(visit: Visit, pdf: Any) -> Parts:  # noqa: ANN401
    import pikepdf

    kinds = (pikepdf.ObjectType.dictionary, pikepdf.ObjectType.stream)
    for number, thing in enumerate(pdf.objects):
        if number % 256 == 0:
            visit.budget.check_time()
        # isinstance takes longer than all else that is done with most objects. Numbers and names come as Python's own.
        kind = getattr(thing, "_type_code", None)
        if kind not in kinds:
            continue
        keys = thing.keys()
        if not _SAID.keys().isdisjoint(keys):
            yield from _said(visit, thing)
        if kind == kinds[1] and "/Type" in keys and thing.get("/Type") == "/Metadata":
            yield from _xmp(visit, _stream(visit, thing))
        elif "/EF" in keys:
            yield from _attached(visit, thing)


def _said(visit: Visit, thing: Any) -> Parts:  # noqa: ANN401
    for key, name in _SAID.items():
        value = thing.get(key)
        if value is None or (key == "/TU" and "/Subtype" in thing):
            continue
        if _is(value, "Stream"):
            value = _stream(visit, value).decode("utf-8", "replace")
        if _is_text(value) and str(value).strip():
            yield Block(str(value), visit.place(part=name))


def _xmp(visit: Visit, packet: bytes) -> Parts:
    """XMP (ISO 16684-1): every value that is not also in the information dictionary is new; all are given."""
    for name, text in _values(packet):
        yield from visit.property(name, text)


def _values(packet: bytes) -> Iterator[tuple[str, str]]:
    from dlp.read import markup

    root = markup.parsed(packet.strip(b"\0 \r\n\t")).root
    if root is None:
        return
    for element in root.iter("*"):
        for key, value in element.attrib.items():
            name = markup.local(key)
            if name not in {"about", "xmptk", "lang", "parseType", "resource"}:
                yield name, str(value)
        if element.text and element.text.strip():
            name = markup.local(element.tag)
            if name in _AROUND:
                # dc:title holds rdf:Alt holds rdf:li: the first name that says anything is the property's.
                around = (markup.local(above.tag) for above in element.iterancestors())
                name = next((one for one in around if one not in _AROUND), name)
            yield name, element.text


def _attached(visit: Visit, thing: Any) -> Parts:  # noqa: ANN401
    """A file specification with its file (ISO 32000-1, 7.11.3), from the name tree or from an annotation."""
    name = str(thing.get("/UF") or thing.get("/F") or "attachment")
    # In the order of their keys, which qpdf gives in any.
    named = sorted(dict(_at(thing, "/EF", "Dictionary") or {}).items())
    files = {file.objgen: file for _, file in named if _is(file, "Stream")}
    for file in files.values():
        yield from visit.inner(name, _stream(visit, file))


def _stream(visit: Visit, stream: Any) -> bytes:  # noqa: ANN401
    found = bytes(stream.read_bytes())
    visit.budget.unpacked(len(found))
    visit.budget.held(len(found))
    return found[:_MOST_TEXT] if stream.get("/Type") == "/Metadata" else found


def _is_text(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, str) or _is(value, "String")


def _at(thing: Any, key: str, kind: str) -> Any | None:  # noqa: ANN401
    """What a dictionary has under a key, where it is of the kind that the standard says."""
    found = thing.get(key) if thing is not None else None
    return found if _is(found, kind) else None


def _is(value: Any, kind: str) -> bool:  # noqa: ANN401
    """Whether a value is of one of pikepdf's kinds, which are told by ``isinstance`` alone."""
    import pikepdf

    return isinstance(value, getattr(pikepdf, kind))

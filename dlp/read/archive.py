"""Zip archives: every member is a document of its own, read from the stream, never from a path on disk."""

from __future__ import annotations

import lzma
import zipfile
import zlib

from classifiers.model import Block, GapReason, Region
from dlp.read import unpacked, zip_salvage, zipped
from dlp.read.visit import Parts, Visit

_UTF8_NAMES = 0x800
_ENCRYPTED = 0x1
_AES, _STRONG = 99, 0x40


def read(visit: Visit) -> Parts:
    """Every member in the order of the directory; the archive's own comments first."""
    try:
        archive = visit.source.zipped()
    except (zipfile.BadZipFile, NotImplementedError) as error:
        yield visit.unread(GapReason.BROKEN, type(error).__name__)
        yield from zip_salvage.read(visit)
        return
    if archive.comment:
        yield Block(legacy(archive.comment), visit.place(Region.METADATA, part="comment"))
    if zipped.hides_members(archive):
        yield visit.unread(GapReason.BROKEN, "members that its directory does not name", 0.5)
        yield from zip_salvage.read(visit, {member.header_offset for member in archive.infolist()})
    members = archive.infolist()
    for number, member in enumerate(members):
        visit.progress, visit.told = number / len(members), f"{number} of {len(members)} members"
        yield from _member(visit, archive, member)


def _member(visit: Visit, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Parts:
    name = name_of(member)
    if member.comment:
        yield Block(legacy(member.comment), visit.place(Region.METADATA, part="comment"))
    if member.is_dir():
        yield Block(name, visit.place(Region.FILE_NAME, part=name))
        return
    if member.flag_bits & (_ENCRYPTED | _STRONG) or member.compress_type == _AES:
        yield Block(name, visit.place(Region.FILE_NAME, part=name))
        yield visit.unread(GapReason.ENCRYPTED, part=name)
        return
    try:
        with zipped.opened(archive, member) as stream:
            yield from unpacked.read(visit, name, stream, member.file_size, member.compress_size)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, zlib.error, lzma.LZMAError) as error:
        yield visit.unread(GapReason.BROKEN, type(error).__name__, part=name)
    except (NotImplementedError, RuntimeError) as error:
        yield visit.unread(
            GapReason.NO_READER, f"compression {member.compress_type}: {type(error).__name__}", part=name
        )


def name_of(member: zipfile.ZipInfo) -> str:
    """The member's name: UTF-8 where it says so or is valid, else GB18030, as Windows in Chinese writes it."""
    if member.flag_bits & _UTF8_NAMES:
        return member.filename
    try:
        return legacy(member.filename.encode("cp437"))
    except UnicodeEncodeError:
        return member.filename


def legacy(raw: bytes) -> str:
    """Text of no declared encoding: UTF-8 where valid, else GB18030."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")

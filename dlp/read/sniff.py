"""Media type by content: first bytes, then the directory of a zip or compound file, then whether it is text.

The name is never asked. Types: IANA's where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from dlp.read import charset
from dlp.read.registry import ENCRYPTED, OOXML
from dlp.read.source import Source

UNKNOWN = "application/octet-stream"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    # offset, bytes, type; the first that fits
    (0, COMPOUND, "application/x-ole-storage"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"MSCF\0\0\0\0", "application/vnd.ms-cab-compressed"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (257, b"ustar", "application/x-tar"),
    (0, b"age-encryption.org/v1\n", "application/vnd.age; " + ENCRYPTED),
    (0, b"-----BEGIN PGP MESSAGE-----", "application/pgp-encrypted; " + ENCRYPTED),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"\x01\x00\x00\x00", "image/emf"),
    (0, b"\xd7\xcd\xc6\x9a", "image/wmf"),
    (0, b"\x01\x00\x09\x00", "image/wmf"),
    (0, b"VCLMTF", "image/x-svm"),
    (0, b"\x00\x05\x16\x07", "application/applefile"),
    (0, b"\x00\x05\x16\x00", "application/applefile"),
    (0, b"\x00\x00\x00\x01Bud1", "application/x-ds-store"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"#!SILK", "audio/silk"),
    (0, b"\x02#!SILK", "audio/silk"),
    (0, b"MThd", "audio/midi"),
    (0, b"FLV\x01", "video/x-flv"),
    (0, b"\x1aE\xdf\xa3", "video/x-matroska"),
    (0, b"OTTO", "font/otf"),
    (0, b"\x00\x01\x00\x00\x00", "font/ttf"),
    (0, b"ttcf", "font/collection"),
    (0, b"wOFF", "font/woff"),
    (0, b"wOF2", "font/woff2"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"\x7fELF", "application/x-elf"),
    (0, b"\xca\xfe\xba\xbe", "application/java-vm"),
)
_OPEN_TYPES = ("application/vnd.oasis.opendocument.", "application/vnd.sun.xml.")
_OPEN_DOCUMENT = b"urn:oasis:names:tc:opendocument:xmlns:office"
_MEDIA_TYPE = re.compile(r"[a-z]+/[\w.+-]+$")
_RIFF = {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo", b"WEBP": "image/webp"}
_ISO = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heif",
    b"avif": "image/avif",
    b"M4A ": "audio/mp4",
}
_MAIL = re.compile(
    rb"(?:(?:[!-9;-~]+:[^\n]*|[ \t]+[^\n]*)\r?\n)*?"
    rb"(?:From|To|Subject|Received|Date|Message-ID|MIME-Version|Return-Path):",
    re.IGNORECASE,
)
_HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype\s+html|html)\b|"
    rb"\s*(?:<!--.*?-->\s*)*<(?:head|body|title|meta|script|style|table|div|p|span|font|center|h[1-6]|ul|ol|img|form|br|a)\b",
    re.I | re.S,
)
"""After a declaration of XML only the element that HTML begins with: XML of any kind may call its own ``table``."""
_SECOND_MAIL_HEADER = re.compile(rb"^(?:From|To|Subject|Received|Date|Message-ID|MIME-Version):", re.I | re.M)


def media_type(source: Source) -> str:
    """The type of the content, with ``; encrypted`` where the outside shows it; ``inode/x-empty``: none."""
    head = source.head()
    if not head:
        return "inode/x-empty"
    # Before PDF: a zip that keeps a PDF unpacked as its first member would be taken for that alone, the rest unread.
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zipped(source)
    if head.lstrip(_BEFORE).startswith(_PDF):
        return "application/pdf"
    if head.startswith(COMPOUND):
        return _compound(source)
    if (binary := _binary(head)) and (binary in _WRITTEN or not _is_plain(head)):
        return binary
    # A PDF may have other bytes before its header (ISO 32000-1, Annex H.3.4.1); a text may speak of one.
    if _PDF in head[:1024] and b"%%EOF" in source.tail():
        return "application/pdf"
    told = _TAR if _is_old_tar(head) else _text(head)
    # The last of several volumes, or a zip behind other bytes: its directory stands at the end.
    return _zipped(source) if told == UNKNOWN and b"PK\x05\x06" in source.tail() else told


def _is_plain(head: bytes) -> bool:
    """Whether bytes that begin like a picture, a sound, a font or a program are a text all the same.

    A text may begin with BM, MZ, ID3 or OTTO, and would pass unread as a font, which nobody needs to see.
    """
    return b"\0" not in head and charset.of(head) is not None and not charset.is_doubtful(head, charset.of(head) or "")


_WRITTEN = frozenset(
    {"application/rtf", "application/vnd.age; " + ENCRYPTED, "application/pgp-encrypted; " + ENCRYPTED}
)
"""Types that are text by nature, at least at their beginning."""
_PDF, _BEFORE = b"%PDF-", b"\xef\xbb\xbf \t\r\n\0"
_TAR = "application/x-tar"


def _is_old_tar(head: bytes) -> bool:
    """Tar without magic, from before POSIX: by the check sum of its first header."""
    if len(head) < 512 or not head[148:154].strip(b" \0").isdigit():
        return False
    try:
        told = int(head[148:156].strip(b" \0"), 8)
    except ValueError:
        return False
    return told == sum(head[:148]) + 8 * 32 + sum(head[156:512])


def _binary(head: bytes) -> str:
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "application/x-riff")
    if head[4:8] == b"ftyp":
        return _ISO.get(head[8:12], "video/mp4")
    if head[:2] in {b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"}:
        return "audio/mpeg"
    for offset, magic, name in _beginning(head[:1]):
        if head.startswith(magic, offset):
            if name == "image/bmp" and head[6:10] != b"\0\0\0\0":
                continue
            if name == "image/emf" and head[40:44] != b" EMF":
                continue
            return name
    return ""


# Each part of a document is asked for its type.
@cache
def _beginning(byte: bytes) -> list[tuple[int, bytes, str]]:
    """What of the table may begin with this byte, in its order; what stands further in may begin with any."""
    return [entry for entry in _MAGIC if entry[0] or entry[1].startswith(byte)]


def _text(head: bytes) -> str:
    if charset.of(head) is None:
        return UNKNOWN
    if _HTML.match(head.lstrip(b"\xef\xbb\xbf")):
        return "text/html"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<svg"):
        return "image/svg+xml"
    if start.startswith(b"<?xml") or (
        (charset.of(head) or "").startswith("utf-16") and "<?xml" in head[:40].decode("utf-16", "ignore")
    ):
        return "image/svg+xml" if re.search(rb"<svg[\s>]", head) else "text/xml"
    if head.startswith(b"From ") and _SECOND_MAIL_HEADER.search(head):
        return "application/mbox"
    if _MAIL.match(head) and len(set(_SECOND_MAIL_HEADER.findall(head))) > 1:
        return "message/rfc822"
    return "text/plain"


_STREAMS = (
    ("EncryptedPackage", "application/x-ole-storage"),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
)
"""The stream by which a compound file's program knows it, to the type."""


def _compound(source: Source) -> str:
    try:
        names = source.compound().top()
        return next((kind for name, kind in _STREAMS if name.lower() in names), "application/x-ole-storage")
    except Exception:  # noqa: BLE001 - a broken directory makes olefile raise anything; its reader then says what is wrong
        return "application/x-ole-storage"
    finally:
        source.file.seek(0)


def _zipped(source: Source) -> str:
    try:
        return _package(source)
    except Exception:  # noqa: BLE001 - a broken directory makes zipfile raise anything; its reader then says what is wrong
        return "application/zip"
    finally:
        source.file.seek(0)


def _package(source: Source) -> str:
    from dlp.read.zipped import start

    members = source.directory()
    names = members.names
    if "[Content_Types].xml" in names:
        return _ooxml(names)
    told = start(members, names["mimetype"], 100).decode("ascii", "replace").strip() if "mimetype" in names else ""
    # Only types whose readers read every part: a zip that calls itself a font would pass as one that nobody need see.
    if told == "application/epub+zip" or (told.startswith(_OPEN_TYPES) and _MEDIA_TYPE.match(told)):
        return told
    if "content.xml" in names and _OPEN_DOCUMENT in start(members, names["content.xml"], 4096):
        return f"{_OPEN_TYPES[0]}text"
    if any(name.lower() in {"ofd.xml", "/ofd.xml"} for name in names):
        return "application/ofd"
    return "application/zip"


def _ooxml(names: Iterable[str]) -> str:
    """By where the main part stands, which all writers agree on; content types differ for macros and templates."""
    lowered = [name.lower() for name in names]
    for folder, kind in (
        ("word/", "wordprocessingml.document"),
        ("xl/", "spreadsheetml.sheet"),
        ("ppt/", "presentationml.presentation"),
    ):
        if any(name.startswith(folder) for name in lowered):
            return f"{OOXML}.{kind}"
    return "application/vnd.openxmlformats-package"

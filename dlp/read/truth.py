"""Whether a name tells the truth about its content.

A name that lies is told as a METADATA Block whose ``place.part`` is ``true type`` and whose text is
``extension: media type``, so that a pack can make it a finding and policy can act on the true type; reading always goes
by the content.
"""

from __future__ import annotations

from functools import cache

from classifiers.model import Block, Region
from dlp.read.visit import Parts, Visit

PART = "true type"
_OPEN = "application/vnd.oasis.opendocument."
_EXPECTED: tuple[tuple[str, tuple[str, ...]], ...] = (
    # extensions; beginnings of the media types that they may hold
    ("txt log md csv tsv json yaml yml ini conf py js java c h sql sh bat", ("text/", "message/", "application/mbox")),
    ("pdf", ("application/pdf",)),
    (
        "doc wps dot",
        (
            "application/msword",
            "application/rtf",
            "text/",
            "application/vnd.openxml",
            "application/x-ole",
            "application/vnd.ms-works",
        ),
    ),
    ("xls et xlt", ("application/vnd.ms-excel", "text/", "application/vnd.openxml", "application/x-ole")),
    ("ppt dps pps pot", ("application/vnd.ms-powerpoint", "application/vnd.openxml", "application/x-ole")),
    ("docx docm dotx dotm", ("application/vnd.openxmlformats-officedocument.wordprocessing",)),
    ("xlsx xlsm xltx xltm xlsb", ("application/vnd.openxmlformats-officedocument.spreadsheet",)),
    ("pptx pptm ppsx potx ppsm", ("application/vnd.openxmlformats-officedocument.presentation",)),
    ("odt ods odp odg ott", (_OPEN,)),
    ("ofd", ("application/ofd",)),
    ("rtf", ("application/rtf",)),
    ("msg", ("application/vnd.ms-outlook",)),
    ("eml mht mhtml", ("message/", "text/")),
    ("htm html xhtml", ("text/",)),
    ("xml svg", ("text/", "image/svg")),
    ("zip", ("application/zip", "application/epub")),
    ("7z", ("application/x-7z",)),
    ("rar", ("application/vnd.rar",)),
    ("gz tgz", ("application/gzip",)),
    ("bz2", ("application/x-bzip2",)),
    ("xz", ("application/x-xz",)),
    ("tar", ("application/x-tar",)),
    ("jpg jpeg png gif bmp tif tiff webp heic heif", ("image/",)),
    ("mp3 wav flac ogg amr silk m4a", ("audio/", "video/mp4")),
    ("mp4 avi mkv mov flv", ("video/",)),
    ("exe dll", ("application/vnd.microsoft.portable-executable",)),
)


def told(visit: Visit) -> Parts:
    """The Block for a name that lies; nothing where it does not, or where the extension says nothing."""
    extension = visit.source.name.rpartition(".")[2].lower() if "." in visit.source.name else ""
    plain, _, parameter = visit.media_type.partition("; ")
    # An encrypted Office file is a compound file whatever its name, and an empty file is of no type.
    if parameter or plain == "inode/x-empty":
        return
    types = _expected().get(extension)
    if types and not plain.startswith(types):
        yield Block(f"{extension}: {plain}", visit.place(Region.METADATA, part=PART))


@cache
def _expected() -> dict[str, tuple[str, ...]]:
    return {extension: types for extensions, types in _EXPECTED for extension in extensions.split()}

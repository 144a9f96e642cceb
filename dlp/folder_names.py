"""Names in an outbox: which are ours, which are of files on their way to another name, and what a group may be called.

A group's name is a folder's name in the outbox of every member, so agent and office must agree on what it can be.
"""

from __future__ import annotations

import re

from dlp.language import Language, Say

READY = Say("Ready", "可发送")
HELD = Say("Held", "已扣留")
ORIGINALS = Say("Originals", "原件")
NOTICE = Say("What is looked at.html", "告知书.html")
PRIVATE = ".dlp"
"""Claims and drafts, on the outbox's own file system, so that taking and giving a file is one rename."""
LONGEST_GROUP = 100
"""Code points."""
NOT_IN_A_NAME = frozenset('/\\:*?"<>|')
LONGEST_BYTES = 255
"""Of one name on the file systems in use, in UTF-8."""
DEVICE = re.compile(r"(?i)^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)")
"""Names that Windows keeps for devices, whatever follows after a dot."""
TEMPORARY = re.compile(
    r"""(?ix) ^( ~\$.* | \.~.* | ~wr[ld]\d+\.tmp | \.goutputstream-.* | \.ds_store | thumbs\.db | desktop\.ini
    | \.nfs[0-9a-f]+ | \.fuse_hidden.* | \.[^/]+\.new
    | .*\.(crdownload | part | partial | download | opdownload | xltd | td | aria2 | !ut | swp | swx | tmp | temp
    | filepart | kate-swp) )$"""
)
"""Files that Office, WPS, browsers, editors and file managers make on the way to the real one."""


def reserved() -> frozenset[str]:
    """Names below an outbox that are never drops, in both languages, so that a change of language takes nothing."""
    ours = (READY, HELD, ORIGINALS, NOTICE)
    return frozenset({PRIVATE, *(one.to(tongue) for one in ours for tongue in Language)})


def is_temporary(name: str) -> bool:
    """Whether a name is that of a file on its way to another name."""
    return TEMPORARY.match(name) is not None


def can_be_group(name: str) -> bool:
    """Whether a folder of this name can stand for a group on every machine, and is no folder of ours."""
    plain = name.strip() == name and not name.startswith(".") and not name.endswith(".") and name.isprintable()
    fits = 0 < len(name) <= LONGEST_GROUP and len(name.encode()) <= LONGEST_BYTES
    ours = name.casefold() in {one.casefold() for one in reserved()}
    return plain and fits and not (ours or NOT_IN_A_NAME.intersection(name) or DEVICE.match(name) or is_temporary(name))

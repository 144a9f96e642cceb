"""Files for people with nothing but a phone: an AES-256 zip (WinZip AE-2, by `pyzipper`) with a generated password.

Names stand inside a second zip, because the outer one shows its own to everybody. What is written is opened again,
with and without the password, and compared before it gets its name. Weaker than a sealed file: whoever has the password
opens it for ever, and nobody learns of it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO

from keys.durable import draft
from keys.errors import ZipFault
from keys.files import reading

if TYPE_CHECKING:
    from pyzipper import AESZipFile

# Nothing that looks like another sign, and nothing but ASCII: other programs refuse or spell it differently.
ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
GROUPS, GROUP = 5, 4
INNER = "files.zip"
_PIECE = 1024 * 1024
_LARGE = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Zipped:
    """A zip that was compared with what went into it."""

    sha256: str
    """Of the zip."""
    size: int
    plain_sha256: str
    plain_size: int


def new_password() -> str:
    """Twenty random signs in groups of four, ``xxxx-xxxx-…``: 115 bits, so that the zip's weak key derivation holds."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def write(source: Path | int, name: str, target: Path, password: str) -> Zipped:
    """Put one file, under the name that the receiver sees, into a zip at a target that does not exist.

    Raises ZipFault when what was written is not what was read; OSError (FileExistsError). Nothing is then left there.
    """
    with reading(source) as plain, draft(target, fresh=True) as file:
        try:
            taken, size = _fill(plain, Path(name).name, file, password)
        except ValueError as error:
            # Closing its members after a write that failed, the library complains of that instead of the write.
            raise _cause(error) from error
        file.flush()
        with os.fdopen(os.dup(file.fileno()), "rb") as written:
            _prove(written, Path(name).name, password, taken, size)
            sealed, sealed_size = _digest(_pieces(written, start=0))
    return Zipped(sealed, sealed_size, taken, size)


def _cause(error: BaseException) -> BaseException:
    """The OSError that an error came after; itself where there is none."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    return cause or error


def _open(file: IO[bytes], mode: str, password: str) -> AESZipFile:
    import pyzipper

    outer = pyzipper.AESZipFile(file, mode, compression=zipfile.ZIP_STORED)
    if password:
        outer.setpassword(password.encode("ascii"))
    return outer


def _fill(plain: BinaryIO, name: str, file: IO[bytes], password: str) -> tuple[str, int]:
    import pyzipper

    digest, size = hashlib.sha256(), 0
    # Only where it must be: programs on phones know the older form better.
    large = plain.seek(0, os.SEEK_END) > _LARGE
    plain.seek(0)
    outer = _open(file, "w", password)
    try:
        with outer:
            outer.setencryption(pyzipper.WZ_AES, nbits=256)
            with (
                outer.open(INNER, "w", force_zip64=large) as member,
                zipfile.ZipFile(member, "w", zipfile.ZIP_DEFLATED) as inner,
                inner.open(name, "w", force_zip64=large) as into,
            ):
                while piece := plain.read(_PIECE):
                    digest.update(piece)
                    size += len(piece)
                    into.write(piece)
    except BaseException:
        outer.fp = None  # the library would close it once more when it is forgotten, and complain
        raise
    return digest.hexdigest(), size


def _prove(written: IO[bytes], name: str, password: str, sha256: str, size: int) -> None:
    with _open(written, "r", password) as outer:
        if outer.namelist() != [INNER] or outer.infolist()[0].flag_bits & 1 == 0:
            raise ZipFault("the zip holds something else than was written")
        with outer.open(INNER) as member:
            for _ in _pieces(member):
                pass  # read to the end, where the member's own authentication is checked
        with outer.open(INNER) as member, zipfile.ZipFile(member) as inner:
            if inner.namelist() != [name]:
                raise ZipFault("the inner zip holds something else than was written")
            with inner.open(name) as content:
                found = _digest(_pieces(content))
    if found != (sha256, size):
        raise ZipFault("the content of the zip is not the content of the file")
    for wrong in ("", new_password()):
        try:
            with _open(written, "r", wrong) as outer:
                outer.read(INNER)
        except RuntimeError:
            continue  # what a missing or wrong password raises
        raise ZipFault("the zip opens without its password")


def _digest(pieces: Iterator[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def _pieces(file: IO[bytes], start: int | None = None) -> Iterator[bytes]:
    if start is not None:
        file.seek(start)
    while piece := file.read(_PIECE):
        yield piece

"""Archives of every kind, one inside another: read inward with their path, and never clean where something is left."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from reading import Read, read_bytes

from classifiers.model import GapKind, GapReason, Region
from dlp import checkup_formats
from dlp.checkup import State
from dlp.demo import papers
from dlp.language import Language
from dlp.read import libarchive
from dlp.read.compressed import _zstd_module

SECRET = "机密★10年 机密文件\n".encode() * 20


def zipped(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return made.getvalue()


def tarred(*members: tuple[str, bytes], encoding: str = "utf-8") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.GNU_FORMAT, encoding=encoding) as archive:
        for name, content in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def seven(*members: tuple[str, bytes]) -> bytes:
    import py7zr

    made = io.BytesIO()
    with py7zr.SevenZipFile(made, "w") as archive:
        for number, (name, content) in enumerate(members):
            archive.writestr(content, f"{number}")
            # Its own check refuses names that others write.
            archive.header.files_info.files[number]["filename"] = name
    return made.getvalue()


def unreadable(found: Read) -> list[GapReason]:
    return [gap.reason for gap in found.gaps if gap.kind is GapKind.UNREADABLE]


PACKED = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda content: bytes(_zstd_module().compress(content)),
}


@pytest.mark.parametrize("kind", PACKED)
def test_one_packed_file_is_read_by_its_name_without_the_suffix(kind: str) -> None:
    found = read_bytes(PACKED[kind](SECRET), f"记录.txt.{kind}")
    (block,) = found.having("机密★10年")
    assert block.place.path == ("记录.txt",)
    assert not found.gaps


@pytest.mark.parametrize("kind", PACKED)
def test_several_streams_are_read_and_what_follows_them_is_a_gap(kind: str) -> None:
    two = PACKED[kind](b"first\n") + PACKED[kind](SECRET)
    assert read_bytes(two, f"a.{kind}").having("机密★10年")
    assert not read_bytes(two + bytes(512), f"a.{kind}").gaps
    for behind in (SECRET, b"\0" * 20 + SECRET):
        found = read_bytes(PACKED[kind](SECRET) + behind, f"a.{kind}")
        assert unreadable(found) == [GapReason.BROKEN]
        assert found.having("机密★10年")


@pytest.mark.parametrize("kind", PACKED)
def test_what_came_before_the_break_is_read(kind: str) -> None:
    content = b"".join(b"%d %s" % (number, SECRET) for number in range(20_000))
    packed = PACKED[kind](content)
    found = read_bytes(packed[: len(packed) - 200], f"a.log.{kind}")
    assert GapReason.BROKEN in unreadable(found)
    assert found.having("机密★10年")


def test_containers_of_all_kinds_one_in_another() -> None:
    content = papers.docx(["甲方乙方机密"])
    content = tarred(("合同.docx", content), encoding="utf-8")
    content = seven(("里.tar.gz", gzip.compress(content)))
    content = tarred(("二.7z", content))
    content = zipped(**{"一.tar.xz": lzma.compress(content)})
    found = read_bytes(PACKED["zst"](content), "外.zip.zst")
    (block,) = found.having("甲方乙方机密")
    assert block.place.path == ("外.zip", "一.tar.xz", "一.tar", "二.7z", "里.tar.gz", "里.tar", "合同.docx")
    assert not unreadable(found)


def test_names_in_gbk_in_a_tar() -> None:
    assert read_bytes(tarred(("密件.txt", b"x"), encoding="gbk"), "a.tar").having("密件.txt")


def test_a_tar_that_goes_on_behind_its_end_or_behind_a_broken_header_is_a_gap() -> None:
    whole = tarred(("a.txt", b"harmless"), ("b.txt", SECRET))
    assert not read_bytes(whole, "a.tar").gaps
    broken = bytearray(whole)
    broken[1024 + 148 : 1024 + 156] = b"7777777\0"
    for content in (bytes(broken), tarred(("a.txt", b"harmless")) + tarred(("b.txt", SECRET))):
        found = read_bytes(content, "a.tar")
        assert found.having("harmless")
        assert unreadable(found) == [GapReason.BROKEN]


def test_every_member_of_a_7z_is_read_also_two_of_one_name_and_empty_ones_are_named() -> None:
    found = read_bytes(seven(("a.txt", b"first"), ("a.txt", SECRET), ("空的.txt", b"")), "a.7z")
    assert found.having("first")
    assert found.having("机密★10年")
    assert found.having("空的.txt")
    assert not found.gaps


def test_a_rar_without_a_reader_is_unreadable_and_the_doctor_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libarchive, "_LIBRARIES", {sys.platform: ("libnone.so.1",)})
    found = read_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(100), "a.rar")
    assert unreadable(found) == [GapReason.NO_READER]
    (check,) = (one for one in checkup_formats.checks() if "RAR" in one.name.to(Language.EN))
    assert check.state is State.WEAK
    assert "libarchive" in check.found.to(Language.ZH)


EVIL = ("../../../../tmp/evil-{}", "/tmp/evil-{}", "..\\evil-{}", "C:\\evil-{}", "a/\nevil-{}", "evil-{}" + "x" * 200)
_watched: list[str] | None = None


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if _watched is not None and event in {"open", "os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate"}:
        _watched.append(repr(arguments))


@contextmanager
def watched() -> Iterator[list[str]]:
    """Every path that Python opens or makes."""
    global _watched
    if not getattr(sys, "_dlp_audited", False):
        sys.addaudithook(_audit)
        sys._dlp_audited = True  # type: ignore[attr-defined]
    _watched = seen = []
    try:
        yield seen
    finally:
        _watched = None


def evil_zip() -> bytes:
    return zipped(**{name.format("zip"): SECRET for name in EVIL})


def evil_mail() -> bytes:
    from email.message import EmailMessage

    message = EmailMessage()
    message["Subject"] = "x"
    message.set_content("x")
    for name in EVIL:
        message.add_attachment(
            SECRET, maintype="application", subtype="octet-stream", filename=name.format("eml").replace("\n", "")
        )
    return bytes(message)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.zip", evil_zip),
        ("a.tar", lambda: tarred(*((name.format("tar"), SECRET) for name in EVIL))),
        ("a.7z", lambda: seven(*((name.format("7z"), SECRET) for name in EVIL))),
        ("a.eml", evil_mail),
        ("evil-own.gz", lambda: gzip.compress(SECRET)),
    ],
)
def test_no_name_from_a_container_becomes_a_path(name: str, content, tmp_path) -> None:
    made, before = content(), Path.cwd()
    os.chdir(tmp_path)
    try:
        with watched() as paths:
            found = read_bytes(made, name)
    finally:
        os.chdir(before)
    members = 1 if name.endswith("gz") else len(EVIL)
    assert len(found.having("机密★10年")) == members
    assert not unreadable(found)
    assert [block for block in found.blocks if block.place.region is Region.FILE_NAME and "evil" in block.text]
    assert not [path for path in paths if "evil" in path]
    assert not list(tmp_path.iterdir())

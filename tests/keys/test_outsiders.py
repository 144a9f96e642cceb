"""Zips for outsiders: opened by other programs, and never handed out when they are not what they should be."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
import pyzipper

from keys import outsiders
from keys.errors import ZipFault


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "客户 名单.xlsx"
    path.write_bytes(os.urandom(1_500_000) + bytes(1_500_000))
    return path


def opened(path: Path, password: str) -> dict[str, bytes]:
    with pyzipper.AESZipFile(path) as outer:
        outer.setpassword(password.encode())
        with outer.open("files.zip") as member, zipfile.ZipFile(member) as inner:
            return {name: inner.read(name) for name in inner.namelist()}


def test_what_goes_in_comes_out_and_names_are_hidden(tmp_path: Path, plain: Path) -> None:
    password = outsiders.new_password()
    made = outsiders.write(plain, plain.name, tmp_path / "to send.zip", password)
    content = (tmp_path / "to send.zip").read_bytes()
    assert made.sha256 == hashlib.sha256(content).hexdigest() and made.size == len(content)
    assert made.plain_sha256 == hashlib.sha256(plain.read_bytes()).hexdigest()
    assert opened(tmp_path / "to send.zip", password) == {plain.name: plain.read_bytes()}
    with pyzipper.AESZipFile(tmp_path / "to send.zip") as outer:
        (entry,) = outer.infolist()
        assert entry.filename == "files.zip" and entry.wz_aes_strength == 3
    assert "客户".encode() not in content and "客户".encode("gbk") not in content


def test_passwords_are_long_random_and_plain_ascii() -> None:
    some = {outsiders.new_password() for _ in range(500)}
    assert len(some) == 500
    assert all(
        re.fullmatch(r"(?:[a-zA-Z2-9]{4}-){4}[a-zA-Z2-9]{4}", one) and not set("IlO0o1i") & set(one) for one in some
    )


def test_an_empty_file_and_a_name_with_a_path(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    password = outsiders.new_password()
    outsiders.write(tmp_path / "empty", "../../etc/passwd", tmp_path / "a.zip", password)
    assert opened(tmp_path / "a.zip", password) == {"passwd": b""}


def test_a_target_that_exists_is_left_alone(tmp_path: Path, plain: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        outsiders.write(plain, "a", tmp_path / "a.zip", outsiders.new_password())
    assert (tmp_path / "a.zip").read_bytes() == b"mine"


@pytest.mark.parametrize("fault", ["no encryption", "other content"])
def test_a_zip_that_is_not_right_is_never_handed_out(
    tmp_path: Path, plain: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    fill, open_zip = outsiders._fill, outsiders._open

    class Bare(zipfile.ZipFile):
        """A zip that encrypts nothing, as a broken library would write it."""

        def setencryption(self, *_arguments: object, **_words: object) -> None:
            """Nothing."""

    if fault == "other content":
        monkeypatch.setattr(outsiders, "_fill", lambda *arguments: ("0" * 64, fill(*arguments)[1]))
    else:
        monkeypatch.setattr(
            outsiders, "_open", lambda file, mode, word: Bare(file, "w") if mode == "w" else open_zip(file, mode, word)
        )
    with pytest.raises(ZipFault):
        outsiders.write(plain, "a", tmp_path / "a.zip", outsiders.new_password())
    assert not (tmp_path / "a.zip").exists()


@pytest.mark.root
@pytest.mark.skipif(not shutil.which("7z"), reason="needs Debian's package p7zip-full (installed by .ci/run)")
def test_7z_opens_it_with_the_password_only(tmp_path: Path, plain: Path) -> None:
    password = outsiders.new_password()
    outsiders.write(plain, plain.name, tmp_path / "a.zip", password)
    wrong = subprocess.run(["7z", "t", "-pwrong", str(tmp_path / "a.zip")], capture_output=True, check=False)
    assert wrong.returncode == 2
    for step in (["-p" + password, str(tmp_path / "a.zip")], [str(tmp_path / "out" / "files.zip")]):
        subprocess.run(["7z", "x", "-y", f"-o{tmp_path / 'out'}", *step], capture_output=True, check=True)
    assert (tmp_path / "out" / plain.name).read_bytes() == plain.read_bytes()

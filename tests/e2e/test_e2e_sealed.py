"""A sealed file's whole way: dropped, judged, sealed, opened by a reader; also from a second machine of its own."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import pyzipper
from guard import DLP, Guard, until

from dlp.config import Home
from dlp.demo import papers, texts

PASSWORD = "kupferne lampe tanzt quer 七里"


def first_password(home: Path) -> None:
    """The first user sets a password by the one-time link, as on the page."""
    from dlp.office import Office
    from keys.keystore import Keystore

    text = (home / "first-start.txt").read_text("utf-8")
    token = re.search(r"user  \(.*\)\s+https://\S+/link/(\S+)", text)
    assert token is not None
    office = Office.open(Home(home).office_database, Keystore.open(Home(home).office))
    office.accounts.redeem(token[1], PASSWORD)
    office.close()


def sealed_copy(guard: Guard, content: bytes) -> Path:
    guard.drop("客户.xlsx", content)
    found = guard.outcome("客户.xlsx")
    assert found["state"] == "sealed"
    (sealed,) = (guard.box / "Ready").glob("*.age")
    return sealed


def registered(guard: Guard) -> bool:
    """Whether the office heard of the sealed file; the link is a moment behind the outbox."""
    return '"sealed.registered"' in guard.dlp("audit", "export").stdout


def test_what_was_dropped_is_opened_by_its_reader_through_the_running_office(tmp_path: Path) -> None:
    guard = Guard.start(tmp_path)
    try:
        first_password(guard.home)
        content = papers.xlsx(texts.customers())
        sealed = sealed_copy(guard, content)
        until(lambda: registered(guard), "the sealed file is registered")
        who = ("--account", "user", "--password-stdin")
        done = guard.dlp("decrypt", str(sealed), "-o", str(tmp_path / "opened.xlsx"), *who, typed=PASSWORD + "\n")
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "opened.xlsx").read_bytes() == content
        wrong = guard.dlp("decrypt", str(sealed), "-o", str(tmp_path / "no.xlsx"), *who, typed="wrong\n")
        assert wrong.returncode == 4 and not (tmp_path / "no.xlsx").exists()
        events = [json.loads(line) for line in guard.dlp("audit", "export").stdout.splitlines()]
        assert [event["actor"] for event in events if event["kind"] == "opening.released"] == ["user"]
        # And without any office, from what was handed out once for the safe.
        secret = re.search(r"AGE-SECRET-KEY-1\S+", (guard.home / "first-start.txt").read_text("utf-8"))
        assert secret is not None
        (tmp_path / "key.txt").write_text(secret[0])
        words = ("keys", "recover", str(sealed), "-o", str(tmp_path / "recovered.xlsx"), "--from")
        assert guard.dlp(*words, str(tmp_path / "key.txt")).returncode == 0
        assert (tmp_path / "recovered.xlsx").read_bytes() == content
    finally:
        guard.stop()


def test_a_zip_for_outsiders_passes_the_outbox_and_is_an_event(tmp_path: Path) -> None:
    guard = Guard.start(tmp_path)
    try:
        (tmp_path / "客户.xlsx").write_bytes(papers.xlsx(texts.customers()))
        (tmp_path / "涉密.docx").write_bytes(papers.docx(texts.RED_HEADER))
        made = ("-o", str(tmp_path / "out.zip"), "--password-file", str(tmp_path / "password"))
        refused = guard.dlp("export", "--zip", str(tmp_path / "涉密.docx"), *made)
        assert refused.returncode == 4 and "must not leave" in refused.stderr
        assert not (tmp_path / "out.zip").exists() and not (tmp_path / "password").exists()
        piped = guard.dlp("export", "--zip", str(tmp_path / "客户.xlsx"))
        assert piped.returncode == 2 and "--password-file" in piped.stderr
        done = guard.dlp("export", "--zip", str(tmp_path / "客户.xlsx"), *made)
        assert done.returncode == 0, done.stderr
        password = (tmp_path / "password").read_text().strip()
        assert len(password) >= 20 and password not in done.stdout + done.stderr
        with pyzipper.AESZipFile(tmp_path / "out.zip") as outer:
            outer.setpassword(password.encode())
            with outer.open("files.zip") as member, zipfile.ZipFile(member) as inner:
                assert inner.read("客户.xlsx") == (tmp_path / "客户.xlsx").read_bytes()
        zipped = (tmp_path / "out.zip").read_bytes()
        guard.drop("报价.zip", zipped)
        assert guard.outcome("报价.zip")["state"] == "ready"
        assert (guard.box / "Ready" / "报价.zip").read_bytes() == zipped
        guard.drop("other.zip", zipped + b"\0")  # one byte more, and it is a stranger's locked zip
        assert guard.outcome("other.zip")["state"] == "held"

        def told() -> bool:
            return '"outsiders.exported"' in guard.dlp("audit", "export").stdout

        until(told, "the office heard of it")
        events = guard.dlp("audit", "export").stdout
        assert password not in events and "客户.xlsx" not in events
        assert password.encode() not in (guard.home / "agent" / "journal.db").read_bytes()
        assert guard.dlp("audit", "verify").returncode == 0
    finally:
        guard.stop()


def test_the_page_for_the_receiver(tmp_path: Path) -> None:
    command = [*DLP, "--home", str(tmp_path / "none"), "--language", "zh", "export", "--how-to"]
    page = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "AES-256" in page and "密码" in page and len(page.splitlines()) < 40


@contextlib.contextmanager
def two_machines() -> Iterator[tuple[list[str], list[str]]]:
    """Two network namespaces with one wire between them: 10.77.0.1 and 10.77.0.2; nothing else is reached."""
    names = [f"dlp-{end}-{os.getpid()}" for end in ("office", "reader")]

    def ip(*words: str) -> None:
        subprocess.run(["ip", *words], check=True)

    made = []
    try:
        for name in names:
            ip("netns", "add", name)
            made.append(name)
        ip("link", "add", "wire", "netns", names[0], "type", "veth", "peer", "name", "wire", "netns", names[1])
        for number, name in enumerate(names, 1):
            ip("-n", name, "addr", "add", f"10.77.0.{number}/24", "dev", "wire")
            ip("-n", name, "link", "set", "wire", "up")
            ip("-n", name, "link", "set", "lo", "up")
        yield (["ip", "netns", "exec", names[0]], ["ip", "netns", "exec", names[1]])
    finally:
        for name in made:
            subprocess.run(["ip", "netns", "del", name], check=False)


@pytest.mark.root
@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("ip"), reason="network namespaces are Linux")
def test_a_second_machine_opens_a_file_over_tls_with_the_offices_authority(tmp_path: Path) -> None:
    box, home, reader = tmp_path / "box", tmp_path / "home", tmp_path / "reader"
    reader.mkdir()
    with two_machines() as (office_side, reader_side):
        words = ["run", "--profile", "standard", "--port", "0", "--host", "10.77.0.1", "--outbox", str(box)]
        command = [*office_side, *DLP, "--home", str(home), "--language", "en", *words, "--no-find-wechat"]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
        guard = Guard(home, box, tmp_path / "wechat", process)
        try:
            until(guard.ready, "dlp run is ready", 60)
            first_password(home)
            content = papers.xlsx(texts.customers())
            shutil.copy(sealed_copy(guard, content), reader / "客户.xlsx.age")
            until(lambda: registered(guard), "the sealed file is registered")
            shutil.copy(home / "office" / "ca.pem", reader / "ca.pem")
            url = re.search(r"console: (https://\S+)", guard.said)
            assert url is not None

            def opened(*trust: str) -> subprocess.CompletedProcess[str]:
                asked = ["decrypt", str(reader / "客户.xlsx.age"), "--office", url[1], *trust, "--account", "user"]
                words = [*reader_side, *DLP, "--home", str(tmp_path / "none"), "--language", "en", *asked]
                return subprocess.run(
                    [*words, "--password-stdin"],
                    input=PASSWORD + "\n", capture_output=True, text=True, check=False, timeout=60,
                )  # fmt: skip

            refused = opened()  # without the office's authority the server is a stranger and gets no password
            assert refused.returncode == 4 and "no password was sent" in refused.stderr
            done = opened("--ca", str(reader / "ca.pem"))
            assert done.returncode == 0, done.stderr
            assert (reader / "客户.xlsx").read_bytes() == content and not (tmp_path / "none").exists()
        finally:
            guard.stop(signal.SIGINT)

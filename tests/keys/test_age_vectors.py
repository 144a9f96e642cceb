"""The official age test kit: the right class of failure, and not one byte released beyond what is proved."""

from __future__ import annotations

import hashlib
import io
import zlib
from pathlib import Path

import pytest

from keys import age, armor

FOLDER = Path(__file__).resolve().parents[1] / "vectors" / "age"
FAILURES = {
    "no match": age.NoMatch,
    "HMAC failure": age.HmacFailure,
    "header failure": age.HeaderFailure,
    "armor failure": age.ArmorFailure,
    "payload failure": age.PayloadFailure,
}
VECTORS = sorted(path for path in FOLDER.iterdir() if not path.suffix)


def load(path: Path) -> tuple[dict[str, list[str]], bytes]:
    head, _, body = path.read_bytes().partition(b"\n\n")
    told: dict[str, list[str]] = {}
    for line in head.decode("ascii").splitlines():
        key, _, value = line.partition(": ")
        told.setdefault(key, []).append(value)
    return told, zlib.decompress(body) if told.get("compressed") == ["zlib"] else body


def identities(told: dict[str, list[str]]) -> list[age.Unwraps]:
    try:
        keys: list[age.Unwraps] = [age.parse_identity(text) for text in told.get("identity", [])]
    except age.BadKey as fault:
        pytest.skip(str(fault))
    return keys + [age.Passphrase(text) for text in told.get("passphrase", [])]


def test_the_kit_is_whole() -> None:
    assert len(VECTORS) == 143


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.name)
def test_vector(path: Path) -> None:
    told, body = load(path)
    source: io.BufferedIOBase = io.BytesIO(body)
    if told.get("armored") == ["yes"]:
        source = armor.reader(source)
    target = io.BytesIO()
    [expected] = told["expect"]
    if expected == "success":
        age.open_sealed(source, target, identities(told))
    else:
        with pytest.raises(age.AgeError) as caught:
            age.open_sealed(source, target, identities(told))
        assert type(caught.value) is FAILURES[expected]
    if "payload" in told:
        assert hashlib.sha256(target.getvalue()).hexdigest() == told["payload"][0]
    else:
        assert not target.getvalue()


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.name)
def test_headers_and_armor_are_written_as_they_were_read(path: Path) -> None:
    told, body = load(path)
    if told["expect"] != ["success"]:
        return
    if told.get("armored") == ["yes"]:
        inner = armor.reader(io.BytesIO(body)).read()
        out = io.BytesIO()
        writer = armor.Writer(out)
        writer.write(inner)
        writer.close()
        assert out.getvalue().split() == body.split()
        assert armor.looks_armored(body)
        body = inner
    header = age.read_header(io.BytesIO(body))
    assert b"".join(stanza.encode() for stanza in header.stanzas) in header.raw

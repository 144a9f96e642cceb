"""Files that cross between us, pyrage and Debian's age, both ways.

``INTEROP_CASES=2000 pytest tests/keys/test_interop.py`` runs the number that a release is held to.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from pathlib import Path

import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keys import age, armor, stream

CASES = int(os.environ.get("INTEROP_CASES", "60"))
BLOCK = stream.BLOCK * stream.CHUNK
NEAR = st.tuples(
    st.sampled_from([0, stream.CHUNK, 2 * stream.CHUNK, 3 * stream.CHUNK, BLOCK, BLOCK + stream.CHUNK, 2 * BLOCK]),
    st.integers(-17, 17),
).map(lambda pair: max(0, sum(pair)))
SIZES = st.one_of(st.integers(0, 300), NEAR, st.integers(0, 2 * BLOCK + 300))
OURS = [age.generate() for _ in range(6)]
THEIRS = [pyrage.x25519.Identity.from_str(str(identity)) for identity in OURS]
NOISE = os.urandom(3 * BLOCK)

who = st.lists(st.integers(0, 5), min_size=1, max_size=6, unique=True)


def content_of(size: int, at: int) -> bytes:
    return NOISE[at : at + size]


def sealed_here(plain: bytes, to: list[int], armored: bool) -> bytes:
    out = io.BytesIO()
    target = armor.Writer(out) if armored else out
    age.seal(io.BytesIO(plain), target, [str(OURS[one].recipient) for one in to])
    if isinstance(target, armor.Writer):
        target.close()
    return out.getvalue()


def opened_here(sealed: bytes, one: int) -> bytes:
    source, out = io.BytesIO(sealed), io.BytesIO()
    age.open_sealed(armor.reader(source) if armor.looks_armored(sealed[:100]) else source, out, [OURS[one]])
    return out.getvalue()


@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
@given(SIZES, st.integers(0, BLOCK), who, st.booleans(), st.data())
def test_pyrage_both_ways(size: int, at: int, to: list[int], armored: bool, data: st.DataObject) -> None:
    plain, one = content_of(size, at), data.draw(st.sampled_from(to))
    assert pyrage.decrypt(sealed_here(plain, to, armored), [THEIRS[one]]) == plain
    theirs = pyrage.encrypt(plain, [THEIRS[each].to_public() for each in to], armored)
    assert opened_here(theirs, one) == plain
    outsider = next((each for each in range(6) if each not in to), None)
    if outsider is not None:
        with pytest.raises(age.NoMatch):
            opened_here(theirs, outsider)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("age")
    for number, identity in enumerate(OURS):
        (folder / f"{number}.key").write_text(f"{identity}\n")
        (folder / f"{number}.key").chmod(0o600)
    return folder


@pytest.mark.root
@pytest.mark.skipif(not shutil.which("age"), reason="needs Debian's package age (installed by .ci/run)")
@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
@given(SIZES, st.integers(0, BLOCK), who, st.booleans(), st.data())
def test_the_age_program_both_ways(
    folder: Path, size: int, at: int, to: list[int], armored: bool, data: st.DataObject
) -> None:
    plain, one = content_of(size, at), data.draw(st.sampled_from(to))

    def program(content: bytes, *words: str) -> bytes:
        return subprocess.run(["age", *words], input=content, capture_output=True, check=True).stdout

    assert program(sealed_here(plain, to, armored), "-d", "-i", str(folder / f"{one}.key")) == plain
    recipients = [word for each in to for word in ("-r", str(OURS[each].recipient))]
    assert opened_here(program(plain, *(["-a"] if armored else []), *recipients), one) == plain

"""Fuzzing of the readers: whatever the bytes, a reading ends with Blocks and Gaps, and the process answers.

A short round belongs to the suite. ``python tests/fuzz/test_fuzz_read.py SECONDS [SEED]`` runs as long as one likes,
through the confined process, and prints what it did.
"""

from __future__ import annotations

import io
import os
import random
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "read"))
from matrix import every
from notes_made import every_note
from reading import read_bytes

from classifiers.model import GapReason
from dlp.model import Limits

QUICK = replace(Limits(), seconds=5.0, expanded_bytes=1 << 27, expanded_characters=5_000_000)
OURS = {"NameError", "AttributeError", "UnboundLocalError", "ImportError", "AssertionError"}
OFFICE = Path(__file__).resolve().parents[1] / "corpus" / "office"
SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"


def corpus() -> dict[str, bytes]:
    found = {name: content for name, (content, _) in every().items()} | every_note()
    return found | {path.name: path.read_bytes() for path in sorted(OFFICE.iterdir()) if path.stat().st_size < 100_000}


def changed(content: bytes, chance: random.Random) -> bytes:
    """A few bits flipped, bytes cut out, doubled, or set to what parsers stumble over."""
    raw = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4, 16, 64))):
        if not raw:
            break
        at = chance.randrange(len(raw))
        act = chance.randrange(5)
        if act == 0:
            raw[at] ^= 1 << chance.randrange(8)
        elif act == 1:
            raw[at] = chance.choice((0, 255, 127, 128, 60, 62))
        elif act == 2:
            del raw[at : at + chance.randrange(1, 200)]
        elif act == 3:
            raw[at:at] = raw[at : at + chance.randrange(1, 200)]
        else:
            raw[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\x01\0\0\0"))
    return bytes(raw)


def changed_inside(content: bytes, chance: random.Random) -> bytes:
    """A zip with one or two members changed and packed anew: a flip in packed bytes would end at the check sum."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = [(entry.filename, package.read(entry)) for entry in package.infolist()]
    except Exception:  # noqa: BLE001 - some of the corpus are no zips, or encrypted, or broken on purpose
        return changed(content, chance)
    for at in {chance.randrange(len(members)) for _ in range(2)} if members else ():
        members[at] = (members[at][0], changed(members[at][1], chance))
    made = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        warnings.simplefilter("ignore")
        for name, inner in members:
            package.writestr(name, inner)
    return made.getvalue()


@pytest.mark.parametrize("name", sorted(corpus()))
def test_changed_files_end_as_blocks_and_gaps(name: str) -> None:
    content = corpus()[name]
    for seed in range(12):
        change = changed_inside if seed % 2 and content.startswith(b"PK") else changed
        found = read_bytes(change(content, random.Random(f"{name}{seed}")), name, QUICK)
        for gap in found.gaps:
            assert gap.detail.split(": ")[-1] not in OURS, f"{name} seed {seed}: {gap}"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=4000), st.sampled_from(["a.txt", "a.rtf", "a.eml", "a.html", "a.xml", "a.doc", "a.zip", "a"]))
def test_any_bytes_end_as_blocks_and_gaps(content: bytes, name: str) -> None:
    starts = {"a.rtf": b"{\\rtf1 ", "a.xml": b"<?xml version='1.0'?>", "a.zip": b"PK\x03\x04", "a.html": b"<html>"}
    found = read_bytes(starts.get(name, b"") + content, name, QUICK)
    for gap in found.gaps:
        assert gap.detail.split(": ")[-1] not in OURS, gap


def main(seconds: float, seed: int) -> int:
    from classifiers.pack import shipped
    from dlp.read.sandbox import Workers

    chance = random.Random(seed)
    files = list(corpus().items())
    files += [
        (p.name, p.read_bytes()) for p in sorted(SAMPLES.rglob("*")) if p.is_file() and p.stat().st_size < 200_000
    ]
    until, runs, ends, lost = time.monotonic() + seconds, 0, Counter[str](), Counter[str]()
    with Workers(1, QUICK, shipped(), bytes(32)) as workers, tempfile.TemporaryFile() as file:
        while time.monotonic() < until:
            name, content = chance.choice(files)
            bad = chance.choice((changed, changed_inside))(content, chance)
            file.seek(0)
            file.truncate()
            file.write(bad)
            file.flush()
            answer = workers.judge(file.fileno(), name)
            runs += 1
            for gap in answer.classification.gaps:
                ends[gap.reason] += 1
                if gap.reason in {GapReason.WORKER_LOST, GapReason.TOO_SLOW} or gap.detail.split(": ")[-1] in OURS:
                    lost[f"{name}: {gap.reason} {gap.detail}"] += 1
    print(f"{runs} files in {seconds:g} s, seed {seed}; gaps {dict(ends)}")
    print("\n".join(f"{count} × {what}" for what, count in lost.most_common(40)))
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1))

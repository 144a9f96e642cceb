"""Real files that nobody on the project wrote: each ends as text or Gaps, and the table in docs/formats.md is theirs.

A run of the tests checks that the table names every sample with an unreadable Gap;
``python tests/read/test_read_samples.py`` writes the table anew from the same figures.
"""

from __future__ import annotations

import os
import statistics
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from classifiers.model import Block, Gap, GapKind
from dlp.model import Limits
from dlp.read.document import read

TOP = Path(__file__).resolve().parents[2]
FOLDERS = (TOP.parent / "shared" / "samples", TOP / "tests" / "corpus")
DOCUMENT = TOP / "docs" / "formats.md"
MARK = "<!-- made by tests/read/test_read_samples.py -->"
BROKEN_ON_PURPOSE = {"encrypted", "too_deep", "unknown_type", "no_reader", "broken", "too_big"}


@dataclass(frozen=True)
class Outcome:
    """What became of one sample."""

    name: str
    type: str
    characters: int
    gaps: tuple[Gap, ...]
    ms: float

    @property
    def how(self) -> str:
        """Read whole, in part, not at all, or only things that hold no text by nature."""
        if any(gap.kind is GapKind.UNREADABLE for gap in self.gaps):
            return "in part" if self.characters else "unread"
        # A picture with a title in its metadata is still a picture that nobody has looked at.
        whole = any(gap.coverage >= 0.5 and not gap.place.path and gap.place.page is None for gap in self.gaps)
        return "unseen" if whole or (self.gaps and not self.characters) else "whole"

    @property
    def why(self) -> str:
        reasons = Counter(f"{gap.reason.value} ({gap.detail})" for gap in self.gaps if gap.kind is GapKind.UNREADABLE)
        return "; ".join(f"{reason}" + (f" ×{count}" if count > 1 else "") for reason, count in reasons.most_common(3))


def outcome(path: Path) -> Outcome:
    descriptor = os.open(path, os.O_RDONLY)
    started = time.perf_counter()
    try:
        reading = read(descriptor, path.name, Limits())
        parts = list(reading.parts)
    finally:
        os.close(descriptor)
    # The file's own name is known anyway; names of members are text.
    names = sum(len(part.text) for part in parts[1:] if isinstance(part, Block))
    gaps = tuple(part for part in parts if isinstance(part, Gap))
    return Outcome(path.name, reading.media_type, names, gaps, (time.perf_counter() - started) * 1000)


def samples() -> list[Path]:
    return sorted(path for folder in FOLDERS if folder.exists() for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    if not FOLDERS[0].exists():
        pytest.skip("the samples are not there")
    return [outcome(path) for path in samples() if path.suffix not in {".md", ".py", ".pyc"} or "samples" in str(path)]


def test_every_sample_ends_as_text_or_gaps(outcomes: list[Outcome]) -> None:
    assert len(outcomes) > 550
    for one in outcomes:
        assert one.characters or one.gaps or one.type in {"inode/x-empty"} or one.name in EMPTY, one.name


EMPTY = {"empty-file.txt.bz2", "testPDF_malformedXFA.pdf"}
"""Samples without any text, by name."""


def test_no_reader_fails_by_a_mistake_of_ours(outcomes: list[Outcome]) -> None:
    """A NameError in a reader would be a Gap too, and nobody would look."""
    mistakes = {
        "NameError",
        "AttributeError",
        "UnboundLocalError",
        "ImportError",
        "ModuleNotFoundError",
        "AssertionError",
    }
    for one in outcomes:
        for gap in one.gaps:
            assert gap.detail.split(": ")[-1] not in mistakes, f"{one.name}: {gap}"


def test_the_document_names_every_sample_that_ends_with_an_unreadable_gap(outcomes: list[Outcome]) -> None:
    text = DOCUMENT.read_text("utf-8")
    for one in outcomes:
        if one.how in {"in part", "unread"}:
            assert f"`{one.name}`" in text, f"{one.name} ends with {one.why}: look at it and run this file"


def table(outcomes: list[Outcome]) -> str:
    by_type: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        by_type[one.type].append(one)
    lines = [
        "| Media type | Files | Read whole | In part | Not read | Only unseen | Median ms |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind, found in sorted(by_type.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        how = Counter(one.how for one in found)
        counts = " | ".join(str(how[word]) for word in ("whole", "in part", "unread", "unseen"))
        lines.append(f"| `{kind}` | {len(found)} | {counts} | {statistics.median(one.ms for one in found):.1f} |")
    how = Counter(one.how for one in outcomes)
    counts = " | ".join(str(how[word]) for word in ("whole", "in part", "unread", "unseen"))
    lines.append(f"| all | {len(outcomes)} | {counts} | {statistics.median(one.ms for one in outcomes):.1f} |")
    lines += ["", "## Files that end with an unreadable gap", "", "| File | Type | Gaps |", "|---|---|---|"]
    lines += [
        f"| `{one.name}` | `{one.type}` | {one.why.replace('|', '/')} |"
        for one in sorted(outcomes, key=lambda one: (one.type, one.name))
        if one.how in {"in part", "unread"}
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    found = [outcome(path) for path in samples() if path.suffix not in {".md", ".py", ".pyc"} or "samples" in str(path)]
    text = DOCUMENT.read_text("utf-8")
    DOCUMENT.write_text(text[: text.index(MARK)] + MARK + "\n\n" + table(found) + "\n", "utf-8")

# ruff: noqa: E501 - sentences and markup stay on one line, so that they read as they are written
"""Recall by size, turn and wear, false alarms, times, and the ten worst misses, as a part of docs/accuracy.md."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.eval.report import Tally
from benchmarks.pictures.judge import Result
from benchmarks.pictures.label import Want
from benchmarks.pictures.page import BEGIN, END

WORST = 10
SMALLEST = 16
"""Pixels of type down to which marks and numbers must be found."""
MARKS, NUMBERS, HOLDS = 0.97, 0.95, 0.005
APART = Path(__file__).with_name("apart.md")
"""How the run that the page shows was taken; rewritten by whoever takes another."""
HEAD = """## Pictures

Made by `python -m benchmarks.pictures` (seed {seed}): {count} pictures, half of them hard negatives, drawn with {faces} Chinese
fonts from 12 to 40 pixels, turned by 0, ±3, ±10, 90, 180 and 270 degrees, blurred, noisy, shaded, seen at an angle, photographed
from a screen, in dark mode, as JPEG of quality 30 to 90; official papers with red header and stamp, covers, forms, slides,
screens, chats and long scrolls, cards and tables with made-up numbers. Each goes as a file of its own through `inspect`, with
the shipped packs and the standard policy. A mark counts as found when a finding of at least medium certainty has its level;
a hold because a picture was not read counts as found for nobody, and as a false hold where nothing is in it.

They are drawn by a program: real cameras, paper and handwriting are not in them.
"""


@dataclass(slots=True)
class Report:
    """Collects results."""

    seed: int
    faces: int
    recall: dict[tuple[str, str, str], Tally] = field(default_factory=dict)
    """By what is wanted, kind of row, row."""
    actions: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Of negatives, by action and family."""
    because: Counter[str] = field(default_factory=Counter)
    """Policy rules that held or blocked negatives."""
    wrong: list[Result] = field(default_factory=list)
    in_part: int = 0
    """Pictures that passed although a part of them was not read in time."""
    times: dict[str, list[float]] = field(default_factory=dict)
    count: int = 0

    def add(self, result: Result) -> None:
        """Count one."""
        self.count += 1
        label = result.label
        self.time(result)
        self.in_part += bool(result.gaps) and result.action in ("allow", "encrypt")
        if not result.right:
            self.wrong.append(result)
        if label.want is Want.NOTHING:
            self.actions[result.action, label.family] += 1
            if result.action in ("hold", "block"):
                self.because[result.because] += 1
            return
        rows = [("px", f"{label.px:02}"), ("all", "all")]
        if label.px >= SMALLEST:
            rows += [
                ("all", "large"),
                ("turn", f"{label.turn:+4}"),
                ("look", label.family),
                ("wear", _wear(label.wear)),
            ]
        for kind, name in rows:
            self.recall.setdefault((label.want.value, kind, name), Tally()).add(result.right)

    def time(self, result: Result) -> None:
        """Count how long one took."""
        family = result.label.family
        kind = family if family in ("photo", "scroll") else "with text"
        self.times.setdefault(kind, []).append(result.ms)

    def share(self, want: Want, name: str = "large") -> float:
        """Recall of one kind from the smallest size on."""
        return self.recall.get((want.value, "all", name), Tally()).share

    def alarms(self, action: str) -> float:
        """Share of negatives with this action."""
        found = sum(n for (word, _), n in self.actions.items() if word == action)
        return found / max(1, self.actions.total())

    def good(self) -> bool:
        """Whether all is reached that must be."""
        return (
            self.share(Want.MARK) >= MARKS
            and self.share(Want.NUMBER) >= NUMBERS
            and self.alarms("block") == 0
            and self.alarms("hold") <= HOLDS
        )

    def text(self) -> str:
        """The part of the page."""
        lines = [HEAD.format(seed=self.seed, count=self.count, faces=self.faces), *self._aims()]
        for kind, title in (
            ("px", "by pixels of type"),
            ("turn", "by turn in degrees, from 16 pixels"),
            ("wear", "by what was done to the picture, from 16 pixels"),
            ("look", "by how it looks, from 16 pixels"),
        ):
            lines += self._table(kind, title)
        lines += ["\n### Pictures that hold nothing, by what was done\n", *self._negatives(), *self._times()]
        lines += ["\n### The worst misses in pictures\n", *self._worst()]
        return "\n".join([BEGIN, *lines, "", APART.read_text("utf-8").rstrip(), END]) + "\n"

    def _aims(self) -> list[str]:
        rows = [
            ("Marks found, from 16 pixels", self.share(Want.MARK), "at least 97 %", self._of(Want.MARK)),
            ("Resident numbers found, from 16 pixels", self.share(Want.NUMBER), "at least 95 %", self._of(Want.NUMBER)),
            ("Phone lists found, from 16 pixels", self.share(Want.PHONES), "", self._of(Want.PHONES)),
            ("Marks found, 12 to 40 pixels", self.share(Want.MARK, "all"), "", self._of(Want.MARK, "all")),
            ("False blocks", self.alarms("block"), "none", self.actions.total()),
            ("False holds", self.alarms("hold"), "at most 0.5 %", self.actions.total()),
            ("Encrypted for nothing", self.alarms("encrypt"), "", self.actions.total()),
            ("Passed with a note that a part was not read in time", self.in_part / max(1, self.count), "", self.count),
        ]
        head = ["| | Reached | Must be | Pictures |", "|---|---|---|---|"]
        return head + [f"| {name} | {share:.2%} | {must} | {number} |" for name, share, must, number in rows]

    def _of(self, want: Want, name: str = "large") -> int:
        return self.recall.get((want.value, "all", name), Tally()).total

    def _table(self, kind: str, title: str) -> list[str]:
        names = sorted({name for _, one, name in self.recall if one == kind})
        lines = [f"\n### Found {title}\n", "| | Marks | Found | Numbers and lists | Found |", "|---|---|---|---|---|"]
        for name in names:
            mark = self.recall.get((Want.MARK.value, kind, name), Tally())
            other = [self.recall.get((want.value, kind, name), Tally()) for want in (Want.NUMBER, Want.PHONES)]
            number = Tally(sum(one.total for one in other), sum(one.right for one in other))
            cells = [f"{one.total or ''} | {one.share:.1%}" if one.total else " | " for one in (mark, number)]
            lines.append(f"| {name.strip()} | {' | '.join(cells)} |")
        return lines

    def _negatives(self) -> list[str]:
        words = ("allow", "encrypt", "hold", "block")
        lines = ["| | Pictures | Allowed | Encrypted | Held | Blocked |", "|---|---|---|---|---|---|"]
        for family in sorted({family for _, family in self.actions}):
            found = [self.actions[word, family] for word in words]
            lines.append(f"| {family} | {sum(found)} | {' | '.join(map(str, found))} |")
        held = ", ".join(f"{rule} {number}" for rule, number in self.because.most_common())
        return [*lines, f"\nHeld or blocked by: {held or 'none'}."]

    def _times(self) -> list[str]:
        lines = ["\n### Milliseconds a picture\n", "| | Pictures | Median | 95 of 100 below |", "|---|---|---|---|"]
        for kind, times in sorted(self.times.items()):
            high = sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]
            lines.append(f"| {kind} | {len(times)} | {statistics.median(times):.0f} | {high:.0f} |")
        return lines

    def _worst(self) -> list[str]:
        """False alarms first, then what was not found though it was large and straight; one of each family and wear."""
        seen, lines = set(), []
        for one in sorted(self.wrong, key=_badness):
            label = one.label
            key = label.want, label.family, _wear(label.wear)
            if key in seen:
                continue
            seen.add(key)
            lines.append(
                f"- number {label.number}: {label.want.value}, {label.family}, {label.px} px, {label.turn:+}°, {', '.join(label.wear)}: "
                f"{one.action}; {'; '.join(one.findings[:2]) or 'nothing was found'}"
            )
            if len(lines) == WORST:
                break
        return lines or ["None."]


def _badness(one: Result) -> tuple[bool, bool, int, int]:
    label = one.label
    return label.want is not Want.NOTHING, one.action != "block", abs(label.turn), -label.px


def _wear(names: tuple[str, ...]) -> str:
    """What was done, without the packing."""
    return next((name for name in names if not name.startswith(("JPEG", "PNG"))), "only packed")

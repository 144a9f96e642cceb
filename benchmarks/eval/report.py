# ruff: noqa: E501 - sentences and markup stay on one line, so that they read as they are written
"""Precision and recall by rule, format and mutation, with the ten worst misses."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.eval.judge import Result
from benchmarks.eval.paper import Want
from classifiers.model import Certainty
from dlp.model import Action

WORST = 10
PLAIN, ALL = 0.99, 0.95
HOLDS, ENCRYPTS = 0.001, 0.005
MARKS = (Want.STATE, Want.WORK, Want.TRADE, Want.INTERNAL, Want.ENGLISH)
APART = Path(__file__).with_name("apart.md")
"""What was judged once and cannot be made again: figures of papers before anything was mended after them."""
HEAD = """# How well marks are told from mentions

Made by `make eval` (seed {seed}): {count} documents with a mark, an identifier or a key, and {count} hard negatives, each
rendered into a real file of one of eight formats, read by the product's own readers, classified with the shipped packs,
and judged by the standard policy. What papers of other writers say is at the end.

The documents are made by a generator that the authors of the rules wrote, so the figures say that the rules do what they
were meant to, in every format and spelling listed here. They do not say how often the marks of documents that nobody here
has seen are found; an organisation tries that with its own files and `dlp inspect`.

"""


@dataclass(slots=True)
class Tally:
    """How many, and how many of them were right."""

    total: int = 0
    right: int = 0

    def add(self, right: bool) -> None:
        """Count one."""
        self.total += 1
        self.right += right

    @property
    def share(self) -> float:
        """Right among all."""
        return self.right / self.total if self.total else 1.0


@dataclass(slots=True)
class Report:
    """Collects results."""

    count: int
    seed: int
    judged: int = 0
    recall: dict[tuple[str, str], Tally] = field(default_factory=dict)
    fired: dict[str, Tally] = field(default_factory=dict)
    """By rule: findings at medium or above, right where the document holds what the rule is about."""
    actions: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[Result] = field(default_factory=list)
    negatives: int = 0

    def add(self, result: Result) -> None:
        """Count one result."""
        self.judged += 1
        case = result.case
        held = case.want is not Want.NOTHING
        for found in {
            one.rule for one in result.classification.findings if one.score >= Certainty.MEDIUM and one.level > 0
        }:
            about = held and (found.startswith(case.rules) or (case.want in MARKS and ".mark." in found))
            self.fired.setdefault(found, Tally()).add(about)
        if not held:
            self.negatives += 1
            self.actions[result.action.value, case.family] += 1
        else:
            for key in self._keys(result):
                self.recall.setdefault(key, Tally()).add(result.right)
        if not result.right:
            self.wrong.append(result)

    def _keys(self, result: Result) -> list[tuple[str, str]]:
        case = result.case
        keys = [("kind", case.want.value), ("mutation", case.mutation), ("format", result.format), ("all", "all")]
        if case.mutation == "none":
            keys.append(("plain", result.format))
        if case.want is Want.STATE:
            keys.append(("place", case.place))
        return keys

    def _share(self, action: Action) -> float:
        number = sum(n for (word, _), n in self.actions.items() if word == action.value)
        return number / max(1, self.negatives)

    def good(self) -> bool:
        """Whether every figure that must be reached was."""
        plain = all(tally.share >= PLAIN for (kind, _), tally in self.recall.items() if kind == "plain")
        return (
            plain
            and self.recall.get(("all", "all"), Tally()).share >= ALL
            and self._share(Action.BLOCK) == 0
            and self._share(Action.HOLD) <= HOLDS
            and self._share(Action.ENCRYPT) <= ENCRYPTS
        )

    def text(self) -> str:
        """The report as Markdown."""
        lines = [
            HEAD.format(seed=self.seed, count=self.count),
            "## Hard negatives\n",
            "| Action | Share | Must be at most |",
            "|---|---|---|",
        ]
        for action, most in ((Action.BLOCK, 0.0), (Action.HOLD, HOLDS), (Action.ENCRYPT, ENCRYPTS)):
            lines.append(f"| {action.value} | {self._share(action):.3%} | {most:.1%} |")
        for kind, title in (
            ("plain", "Recall of plain writing by format (must be 99 %)"),
            ("format", "Recall by format, all spellings"),
            ("mutation", "Recall by spelling"),
            ("kind", "Recall by what is looked for"),
            ("place", "State secret marks by place"),
        ):
            lines += [f"\n## {title}\n", "| | Documents | Found |", "|---|---|---|"]
            lines += [
                f"| {name} | {tally.total} | {tally.share:.2%} |"
                for (one, name), tally in sorted(self.recall.items())
                if one == kind
            ]
        total = self.recall.get(("all", "all"), Tally())
        lines.append(f"\nAll spellings together: {total.share:.2%} of {total.total} (must be 95 %).")
        lines += [
            "\n## Precision by rule\n",
            "| Rule | Documents it fired on | About what they hold |",
            "|---|---|---|",
        ]
        lines += [f"| `{rule}` | {tally.total} | {tally.share:.2%} |" for rule, tally in sorted(self.fired.items())]
        lines += ["\n## The worst misses\n", *self._worst()]
        return "\n".join(lines) + "\n" + APART.read_text("utf-8")

    def _worst(self) -> list[str]:
        """False alarms first, then marks not found, one of each kind."""
        seen: set[tuple[str, str, str]] = set()
        lines = []
        for result in sorted(
            self.wrong, key=lambda one: (one.case.want is not Want.NOTHING, one.case.mutation != "none")
        ):
            key = (result.case.family, result.case.mutation, result.action.value)
            if key in seen:
                continue
            seen.add(key)
            found = ", ".join(
                f"{one.rule} {one.score} ({' '.join(one.supports)})" for one in result.classification.findings[:2]
            )
            what = f"{result.case.want.value}, {result.case.family}, {result.case.mutation}"
            lines.append(
                f"- {what} as {result.format} (number {result.case.number}): {result.action.value}; {found or 'nothing was found'}"
            )
            if len(lines) == WORST:
                break
        return lines or ["None."]

"""Keeps what was found in a document, small whatever its size, and lets the whole document have its say at the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from classifiers.confirm import Candidate
from classifiers.masks import fingerprint
from classifiers.model import Category, Certainty, Finding, Place, Region
from classifiers.rules import Rule

MOST_VALUES = 10_000
"""Distinct values of one rule that are told apart; a list with more of them counts as this many."""
MOST_MARKS = 500
"""Distinct marks of one rule and level in one document; further ones only raise the count of the strongest."""
MOST_MET = 20_000
"""Different matches, as written, that are remembered so that the same need not be judged again and again."""
LOOKS = 3
ENOUGH = 1_000
"""Findings of a kind in one document after which it is no longer looked for."""
REPEATED = 3
DIFFERENT_MARKS = 3
"""A document with so many different marks teaches marks (facts: 1.5)."""
SOME_MARKS, SOME_CUES = 2, 3
STANDING = frozenset({Region.HEADER, Region.FOOTER, Region.TITLE, Region.WATERMARK, Region.METADATA, Region.FILE_NAME})
"""A mark here speaks of the document itself, whatever the text teaches."""
HIGHEST = 99
CONTRADICTION = "label.contradiction"
LABELLING = frozenset(Category) - {Category.PERSONAL_INFO, Category.SENSITIVE_PERSONAL_INFO, Category.CREDENTIAL}
"""Categories of findings that say what a document is, and not what is in it."""

Path = tuple[str, ...]
Key = tuple[str, Path, str, int]


def _least(rule: Rule) -> int:
    """The score from which more findings of the rule change nothing; a key that can be high is blocked only then."""
    most = rule.base + sum(points for _, points in rule.supports if points > 0)
    most = min([most, *(cap for sign, cap in rule.caps if sign.name == "always")])
    may_be_high = rule.category is Category.CREDENTIAL and most >= Certainty.HIGH
    return Certainty.HIGH if may_be_high else Certainty.MEDIUM


@dataclass(slots=True)
class Record:
    """One finding in the making."""

    best: Candidate
    count: int = 0
    values: set[str] = field(default_factory=set)
    fingerprint: str = ""


@dataclass(slots=True)
class Met:
    """How a match as written did so far."""

    record: Record
    looks: int = 0
    points: int = 0


def contradictions(found: list[Finding]) -> list[Finding]:
    """A label or property that says less than the text of the same document says: one finding for each document."""
    firm = [one for one in found if one.score >= Certainty.MEDIUM]
    says: dict[Path, Finding] = {}
    for one in firm:
        if one.place.region is Region.METADATA and one.category in LABELLING:
            says[one.place.path] = max(says.get(one.place.path, one), one, key=lambda f: f.level)
    made = []
    for path, label in says.items():
        text = [one for one in firm if one.place.path == path and one.place.region is not Region.METADATA]
        strongest = max(text, key=lambda f: (f.level, f.score), default=None)
        if strongest is not None and strongest.level > label.level:
            told = f"{label.level.id} < {strongest.level.id}"
            made.append(_contradicted(strongest, label, told))
    return made


def _contradicted(strongest: Finding, label: Finding, told: str) -> Finding:
    return replace(
        strongest,
        rule=CONTRADICTION,
        place=label.place,
        masked=told,
        count=1,
        supports=("label_below_text",),
        title_en="Label says less than the text",
        title_zh="标签级别低于正文",
    )


class Gathering:
    """The document aggregate."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._records: dict[Key, Record] = {}
        self._marks: dict[Path, set[str]] = {}
        self._cues: dict[Path, int] = {}
        self._mass: Counter[tuple[str, int]] = Counter()
        """Marks of at least medium certainty by rule and level, and of high by category and level."""
        self._met: dict[tuple[str, str], Met] = {}

    def known(self, rule: Rule, raw: str) -> bool:
        """Whether the same was met before and another look could not change the verdict; it is then only counted.

        A mark is known once it scored high; a value of a list after a few looks, because lists count distinct values.
        """
        met = self._met.get((rule.id, raw))
        if met is None or met.looks < (0 if met.points >= Certainty.HIGH else LOOKS):
            return False
        if rule.per_value and met.points < Certainty.HIGH:
            return False
        met.record.count += 1
        self._weigh(met.record.best)
        return True

    def _meet(self, one: Candidate, record: Record) -> None:
        met = self._met.get((one.rule.id, one.raw))
        if met is None:
            if len(self._met) >= MOST_MET:
                return
            met = self._met[one.rule.id, one.raw] = Met(record)
        met.looks += 1
        met.points = max(met.points, min(one.points, one.cap))

    def add(self, one: Candidate) -> None:
        """Take a candidate; only the strongest of its kind is kept whole."""
        rule = one.rule
        if rule.per_value:
            self._mark(one)
        value = one.value if rule.per_value else ""
        path = one.place.path if rule.per_value else ()
        key = (rule.id, path, value, int(one.level))
        record = self._records.get(key)
        if record is None:
            if rule.per_value and self._full(path):
                key = (rule.id, path, "", int(one.level))
            record = self._records.setdefault(key, Record(one))
        if min(one.points, one.cap) > min(record.best.points, record.best.cap) or not record.fingerprint:
            record.best = one
            record.fingerprint = fingerprint(one.value, self._key)
        record.count += 1
        self._meet(one, record)
        self._weigh(one)
        if not rule.per_value and one.points >= rule.base and len(record.values) < MOST_VALUES:
            record.values.add(fingerprint(one.value, self._key))

    def _mark(self, one: Candidate) -> None:
        path = one.place.path
        marks = self._marks.setdefault(path, set())
        if len(marks) < MOST_MARKS:
            marks.add(f"{int(one.level)} {one.value}")
        if any(points < 0 and sign.name in one.signs for sign, points in one.rule.supports):
            self._cues[path] = self._cues.get(path, 0) + 1

    def _weigh(self, one: Candidate) -> None:
        if one.rule.per_value and (score := min(one.points, one.cap)) >= Certainty.MEDIUM:
            self._mass[one.rule.id, int(one.level)] += 1
            if score >= Certainty.HIGH:
                self._mass[one.category.value, int(one.level)] += 1

    def settled(self, rules: tuple[Rule, ...]) -> dict[str, int]:
        """By rule id, up to which level the document has enough: a rule's own marks, or high ones of its category."""
        found: dict[str, int] = {}
        for (name, level), count in self._mass.items():
            if count >= ENOUGH:
                for rule in rules:
                    if name in (rule.id, rule.category.value):
                        found[rule.id] = max(level, found.get(rule.id, -1))
        for record in self._records.values():
            if len(record.values) >= ENOUGH and self._finding(record).score >= _least(record.best.rule):
                found[record.best.rule.id] = int(record.best.level)
        return found

    def _full(self, path: Path) -> bool:
        return len(self._marks[path]) >= MOST_MARKS

    def findings(self) -> list[Finding]:
        """All of them, the strongest first."""
        found = [self._finding(record) for record in self._records.values()]
        found += contradictions(found)
        found.sort(key=lambda one: (-min(one.score, 85), -one.level, -one.score, one.rule, one.fingerprint))
        return found

    def _finding(self, record: Record) -> Finding:
        one, rule = record.best, record.best.rule
        count = record.count if rule.per_value else max(1, len(record.values))
        names, points, cap = list(one.signs), one.points, one.cap
        for sign, worth in rule.supports:
            if self._whole_document(sign.name, record, count):
                names.append(sign.name)
                points += worth
        for sign, most in rule.caps:
            if self._whole_document(sign.name, record, count):
                names.append(sign.name)
                cap = min(cap, most)
        score = max(0, min(points, cap, HIGHEST))
        return Finding(
            rule.id, one.level, one.category, score, one.place, one.masked, record.fingerprint, count, tuple(names),
            rule.title_en, rule.title_zh,
        )  # fmt: skip

    def _whole_document(self, sign: str, record: Record, count: int) -> bool:
        if sign.startswith("distinct_"):
            return not record.best.rule.per_value and count >= int(sign.removeprefix("distinct_"))
        if sign == "repeated":
            return count >= REPEATED
        return sign == "teaching_document" and self._teaches(record.best.place, record.best.signs)

    def _teaches(self, place: Place, signs: tuple[str, ...]) -> bool:
        if place.region in STANDING and (place.page or place.slide or 1) == 1:
            return False
        if "isolated_line" in signs and "first_page_top" in signs:
            # A cover mark speaks of the document even where the text below it teaches marks.
            return False
        marks = len(self._marks.get(place.path, ()))
        return marks >= DIFFERENT_MARKS or (marks >= SOME_MARKS and self._cues.get(place.path, 0) >= SOME_CUES)

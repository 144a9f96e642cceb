"""Keeps what was found in a document, small whatever its size, and lets the whole document have its say at the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from classifiers.candidate import Candidate
from classifiers.contradiction import contradictions
from classifiers.masks import fingerprint
from classifiers.model import HIGHEST, Category, Certainty, Finding
from classifiers.rules import Rule
from classifiers.signs import MOST_VALUES
from classifiers.teaching import MOST_MARKS, Teaching, stands_alone
from classifiers.window import Window

MOST_MET = 20_000
"""Different matches, as written, that are remembered so that the same need not be judged again and again."""
LOOKS = 3
PLACES = 50
"""Matches of a rule in one document after which values are only counted, where no better score can come, and matches
that cannot matter are not asked to the end."""
ENOUGH = 200
"""Marks of a kind in one document after which it is no longer looked for."""
REPEATED = 3

Path = tuple[str, ...]
Key = tuple[str, Path, str, int]


def _enough_of(mass: Counter[tuple[str, int]]) -> dict[str, int]:
    """By rule id or category, the highest level that enough marks reach: those of higher levels speak for it too."""
    found: dict[str, int] = {}
    total: Counter[str] = Counter()
    for name, level in sorted(mass, key=lambda one: -one[1]):
        total[name] += mass[name, level]
        if total[name] >= ENOUGH and name not in found:
            found[name] = level
    return found


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
    alone: Candidate | None = None
    """The best of those that speak of the whole document, whatever its text teaches."""
    count: int = 0
    values: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Met:
    """How a match as written did so far."""

    record: Record
    looks: int = 0
    points: int = 0


class Gathering:
    """The document aggregate."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._records: dict[Key, Record] = {}
        self._teaching = Teaching()
        self._mass: dict[Path, Counter[tuple[str, int]]] = {}
        """By document: marks of at least medium certainty by rule and level, and of high by category and level."""
        self._met: dict[tuple[str, Path, str], Met] = {}
        self._looks: Counter[str] = Counter()
        """Matches judged, by rule."""
        self._full: dict[str, Record] = {}
        """By rule: records that only count."""
        self._settled: dict[Path, dict[str, int]] = {}
        """By document and rule. Values are counted over the whole file, and stand under the file itself."""

    def known(self, rule: Rule, raw: str, path: Path) -> bool:
        """Whether the same was met before and another look could not change the verdict; it is then only counted.

        A mark is known once it scored high; a value of a list after a few looks, because lists count distinct values.
        """
        met = self._met.get((rule.id, path if rule.per_value else (), raw))
        if met is None or met.looks < (0 if met.points >= Certainty.HIGH else LOOKS):
            return False
        if rule.per_value and met.points < Certainty.HIGH:
            return False
        if self._enough(rule, path) < met.record.best.level:
            met.record.count += 1
            self._weigh(met.record.best)
        return True

    def counting(self, rule: Rule) -> set[str] | None:
        """As Memory."""
        full = self._full.get(rule.id)
        return None if full is None else full.values

    def many(self, rule: Rule) -> bool:
        """As Memory."""
        return self._looks[rule.id] >= PLACES

    def add(self, one: Candidate) -> None:
        """Take a candidate; only the strongest of its kind is kept whole."""
        rule = one.rule
        self._looks[rule.id] += 1
        alone = rule.per_value and stands_alone(one)
        if not alone and self._enough(rule, one.place.path) >= one.level:
            return
        if rule.per_value:
            self._teaching.add(one)
        record = self._record(one)
        if alone and (record.alone is None or one.score > record.alone.score):
            record.alone = one.kept()
        if record.best is not one and one.score > record.best.score:
            record.best = one.kept()
        record.count += 1
        self._weigh(one)
        if rule.per_value:
            self._meet(one, record)
        elif one.points >= rule.base and len(record.values) < MOST_VALUES:
            record.values.add(one.value)
            if rule.id not in self._full:
                self._meet(one, record)
                if record.count >= PLACES and self._finding(record).score >= _least(rule):
                    self._full[rule.id] = record

    def _record(self, one: Candidate) -> Record:
        rule = one.rule
        path = one.place.path if rule.per_value else ()
        key = (rule.id, path, one.value if rule.per_value else "", int(one.level))
        record = self._records.get(key)
        if record is None:
            if rule.per_value and self._teaching.marks(path) >= MOST_MARKS:
                key = (rule.id, path, "", int(one.level))
                record = self._records.get(key)
            if record is None:
                record = self._records[key] = Record(one.kept())
        return record

    def _meet(self, one: Candidate, record: Record) -> None:
        key = one.rule.id, one.place.path if one.rule.per_value else (), one.raw
        met = self._met.get(key)
        if met is None:
            if len(self._met) >= MOST_MET:
                return
            met = self._met[key] = Met(record)
        met.looks += 1
        met.points = max(met.points, one.score)

    def _weigh(self, one: Candidate) -> None:
        if one.rule.per_value and one.score >= Certainty.MEDIUM:
            mass = self._mass.setdefault(one.place.path, Counter())
            mass[one.rule.id, int(one.level)] += 1
            if one.score >= Certainty.HIGH:
                mass[one.category.value, int(one.level)] += 1

    def settled(self, rules: tuple[Rule, ...], window: Window) -> dict[str, int]:
        """By rule id, up to which level there is enough: a rule's own marks, or high ones of its category.

        Marks of another document say nothing of this one, and those of its text nothing of its headers and its top.
        """
        for rule_id, record in self._full.items():
            if len(record.values) >= MOST_VALUES:
                self._settled.setdefault((), {})[rule_id] = int(record.best.level)
        whole = {rule.id for rule in rules if not rule.per_value}
        found = {rule_id: level for rule_id, level in self._settled.get((), {}).items() if rule_id in whole}
        many = _enough_of(self._mass.get(window.path, Counter()))
        if many and not window.leads:
            marks = self._settled.setdefault(window.path, {})
            for rule in rules:
                level = max(many.get(rule.id, -1), many.get(rule.category.value, -1)) if rule.per_value else -1
                if level > marks.get(rule.id, -1):
                    marks[rule.id] = level
            found |= marks
        return found

    def _enough(self, rule: Rule, path: Path) -> int:
        """Up to which level the document has enough of the rule."""
        return self._settled.get(path if rule.per_value else (), {}).get(rule.id, -1)

    def findings(self) -> list[Finding]:
        """All of them, the strongest first."""
        found = [self._finding(record) for record in self._records.values()]
        found += contradictions(found)
        found.sort(key=lambda one: (-min(one.score, 85), -one.level, -one.score, one.rule, one.fingerprint))
        return found

    def _finding(self, record: Record) -> Finding:
        one, rule = record.best, record.best.rule
        if record.alone is not None and self._teaching.teaches(one):
            one = record.alone
        count = record.count if rule.per_value else max(1, len(record.values))
        names, points, cap = list(one.signs), one.points, one.cap
        for sign, worth in rule.supports:
            if self._whole_document(sign.name, one, count):
                names.append(sign.name)
                points += worth
        for sign, most in rule.caps:
            if self._whole_document(sign.name, one, count):
                names.append(sign.name)
                cap = min(cap, most)
        score = max(0, min(points, cap, HIGHEST))
        return Finding(
            rule.id, one.level, one.category, score, one.place, one.masked, fingerprint(one.value, self._key), count,
            tuple(names), rule.title_en, rule.title_zh, self._enough(rule, one.place.path) >= one.level,
        )  # fmt: skip

    def _whole_document(self, sign: str, one: Candidate, count: int) -> bool:
        if sign.startswith("distinct_"):
            return not one.rule.per_value and count >= int(sign.removeprefix("distinct_"))
        if sign == "repeated":
            return count >= REPEATED
        if sign == "lone_mark":
            return self._teaching.lone(one)
        return sign == "teaching_document" and self._teaching.teaches(one)

"""What to do with a file, decided by ordered rules that are data (DESIGN 5.3): first match wins.

Policy never reads content. It sees a Document, its Classification and the Origin, and answers with a Verdict that
names the rule and the clause of the organisation's own regulation.
"""

from __future__ import annotations

from dataclasses import dataclass

from classifiers.model import Category, Certainty, Classification, Finding, Gap, GapKind, GapReason, Level
from dlp.model import Action, Because, Direction, Document, Option, Origin, Verdict


@dataclass(frozen=True, slots=True)
class FindingCondition:
    """Holds when one single finding meets every part: "secret, high" means one finding that is both."""

    min_level: Level = Level.PUBLIC
    certainty: Certainty = Certainty.MEDIUM
    category: frozenset[Category] = frozenset()
    not_rule: frozenset[str] = frozenset()
    """It holds for no finding of one of these rules."""

    def holds(self, findings: tuple[Finding, ...]) -> bool:
        """Whether any one finding meets it."""
        return any(
            finding.level >= self.min_level
            and finding.score >= self.certainty
            and (not self.category or finding.category in self.category)
            and finding.rule not in self.not_rule
            for finding in findings
        )


@dataclass(frozen=True, slots=True)
class GapCondition:
    """Holds when one single Gap meets every part."""

    kind: GapKind | None = None
    reason: frozenset[GapReason] = frozenset()
    not_reason: frozenset[GapReason] = frozenset()
    """It holds for no Gap with one of these."""
    min_coverage: float = 0.0
    """Share of the page or file, 0..1."""
    min_size: int = 0
    """Bytes; a gap of unknown size counts as big, because unknown is not small."""

    def holds(self, gaps: tuple[Gap, ...]) -> bool:
        """Whether any one Gap meets it."""
        return any(
            (self.kind is None or gap.kind is self.kind)
            and (not self.reason or gap.reason in self.reason)
            and gap.reason not in self.not_reason
            and gap.coverage >= self.min_coverage
            and (gap.size is None or gap.size >= self.min_size)
            for gap in gaps
        )


@dataclass(frozen=True, slots=True)
class When:
    """All conditions of a rule; an absent one always holds."""

    finding: FindingCondition | None = None
    gap: GapCondition | None = None
    level: Level | None = None
    """The file's level is at least this."""
    registered: bool | None = None
    direction: Direction | None = None
    group: frozenset[str] = frozenset()
    type: frozenset[str] = frozenset()
    """True media types."""
    min_size: int | None = None
    """Bytes."""

    def holds(self, seen: Seen) -> bool:
        """Whether every condition holds for what was seen."""
        content = seen.classification
        return (
            (self.registered is None or self.registered == seen.registered)
            and (self.level is None or content.level >= self.level)
            and (self.finding is None or self.finding.holds(content.findings))
            and (self.gap is None or self.gap.holds(content.gaps))
            and (self.direction is None or self.direction is seen.origin.direction)
            and (not self.group or seen.origin.group in self.group)
            and (not self.type or seen.document.type in self.type)
            and (self.min_size is None or seen.document.size >= self.min_size)
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """All that a rule may ask about."""

    document: Document
    classification: Classification
    origin: Origin
    registered: bool
    """The file is a sealed file of this office, byte for byte."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a policy."""

    because: Because
    when: When
    action: Action
    options: tuple[Option, ...]
    notice: bool


@dataclass(frozen=True, slots=True)
class Outsiders:
    """Which files may leave as a zip with a password, for people who have neither an account nor this program."""

    highest: Level
    groups: frozenset[str] = frozenset()
    """Empty: for every group."""

    def permits(self, verdict: Verdict) -> bool:
        """Whether a file that was judged so may leave that way; what is held or blocked never does."""
        return (
            verdict.action in (Action.ALLOW, Action.ENCRYPT)
            and verdict.level <= self.highest
            and not any(gap.kind is GapKind.UNREADABLE for gap in verdict.classification.gaps)
        )

    def permits_group(self, group: str) -> bool:
        """Whether for this declared group."""
        return not self.groups or group in self.groups


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long received files are kept, and which kept ones their sender does not get back alone."""

    retention: tuple[tuple[Level, int], ...] = ()
    """Days by level; a level that is not named has the days of the next lower one that is. Empty: without end."""
    stays_from: Level | None = None
    """From this level on a held or blocked file is given back by a reviewer only."""

    def days(self, level: Level) -> int | None:
        """Days for which a received file of this level is kept; None: without end."""
        fitting = [days for named, days in sorted(self.retention) if named <= level]
        return fitting[-1] if fitting else None

    def gives_back(self, level: Level) -> bool:
        """Whether the sender may take a kept file of this level back."""
        return self.stays_from is None or level < self.stays_from


@dataclass(frozen=True, slots=True)
class Policy:
    """Ordered rules; the last has no condition, so that every file meets one."""

    name: str
    title_en: str
    title_zh: str
    channel_en: str
    channel_zh: str
    """The designated channel for what may not go over WeChat; receipts name it."""
    rules: tuple[Rule, ...]
    digest: str
    outsiders: Outsiders | None = None
    """None: nothing leaves as a zip with a password."""
    keeping: Keeping = Keeping()

    def rule_for(self, seen: Seen) -> Rule:
        """The first rule whose conditions hold."""
        return next(rule for rule in self.rules if rule.when.holds(seen))

    def decide(
        self, document: Document, classification: Classification, origin: Origin, *, registered: bool = False
    ) -> Verdict:
        """The Verdict for one file; changes nothing.

        A policy that was loaded has a last rule without conditions, so there is always an answer.
        """
        rule = self.rule_for(Seen(document, classification, origin, registered))
        return Verdict(
            document, classification, rule.action, (rule.because,), rule.options, self.digest, notice=rule.notice
        )

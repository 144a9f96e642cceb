"""Why a verdict is what it is: each score redone, and the fewest findings without which it would be another."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace

from classifiers.explain import Sum, redone
from classifiers.model import Certainty, Classification, Finding, Level
from classifiers.rules import Rules
from dlp.language import Language, Say
from dlp.model import Action, Origin, Verdict
from dlp.policy import Policy
from dlp.shown import shown
from dlp.sign_words import sign_words
from dlp.words import ACTIONS

EXACT = 3
"""Sets of up to so many findings are tried one by one; a larger one is found by taking away and putting back."""
MOST = 60
"""Findings up to which sets are tried one by one."""


@dataclass(frozen=True, slots=True)
class Turning:
    """The fewest findings whose removal changes the verdict, and what it would be without them."""

    findings: tuple[Finding, ...]
    action: Action


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges a verdict's document again with other findings."""

    verdict: Verdict
    policy: Policy
    origin: Origin
    registered: bool

    def without(self, gone: Iterable[Finding]) -> Action:
        """The action that policy wants when these findings had not been made."""
        lost = {id(one) for one in gone}
        left = tuple(one for one in self.verdict.classification.findings if id(one) not in lost)
        level = max((one.level for one in left if one.score >= Certainty.MEDIUM), default=Level.PUBLIC)
        content: Classification = replace(self.verdict.classification, findings=left, level=level)
        return self.policy.decide(self.verdict.document, content, self.origin, registered=self.registered).action


def turning(judge: Judge) -> Turning | None:
    """The fewest findings that the verdict hangs on; None where it hangs on none (a gap made it, or all is allowed)."""
    findings = judge.verdict.classification.findings
    before = judge.verdict.action
    if judge.without(findings) is before:
        return None
    if len(findings) <= MOST:
        for size in range(1, EXACT + 1):
            for chosen in itertools.combinations(findings, size):
                action = judge.without(chosen)
                if action is not before:
                    return Turning(chosen, action)
    return _thinned(judge, list(findings), before)


def _thinned(judge: Judge, chosen: list[Finding], before: Action) -> Turning:
    """From all findings, put back each that is not needed for the change."""
    for one in list(chosen):
        fewer = [other for other in chosen if other is not one]
        if judge.without(fewer) is not before:
            chosen = fewer
    return Turning(tuple(chosen), judge.without(chosen))


def lines(judge: Judge, rules: Rules, language: Language) -> list[str]:
    """The explanation for people."""
    told = []
    for finding in judge.verdict.classification.findings:
        title = finding.title_zh if language is Language.ZH else finding.title_en
        told.append(shown(f"    {title or finding.rule} [{finding.rule}] {finding.masked}"))
        told.append(f"      {_sum(redone(finding, rules), finding, language)}")
    return [*told, f"    {_turning(turning(judge)).to(language)}"]


def _sum(made: Sum | None, finding: Finding, language: Language) -> str:
    if made is None:
        return f"= {finding.score}"
    base = Say("base {n}", "基础分 {n}").format(n=made.base).to(language)
    points = "".join(f", {_sign(name, language)} {points:+d}" for name, points in made.points)
    most = Say("at most {n} because of {name}", "因 {name} 不超过 {n}")
    caps = "".join(f"; {most.format(n=cap, name=_sign(name, language)).to(language)}" for name, cap in made.caps)
    kept = f" → {made.score}" if made.total != made.score else ""
    return f"{base}{points}{caps} = {made.total}{kept}"


def _sign(name: str, language: Language) -> str:
    words = sign_words(name).to(language)
    return name if words == name else f"{words} ({name})"


def _turning(found: Turning | None) -> Say:
    if found is None:
        return Say("no finding made this verdict", "此结论不是由发现的内容决定的")
    named = " + ".join(shown(one.masked) for one in found.findings)
    return Say(
        "without {named} it would be {action}",
        "如果没有 {named}，结论将是{action}",
    ).format(named=named, action=ACTIONS[found.action])


def to_json(judge: Judge, rules: Rules) -> dict[str, object]:
    """The same as one JSON object."""
    found = turning(judge)
    findings = judge.verdict.classification.findings
    sums = [redone(finding, rules) for finding in findings]
    return {
        "scores": [
            None
            if made is None
            else {"base": made.base, "points": dict(made.points), "caps": dict(made.caps), "score": made.score}
            for made in sums
        ],
        "turning": None
        if found is None
        else {"findings": [findings.index(one) for one in found.findings], "action": found.action.value},
    }

"""A Verdict as JSON (the contract of DESIGN 5.1) and as lines for people."""

from __future__ import annotations

from typing import Any

from classifiers.model import Finding, Gap, Place
from classifiers.places import render
from dlp.coverage_words import read_so_far, which_picture
from dlp.language import Language
from dlp.model import Action, Option, Verdict
from dlp.shown import shown
from dlp.words import ACTIONS, GAP_KINDS, GAP_REASONS, LEVELS


def finding_json(finding: Finding, language: Language) -> dict[str, Any]:
    """One finding as in DESIGN 5.1."""
    return {
        "rule": finding.rule,
        "level": finding.level.id,
        "category": finding.category.value,
        "score": finding.score,
        "where": render(finding.place, language.value),
        "masked": finding.masked,
        "count": finding.count,
        "at_least": finding.at_least,
        "supports": list(finding.supports),
        "fingerprint": finding.fingerprint,
        "title": finding.title_zh if language is Language.ZH else finding.title_en,
    }


def gap_json(gap: Gap, language: Language) -> dict[str, Any]:
    """One gap as in DESIGN 5.1."""
    return {
        "where": render(gap.place, language.value),
        "kind": gap.kind.value,
        "reason": gap.reason.value,
        "coverage": gap.coverage,
        "detail": gap.detail,
    }


def to_json(verdict: Verdict, language: Language) -> dict[str, Any]:
    """The object that ``dlp inspect --json`` prints for one file, without its path."""
    document, content = verdict.document, verdict.classification
    return {
        "name": document.name,
        "size": document.size,
        "sha256": document.sha256,
        "type": document.type,
        "level": verdict.level.id,
        "action": verdict.action.value,
        "complete": content.complete,
        "findings": [finding_json(finding, language) for finding in content.findings],
        "gaps": [gap_json(gap, language) for gap in content.gaps],
        "because": [
            {"rule": b.rule, "clause": b.clause, "text": b.text_zh if language is Language.ZH else b.text_en}
            for b in verdict.because
        ],
        "policy": verdict.policy,
        "rules": content.rules,
        "elapsed_ms": verdict.elapsed_ms,
    }


def to_report(verdict: Verdict) -> dict[str, Any]:
    """The part of a ``transfer`` report that a Verdict fills; places are rendered in both languages."""
    document, content = verdict.document, verdict.classification
    return {
        "type": document.type,
        "level": verdict.level.id,
        "action": verdict.action.value,
        "complete": content.complete,
        "findings": [_finding_report(finding) for finding in content.findings],
        "gaps": [_gap_report(gap) for gap in content.gaps],
        "because": [
            {"rule": b.rule, "clause": b.clause, "text_en": b.text_en, "text_zh": b.text_zh} for b in verdict.because
        ],
        "options": [_option(option) for option in verdict.options],
        "policy": verdict.policy,
        "rules": content.rules,
        "incident": verdict.action in (Action.HOLD, Action.BLOCK),
    }


def _option(option: Option) -> dict[str, Any]:
    return {"choice": option.choice.value, "people": option.people, "reason": option.reason}


def _finding_report(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "level": finding.level.id,
        "category": finding.category.value,
        "score": finding.score,
        "where_en": render(finding.place, "en"),
        "where_zh": render(finding.place, "zh"),
        "masked": finding.masked,
        "fingerprint": finding.fingerprint,
        "count": finding.count,
        "supports": list(finding.supports),
        "title_en": finding.title_en,
        "title_zh": finding.title_zh,
    }


def _gap_report(gap: Gap) -> dict[str, Any]:
    return {
        "kind": gap.kind.value,
        "reason": gap.reason.value,
        "where_en": render(gap.place, "en"),
        "where_zh": render(gap.place, "zh"),
        "coverage": gap.coverage,
        "detail": gap.detail,
    }


def for_people(name: str, verdict: Verdict, language: Language) -> str:
    """A few lines: what is done with it, why, what was found (masked), what was not read."""
    head = f"{shown(name)}: {ACTIONS[verdict.action].to(language)} ({LEVELS[verdict.level].to(language)})"
    because = verdict.because[0]
    lines = [head, f"  {because.text_zh if language is Language.ZH else because.text_en} [{because.clause}]"]
    for finding in verdict.classification.findings:
        title = (finding.title_zh if language is Language.ZH else finding.title_en) or finding.rule
        times = f" ×{'≥' if finding.at_least else ''}{finding.count}" if finding.count > 1 else ""
        lines.append(
            f"  - {shown(title)}: {shown(finding.masked)}{times}  {_where(finding.place, language)}  ({finding.score})"
        )
    lines += [f"  - {gap_line(gap, language)}" for gap in verdict.classification.gaps]
    return "\n".join(lines)


def _where(place: Place, language: Language) -> str:
    """Members of archives and sheets are named by whoever made the file."""
    return shown(render(place, language.value))


def gap_line(gap: Gap, language: Language) -> str:
    """One gap in words."""
    where = _where(gap.place, language)
    what = f"{GAP_KINDS[gap.kind].to(language)}: {GAP_REASONS[gap.reason].to(language)}"
    told = read_so_far(gap.detail)
    which = which_picture(gap.detail)
    place = ", ".join(part for part in (where, which.to(language) if which else "") if part)
    return "  ".join(filter(None, (what, place, f"({told.to(language)})" if told else "")))

"""What looking at the same content to its end had found before: the time that a sender waits need not find it again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from classifiers.model import Category, Certainty, Classification, Finding, Level, Place, Region
from dlp.custody import send as sends
from dlp.custody.custody import ORDER
from dlp.journal import Journal, rests
from dlp.journal.rests import Look
from dlp.language import Say
from dlp.model import Because, Choice, Origin, Verdict
from dlp.policy import Policy

_SAID = Say(
    "The same content was released before; this was found when it was looked at to its end.",
    "相同内容此前曾被放行；以下内容是其后完整查看时发现的。",
)
KNOWN = Because("known", "微信使用保密管理制度 二·3", _SAID.en, _SAID.zh)
"""Stands first in a verdict that an earlier look made stricter."""


def known_since(journal: Journal, verdict: Verdict, origin: Origin, policy: Policy) -> Verdict:
    """The verdict with what an earlier look by the same rules found in this content, where that makes it stricter."""
    for rest in rests.known(journal, verdict.document.sha256):
        before = sends.transfer_with(journal, rest.transfer) if rest.state is Look.FOUND else None
        if before is None or before.choice == Choice.FALSE_POSITIVE or rest.rules != verdict.classification.rules:
            continue
        content = _with(verdict.classification, before.judged["findings"])
        found = policy.decide(verdict.document, content, origin, registered=False)
        if ORDER.index(found.action) > ORDER.index(verdict.action):
            return replace(found, because=(KNOWN, *found.because), elapsed_ms=verdict.elapsed_ms)
    return verdict


def _with(content: Classification, told: list[dict[str, Any]]) -> Classification:
    have = {(one.rule, one.fingerprint) for one in content.findings}
    more = tuple(_finding(one) for one in told if (one["rule"], one["fingerprint"]) not in have)
    level = max((one.level for one in more if one.certainty >= Certainty.MEDIUM), default=Level.PUBLIC)
    return replace(content, findings=(*content.findings, *more), level=max(content.level, level))


def _finding(told: dict[str, Any]) -> Finding:
    """A finding as it was reported; of its place only that it is a picture's."""
    named = {name: told[name] for name in ("rule", "score", "masked", "fingerprint", "count", "title_en", "title_zh")}
    return Finding(
        level=Level.of(told["level"]),
        category=Category(told["category"]),
        place=Place(Region.PICTURE),
        supports=tuple(told["supports"]),
        **named,
    )

"""A Verdict as JSON (the contract of DESIGN 5.1) and as lines for people."""

from __future__ import annotations

from typing import Any

from classifiers.places import render

from classifiers.model import Category, Finding, Gap, GapKind, GapReason, Level
from dlp.language import Language, Say
from dlp.model import Action, Option, Verdict

ACTIONS = {
    Action.ALLOW: Say("allowed", "允许发送"),
    Action.ENCRYPT: Say("to be sealed", "须加密"),
    Action.HOLD: Say("held for a person", "扣留待审"),
    Action.BLOCK: Say("blocked", "禁止发送"),
}
LEVELS = {
    Level.PUBLIC: Say("public", "公开"),
    Level.INTERNAL: Say("internal", "内部"),
    Level.SENSITIVE: Say("sensitive", "敏感"),
    Level.SECRET: Say("secret", "秘密"),
    Level.HIGHLY_SECRET: Say("highly secret", "机密"),
    Level.TOP_SECRET: Say("top secret", "绝密"),
}
CATEGORIES = {
    Category.STATE_SECRET: Say("state secret", "国家秘密"),
    Category.WORK_SECRET: Say("work secret", "工作秘密"),
    Category.TRADE_SECRET_CORE: Say("core trade secret", "核心商业秘密"),
    Category.TRADE_SECRET: Say("trade secret", "商业秘密"),
    Category.PERSONAL_INFO: Say("personal information", "个人信息"),
    Category.SENSITIVE_PERSONAL_INFO: Say("sensitive personal information", "敏感个人信息"),
    Category.CREDENTIAL: Say("credential", "口令密钥"),
    Category.EXAM_PAPER: Say("exam paper", "试卷"),
    Category.INTERNAL: Say("internal", "内部"),
    Category.PUBLIC: Say("public", "公开"),
}
GAP_KINDS = {
    GapKind.UNREADABLE: Say("not read", "未能读取"),
    GapKind.UNSEEN: Say("not looked at", "未查看"),
}
GAP_REASONS = {
    GapReason.ENCRYPTED: Say("it is encrypted", "已加密"),
    GapReason.BROKEN: Say("it is broken", "文件损坏"),
    GapReason.TOO_DEEP: Say("too many containers inside each other", "嵌套层数过多"),
    GapReason.TOO_BIG: Say("it is too big", "内容过大"),
    GapReason.TOO_MANY: Say("it has too many parts", "部件过多"),
    GapReason.TOO_SLOW: Say("reading took too long", "读取超时"),
    GapReason.WORKER_LOST: Say("reading it ended the reader", "读取进程异常退出"),
    GapReason.UNKNOWN_TYPE: Say("its type is not known", "未知类型"),
    GapReason.NO_READER: Say("there is no reader for its type", "没有可用的读取器"),
    GapReason.CHANGED: Say("it changed while it was read", "读取过程中被改动"),
    GapReason.NO_TEXT: Say("no text was found in it", "没有文字层"),
    GapReason.PICTURE: Say("a picture", "图片"),
    GapReason.AUDIO: Say("sound", "音频"),
    GapReason.VIDEO: Say("film", "视频"),
    GapReason.FONT: Say("a font", "字体"),
}


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
        times = f" ×{finding.count}" if finding.count > 1 else ""
        lines.append(
            f"  - {title}: {finding.masked}{times}  {render(finding.place, language.value)}  ({finding.score})"
        )
    lines += [f"  - {gap_line(gap, language)}" for gap in verdict.classification.gaps]
    return "\n".join(lines)


def gap_line(gap: Gap, language: Language) -> str:
    """One gap in words."""
    where = render(gap.place, language.value)
    what = f"{GAP_KINDS[gap.kind].to(language)}: {GAP_REASONS[gap.reason].to(language)}"
    return f"{what}  {where}".rstrip()


def shown(name: str) -> str:
    """A file name that cannot move the cursor, break the line or turn the reading direction of a terminal."""
    return "".join(
        c
        if c.isprintable() and c not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
        else "\ufffd"
        for c in name
    )

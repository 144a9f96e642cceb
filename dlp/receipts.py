"""The page that a sender finds instead of a held or blocked file: what, why, which clause, what to do now, its number.

One self-contained HTML file, so that a double click shows it, also while the office cannot be reached. Matches stand in
it masked only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from classifiers.model import GapKind, GapReason, Level
from dlp.clock import local_time
from dlp.coverage_words import read_so_far, which_picture
from dlp.custody.reports import shown_name
from dlp.custody.send import KEPT, Kind, Send, Transfer
from dlp.folder_names import ORIGINALS, READY
from dlp.language import Language, Say
from dlp.model import Action, State
from dlp.outbox.folders import Outbox
from dlp.outcome_words import STATES
from dlp.policy import Policy
from dlp.words import GAP_KINDS, GAP_REASONS, LEVELS

MOST_ROWS = 50
"""Findings shown for one file; a page of thousands helps nobody."""
BLOCKED = Say("Not sent: this may not go over WeChat", "未发送：该文件不得通过微信传递")
HELD = Say("Not sent yet: a person looks at it first", "暂未发送：须先由人工审核")
WHY = Say("Why", "原因")
FOUND = Say("What was found", "发现的内容")
UNREAD = Say("What was not read", "未能检查的部分")
NOW = Say("What you can do now", "您现在可以")
AFTERWARDS = Say("Released before, and then something was found in it", "文件已放行，事后发现问题")
FILE = Say("file", "文件")
OUTCOME = Say("What became of it", "处理结果")


@dataclass(frozen=True, slots=True)
class Receipts:
    """Words receipts by the policy in force."""

    policy: Callable[[], Policy]
    console: str
    """Address of the office's console."""

    def receipt(self, send: Send, members: Sequence[Transfer], outbox: Outbox) -> str:
        """The page for a Send that is kept."""
        tongue = outbox.language
        title = BLOCKED if send.state is State.BLOCKED else HELD
        bad = [member for member in members if member.bad]
        parts = [_head(send, tongue), *(_file(send, member, tongue, alone=len(members) == 1) for member in bad)]
        if len(members) > len(bad):
            parts.append(_kept_together(len(members) - len(bad), tongue))
        parts.append(self._now(send, bad, tongue))
        return _page(title.to(tongue), "", parts, tongue)

    def after(self, send: Send, member: Transfer, outbox: Outbox) -> str:
        """The page about a file in which something was found after it was released."""
        tongue, policy = outbox.language, self.policy()
        channel = policy.channel_zh if tongue is Language.ZH else policy.channel_en
        sealed = member.action == Action.ENCRYPT
        steps = [STOP, SEALED_COPY if sealed else CHANNEL.format(channel=channel), WRONG]
        filled = (step.format(number=member.number, console=self.console) for step in steps)
        rows = "".join(f"<li>{_code(step.to(tongue))}</li>" for step in filled)
        name = [] if send.kind is Kind.FILE else [_table([(FILE.to(tongue), shown_name(send, member))])]
        parts = [_head(send, tongue), *name, _file(send, member, tongue, alone=True)]
        return _page(AFTERWARDS.to(tongue), "", [*parts, f"<h2>{NOW.to(tongue)}</h2><ul>{rows}</ul>"], tongue)

    def outcome(self, send: Send, outbox: Outbox, people: str, reason: str) -> str:
        """The page that replaces it once a person decided."""
        tongue = outbox.language
        rows = [(Say("outcome", "结果"), STATES[send.state].to(tongue)), (Say("decided by", "处理人"), people)]
        if reason:
            rows.append((Say("reason", "理由"), reason))
        rows.append((Say("where it is", "所在位置"), _place(send, outbox)))
        body = [f"<h2>{OUTCOME.to(tongue)}</h2>", _table((name.to(tongue), value) for name, value in rows)]
        title = Say("{name}: {state}", "{name}：{state}").format(name=send.name, state=STATES[send.state])
        done = "" if send.state in KEPT else "done"
        return _page(title.to(tongue), done, [_head(send, tongue), *body], tongue)

    def _now(self, send: Send, bad: Sequence[Transfer], tongue: Language) -> str:
        """What a sender can do; by the level, because what carries a secret mark is never offered a way over WeChat."""
        policy = self.policy()
        channel = policy.channel_zh if tongue is Language.ZH else policy.channel_en
        secret = any(Level.of(member.level) >= Level.SECRET for member in bad)
        steps = [CHANNEL.format(channel=channel)] if secret or send.state is State.BLOCKED else []
        if any(gap["kind"] == "unreadable" for member in bad for gap in member.judged.get("gaps", ())):
            steps.append(READABLE)
        steps += [WRONG if secret else ASK, CORRECT, TAKE_BACK]
        filled = (step.format(number=send.number, console=self.console) for step in steps)
        rows = "".join(f"<li>{_code(step.to(tongue))}</li>" for step in filled)
        return f"<h2>{NOW.to(tongue)}</h2><ul>{rows}</ul>"


STOP = Say(
    "Do not send it any more. If you sent it: recall it or delete it in the chat, ask everybody who got it to delete "
    "it, and tell your security officer today.",
    "请停止发送。如已发送：请立即撤回或在聊天中删除，要求接收人删除，并于当日报告安全保密管理员。",
)
SEALED_COPY = Say(
    "Use a sealed copy instead: it stands in Ready, or drop the file again.",
    "请改用加密副本：见“可发送”，或重新放入外发文件夹。",
)
CHANNEL = Say("Use the designated channel: {channel}.", "改用指定渠道：{channel}。")
READABLE = Say(
    "Send a version that can be read: without password, not damaged.", "提供可读取的版本：不带密码、未损坏。"
)
ASK = Say(
    "Ask for release, with a reason, at {console} (number {number}).",
    "在 {console} 说明理由申请放行（编号 {number}）。",
)
WRONG = Say(
    "Is this wrong? Say so at {console} (number {number}); two people look at it.",
    "认为判定有误？在 {console} 提出（编号 {number}），将由两人复核。",
)
CORRECT = Say(
    "Correct it: take it back, remove what was found, and drop the new version.",
    "更正内容：取回文件，删除上述内容后重新放入外发文件夹。",
)
TAKE_BACK = Say(
    "Take it back at any time, byte for byte: `dlp takeback {number}`.",
    "随时取回原文件，逐字节一致：`dlp takeback {number}`。",
)


def _head(send: Send, tongue: Language) -> str:
    rows = [
        (Say("number", "编号"), send.number),
        (Say("folder", "文件夹") if send.kind is Kind.FOLDER else Say("file", "文件"), send.name),
        (Say("handed over", "交出时间"), local_time(send.at)),
    ]
    if send.origin.group:
        rows.append((Say("for the group", "目标群组"), send.origin.group))
    return _table((name.to(tongue), value) for name, value in rows)


def _file(send: Send, member: Transfer, tongue: Language, *, alone: bool) -> str:
    judged, chinese = member.judged, tongue is Language.ZH
    level = LEVELS[Level.of(member.level)].to(tongue)
    head = "" if alone else f"<h2>{escape(shown_name(send, member))} ({escape(level)})</h2>"
    text = "text_zh" if chinese else "text_en"
    why = "".join(f"<p>{escape(row[text])}<br>{_clause(row['clause'])}</p>" for row in judged.get("because", ()))
    parts = [head, f"<h2>{WHY.to(tongue)}</h2>{why}"]
    if findings := judged.get("findings", ())[:MOST_ROWS]:
        parts.append(f"<h2>{FOUND.to(tongue)}</h2>" + _table(_finding(row, chinese) for row in findings))
    if gaps := judged.get("gaps", ())[:MOST_ROWS]:
        parts.append(f"<h2>{UNREAD.to(tongue)}</h2>" + _table(_gap(row, tongue) for row in gaps))
    return "".join(parts)


def _clause(clause: str) -> str:
    return f'<span class="clause">{escape(clause)}</span>'


def _finding(row: dict[str, Any], chinese: bool) -> tuple[str, str]:
    title = row["title_zh" if chinese else "title_en"] or row["rule"]
    times = f" ×{row['count']}" if row["count"] > 1 else ""
    return title, f"{row['masked']}{times}　{row['where_zh' if chinese else 'where_en']}"


def _gap(row: dict[str, Any], tongue: Language) -> tuple[str, str]:
    where = row["where_zh" if tongue is Language.ZH else "where_en"]
    told = (which_picture(row.get("detail", "")), read_so_far(row.get("detail", "")))
    said = (GAP_REASONS[GapReason(row["reason"])].to(tongue), where, *(words.to(tongue) for words in told if words))
    return GAP_KINDS[GapKind(row["kind"])].to(tongue), "　".join(filter(None, said))


def _kept_together(count: int, tongue: Language) -> str:
    said = Say(
        "The {count} other files of the folder wait with it; nothing is wrong with them.",
        "同一文件夹内另有 {count} 个文件未发现问题，一并暂存。",
    )
    return f"<p>{escape(said.format(count=count).to(tongue))}</p>"


def _place(send: Send, outbox: Outbox) -> str:
    tongue = outbox.language
    if send.state in KEPT:
        return Say("kept in the vault; it can be taken back", "保存在保管库中，可随时取回").to(tongue)
    if send.state is State.RETURNED:
        return f"{outbox.root.name}/{ORIGINALS.to(tongue)}"
    return f"{outbox.root.name}/{READY.to(tongue)}"


def _table(rows: Iterable[tuple[str, str]]) -> str:
    body = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows)
    return f"<table>{body}</table>"


def _code(text: str) -> str:
    """Escaped, with what stands between back-quotes as code."""
    return "".join(
        f"<code>{escape(part)}</code>" if odd % 2 else escape(part) for odd, part in enumerate(text.split("`"))
    )


def _page(title: str, kind: str, parts: Iterable[str], tongue: Language) -> str:
    template = Template((Path(__file__).parent / "receipt.html").read_text("utf-8"))
    language = "zh-CN" if tongue is Language.ZH else "en"
    return template.substitute(language=language, title=escape(title), kind=kind, body="".join(parts))

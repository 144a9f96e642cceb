"""The page about what WeChat was not let open: one for each folder and minute, in *Held*, with what to do now.

One self-contained HTML file like a receipt; matches stand in it masked only.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from html import escape
from pathlib import Path, PurePosixPath
from string import Template

from classifiers.model import GapKind, Level
from classifiers.places import render
from dlp.custody.send import Send, Transfer
from dlp.language import Language, Say
from dlp.model import Action, Verdict
from dlp.policy import Policy
from dlp.words import LEVELS

TEMPLATE = Path(__file__).parent.parent / "receipt.html"
FINDINGS_SHOWN = 3
MOST_SHOWN = 200
"""Files listed; further ones are counted."""


class How(Enum):
    """How it stands with one file."""

    CHECKING = Say("still being checked; try again in a moment", "仍在检查中，请稍后再试")
    REFUSED = Say("WeChat was not let open it", "已阻止微信打开")
    PASSED = Say("checked meanwhile; WeChat may open it now", "检查已完成，现在可以打开")


@dataclass(slots=True)
class Entry:
    """One file that WeChat tried to open."""

    path: str
    how: How
    verdict: Verdict | None = None
    transfer: Transfer | None = None
    count: int = 1

    @property
    def name(self) -> str:
        """Its name."""
        return PurePosixPath(self.path).name


def page(send: Send, entries: Sequence[Entry], policy: Policy, language: Language) -> str:
    """The page for one folder and minute."""
    refused = [entry for entry in entries if entry.how is How.REFUSED]
    body = [_head(send, language), _files(entries[:MOST_SHOWN], language)]
    if len(entries) > MOST_SHOWN:
        more = Say("and {count} more", "另有 {count} 个").format(count=len(entries) - MOST_SHOWN)
        body.append(f"<p>{escape(more.to(language))}</p>")
    body.append(_now(send, refused, policy, language))
    return _whole(title(send, entries), "" if refused else "done", "".join(body), language)


def note(title: Say, said: Say, language: Language) -> str:
    """A page that says one thing."""
    return _whole(title, "", f"<p>{escape(said.to(language))}</p>", language)


def _whole(title: Say, kind: str, body: str, language: Language) -> str:
    template = Template(TEMPLATE.read_text("utf-8"))
    tag = "zh-CN" if language is Language.ZH else "en"
    return template.substitute(language=tag, title=escape(title.to(language)), kind=kind, body=body)


def title(send: Send, entries: Sequence[Entry]) -> Say:
    """One line about all of it."""
    refused = [entry for entry in entries if entry.how is How.REFUSED]
    if refused:
        return Say(
            "WeChat was not let open {count} file(s) in “{folder}”", "已阻止微信打开“{folder}”中的 {count} 个文件"
        ).format(count=len(refused), folder=send.name)
    if any(entry.how is How.CHECKING for entry in entries):
        return Say("Still being checked: “{folder}”", "仍在检查：“{folder}”").format(folder=send.name)
    return Say("Checked: WeChat may open it now", "检查完成：现在可以打开")


def _head(send: Send, language: Language) -> str:
    rows = [
        (Say("number", "编号"), send.number),
        (Say("folder", "文件夹"), str(send.path or send.name)),
        (Say("when", "时间"), send.at.replace("T", " ")[:16] + " UTC"),
    ]
    return _table((name.to(language), value) for name, value in rows)


def _files(entries: Iterable[Entry], language: Language) -> str:
    return _table((entry.name, _said(entry, language)) for entry in entries)


def _said(entry: Entry, language: Language) -> str:
    parts = [entry.how.value.to(language)]
    if entry.count > 1:
        parts[0] += f" ×{entry.count}"
    verdict = entry.verdict
    if verdict is not None and entry.how is How.REFUSED:
        because, chinese = verdict.because[0], language is Language.ZH
        parts.append(LEVELS[verdict.level].to(language))
        parts.append(f"{because.text_zh if chinese else because.text_en} [{because.clause}]")
        for finding in verdict.classification.findings[:FINDINGS_SHOWN]:
            title = (finding.title_zh if chinese else finding.title_en) or finding.rule
            parts.append(f"{title}: {finding.masked}  {render(finding.place, language.value)}")
    return "\n".join(parts)


NOTHING_SENT = Say(
    "Opening a file is not sending it: nothing was sent, and the files are where they were.",
    "打开文件不等于发送：没有文件被发送，文件仍在原处。",
)
SEAL = Say("To send a sealed copy: {command}", "如需发送加密副本：{command}")
SEAL_ALL = Say("Sealed copies of all that may be sent so: {command}", "为所有可加密发送的文件制作加密副本：{command}")
CHANNEL = Say("What is secret uses the designated channel: {channel}.", "涉密文件请使用指定渠道：{channel}。")
HAND_OVER = Say(
    "If it must be sent: hand it over, and a reviewer decides: {command}",
    "确需发送时请交出文件，由审核人员处理：{command}",
)


def _now(send: Send, refused: Sequence[Entry], policy: Policy, language: Language) -> str:
    steps = [NOTHING_SENT]
    judged = [(entry, entry.verdict) for entry in refused if entry.verdict is not None]
    may_go_sealed = sealable(refused)
    if len(may_go_sealed) == 1:
        steps.append(SEAL.format(command=f"`dlp send {shlex.quote(may_go_sealed[0].path)}`"))
    if len(may_go_sealed) > 1:
        steps.append(SEAL_ALL.format(command=f"`dlp wechat --seal {send.number}`"))
    if any(verdict.level >= Level.SECRET for _, verdict in judged):
        channel = policy.channel_zh if language is Language.ZH else policy.channel_en
        steps.append(CHANNEL.format(channel=channel))
    unread = next((entry for entry, verdict in judged if _unread(verdict)), None)
    if unread is not None:
        steps.append(HAND_OVER.format(command=f"`dlp send {shlex.quote(unread.path)}`"))
    rows = "".join(f"<li>{_code(step.to(language))}</li>" for step in steps)
    return f"<h2>{Say('What you can do now', '您现在可以').to(language)}</h2><ul>{rows}</ul>"


def sealable(entries: Iterable[Entry]) -> list[Entry]:
    """Those that policy lets go as sealed copies."""
    return [entry for entry in entries if entry.verdict is not None and entry.verdict.action is Action.ENCRYPT]


def _unread(verdict: Verdict) -> bool:
    gaps = verdict.classification.gaps
    return verdict.level < Level.SECRET and any(gap.kind in (GapKind.UNREADABLE, GapKind.UNSEEN) for gap in gaps)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    body = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(value).replace(chr(10), '<br>')}</td></tr>" for name, value in rows
    )
    return f"<table>{body}</table>"


def _code(text: str) -> str:
    """Escaped, with what stands between back-quotes as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if odd % 2 else part for odd, part in enumerate(parts))

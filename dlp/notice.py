"""What a person is told about the files that are looked at and kept (个人信息保护法 第十七条): a page in their outbox.

Written when the agent starts and when what it says changes; each version is an event, so that it can be shown later
that the person was told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from html import escape
from pathlib import Path
from string import Template

from dlp.config import Home, Settings
from dlp.custody.afterwards import KEPT_DAYS
from dlp.files import write_whole
from dlp.journal import Journal
from dlp.language import Language, Say
from dlp.outbox.folders import Outbox
from dlp.policy import Policy
from dlp.received.places import Store
from dlp.words import LEVELS

TITLE = Say("What is looked at on this machine, and what is kept", "本机检查和保存哪些文件")
OUTGOING = Say(
    "Files that you put into this folder are read by programs on this machine and judged by the policy “{policy}”. "
    "People see the outcome and masked findings, not the text.",
    "您放入此文件夹的文件由本机程序读取，并按策略“{policy}”判定。他人看到的是结果和遮蔽后的命中项，不是正文。",
)
RESTS = Say(
    "Where a file has more pictures than there is time for, an encrypted copy is kept until all of them were looked "
    "at, for {days} days at most, and then removed.",
    "文件图片较多、来不及全部查看时，会保留一份加密副本，待全部查看后删除，最长 {days} 天。",
)
RECEIVED = Say(
    "Documents{pictures} that these WeChat work accounts receive are judged and kept encrypted in {archive}:",
    "以下微信工作账号接收的文档{pictures}将被判定，并加密保存在 {archive}：",
)
PICTURES = Say(", pictures and films", "、图片和视频")
NONE = Say(
    "No WeChat account was named as a work account; nothing that WeChat receives is read.",
    "未指定微信工作账号，不读取微信接收的任何文件。",
)
HISTORY = Say(
    "What was there before the first start is left alone. Chats are never read.",
    "首次启动之前已有的文件不作处理。聊天内容从不读取。",
)
KEPT = Say("How long received files are kept:", "接收文件的保存期限：")
DAYS = Say("{level}: {days} days", "{level}：{days} 天")
OPENED = Say(
    "Opening a kept file takes an account with the clearance and a reason, and is recorded.",
    "打开已保存的文件须有相应权限的账户并说明理由，且会被记录。",
)


def give(
    home: Home, settings: Settings, journal: Journal, outboxes: Iterable[Outbox], stores: list[Store], policy: Policy
) -> bool:
    """Write the page into every outbox where it is not there or says something else; whether anything was written.

    Raises OSError.
    """
    written = False
    for outbox in outboxes:
        page = _page(outbox, settings.archive_folder(home), stores, policy)
        if _is_there(outbox.notice, page):
            continue
        write_whole(outbox.notice, page.encode("utf-8", "replace"), 0o644)
        digest = hashlib.sha256(page.encode("utf-8", "replace")).hexdigest()
        journal.event("notice.given", "agent", digest, accounts=len(stores), to=outbox.owner)
        written = True
    return written


def _is_there(path: Path, page: str) -> bool:
    try:
        return path.read_text("utf-8") == page
    except (FileNotFoundError, UnicodeDecodeError):
        return False


def _page(outbox: Outbox, archive: Path, stores: list[Store], policy: Policy) -> str:
    tongue = outbox.language
    named = policy.title_zh if tongue is Language.ZH else policy.title_en
    parts = [_paragraph(OUTGOING.format(policy=named), tongue), _paragraph(RESTS.format(days=KEPT_DAYS), tongue)]
    if stores:
        pictures = PICTURES if any(store.pictures for store in stores) else Say("", "")
        parts.append(_paragraph(RECEIVED.format(pictures=pictures, archive=archive), tongue))
        parts.append(_list(store.account for store in stores))
        parts += [_paragraph(HISTORY, tongue), *_kept(policy, tongue), _paragraph(OPENED, tongue)]
    else:
        parts.append(_paragraph(NONE, tongue))
    template = Template((Path(__file__).parent / "receipt.html").read_text("utf-8"))
    language = "zh-CN" if tongue is Language.ZH else "en"
    title = TITLE.to(tongue)
    return template.substitute(language=language, title=escape(title), kind="done", body="".join(parts))


def _kept(policy: Policy, tongue: Language) -> list[str]:
    rows = [DAYS.format(level=LEVELS[level], days=days).to(tongue) for level, days in policy.keeping.retention]
    return [_paragraph(KEPT, tongue), _list(rows)] if rows else []


def _paragraph(said: Say, tongue: Language) -> str:
    return f"<p>{escape(said.to(tongue))}</p>"


def _list(rows: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(row)}</li>" for row in rows) + "</ul>"

"""What an event says besides its kind, for people: each particular with its name and its value in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from classifiers.model import Level
from dlp.language import Say
from web.words import CHECKS, TABLES

SETTINGS = {
    "alone_after_hours": Say("small office: hours until alone", "小型单位：单独确认等待小时数"),
    "work_accounts": Say("work accounts", "工作微信账号"),
    "organisation": Say("name of the organisation", "单位名称"),
    "profile": Say("policy profile", "策略方案"),
    "password_days": Say("regular change of passwords", "定期更换密码"),
    "notice": Say("the people were told", "已告知使用人"),
}
NAMES = {
    "reason": Say("reason", "理由"),
    "reason_sha256": Say("digest of the reason", "理由摘要"),
    "reasoned": Say("with a reason", "已说明理由"),
    "account": Say("account", "账户"),
    "accounts": Say("accounts", "账号"),
    "action": Say("verdict", "判定"),
    "address": Say("address", "地址"),
    "after": Say("now", "现为"),
    "alone": Say("decided alone", "单独处理"),
    "before": Say("before", "原为"),
    "by": Say("by", "处理人"),
    "checks": Say("confirmed", "已确认"),
    "choice": Say("choice", "处理方式"),
    "clearance": Say("clearance", "密级权限"),
    "custody": Say("root key kept", "根密钥保管方式"),
    "days": Say("days", "天数"),
    "digest": Say("digest", "摘要"),
    "edition": Say("edition", "版次"),
    "events.jsonl": Say("digest of events.jsonl", "events.jsonl 摘要"),
    "evidence.json": Say("digest of evidence.json", "evidence.json 摘要"),
    "expires": Say("until", "有效期至"),
    "failed": Say("failed tries", "失败次数"),
    "file": Say("file (keyed digest)", "文件（带密钥摘要）"),
    "grade": Say("grade", "等级"),
    "groups": Say("groups", "群组"),
    "header": Say("header (digest)", "文件头摘要"),
    "held": Say("on hold", "已冻结"),
    "highest": Say("highest level", "密级上限"),
    "hours": Say("hours", "小时"),
    "known": Say("known before", "此前已知"),
    "letter": Say("letter", "编号"),
    "level": Say("level", "密级"),
    "number": Say("version", "版本"),
    "owner": Say("owner", "负责人"),
    "pack": Say("pack", "规则包"),
    "packs": Say("packs", "规则包"),
    "page.html": Say("digest of page.html", "page.html 摘要"),
    "passphrase": Say("with a passphrase", "使用口令"),
    "policy": Say("policy", "策略"),
    "problem": Say("problem", "问题"),
    "profile": Say("profile", "方案"),
    "recipient": Say("public key", "公钥"),
    "refused": Say("refused edition", "拒绝的版次"),
    "revision": Say("revision", "修订"),
    "roles": Say("roles", "角色"),
    "rules": Say("rules", "规则"),
    "sequence": Say("event", "事件序号"),
    "state": Say("state", "状态"),
    "to": Say("to", "指派给"),
    "transfer": Say("file no.", "文件"),
    "until": Say("until", "至"),
    "value": Say("value", "值"),
    "wanted": Say("asked for", "申请事项"),
    "why": Say("why", "原因"),
    "wish": Say("inquiry", "查询编号"),
    "words": Say("words", "词数"),
    "zip_sha256": Say("digest of the zip", "压缩包摘要"),
}
OF = {
    "action": "action",
    "choice": "choice",
    "clearance": "level",
    "grade": "grade",
    "highest": "level",
    "level": "level",
    "roles": "role",
    "state": "state",
    "why": "refusal",
}
"""From which table of words the values of a particular come."""
WANTED = {"account": Say("an account", "账户"), "group": Say("a group", "群组")}
CUSTODY = {
    "file": Say("in a file", "文件"),
    "passphrase": Say("under a passphrase", "口令保护"),
    "keyring": Say("in the keyring", "系统密钥环"),
}
OWN: Mapping[str, Mapping[str, Say]] = {"wanted": WANTED, "custody": CUSTODY, "checks": CHECKS}
YES, NO = Say("yes", "是"), Say("no", "否")
EMPTY: tuple[object, ...] = ("", None, [], {})


def subject_word(subject: str) -> Say:
    """What an event is about, where that is a setting; else as it stands."""
    return SETTINGS.get(subject, Say(subject, subject))


def subject_of(words: str) -> str:
    """The setting that is called so on the page, in either language; nothing where none is."""
    return next((name for name, said in SETTINGS.items() if words in (said.en, said.zh)), "")


def particulars(body: Mapping[str, Any]) -> list[tuple[str, Say, Say]]:
    """Key, name and value of each that has one, the reason first; what a newer version wrote is told as it stands."""
    named = sorted((name for name in body if body[name] not in EMPTY), key=lambda name: name != "reason")
    return [(name, NAMES.get(name, Say(name, name)), _value(name, body[name])) for name in named]


def _value(name: str, value: object) -> Say:
    if isinstance(value, list):
        said = [_value(name, one) for one in value]
        return Say(", ".join(one.en for one in said), "、".join(one.zh for one in said))
    if isinstance(value, bool):
        return YES if value else NO
    if name == "level" and isinstance(value, int):
        value = Level(value).id
    known: Mapping[Any, Say] = OWN.get(name) or TABLES.get(OF.get(name, ""), {})
    return known.get(value, Say(str(value), str(value)))

"""The words of the console for enums, as Say; those that the command line speaks too come from ``dlp.words``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from classifiers.model import Category, GapKind, GapReason, Level
from dlp import words as shared
from dlp.language import Say
from dlp.model import Action, Choice, Direction, State
from dlp.office import AccountState, Role
from dlp.office.officers import NAMES
from dlp.office.rights import OFFICERS
from dlp.outcome_words import STATES
from dlp.shown import shown

CHOICES = {
    Choice.RELEASE: Say("Release once", "放行一次"),
    Choice.RELEASE_SEALED: Say("Release sealed", "加密后放行"),
    Choice.FALSE_POSITIVE: Say("False positive", "误报"),
    Choice.RETURN: Say("Return to its owner", "退还本人"),
    Choice.KEEP: Say("Keep it here", "维持现状"),
}
CHOICE_MEANS = {
    Choice.RELEASE: Say("It passes once, as it is.", "按原样放行一次。"),
    Choice.RELEASE_SEALED: Say("It passes as a sealed copy.", "加密后放行副本。"),
    Choice.FALSE_POSITIVE: Say(
        "Nothing confidential in it: the same content passes for 30 days.", "其中没有涉密内容：相同内容 30 天内可通过。"
    ),
    Choice.RETURN: Say("Its owner gets it back; it is not sent.", "退还本人，不予发送。"),
    Choice.KEEP: Say("It stays in the vault, and the incident ends.", "继续保存在保险库，事件结束。"),
}
KEYS = {
    Choice.RELEASE: "a",
    Choice.RELEASE_SEALED: "e",
    Choice.FALSE_POSITIVE: "f",
    Choice.RETURN: "r",
    Choice.KEEP: "k",
}
REASONS = (
    Say("a quotation of the rule itself", "仅引用规定原文"),
    Say("published already", "已公开发布"),
    Say("a test or training file", "测试或培训文件"),
    Say("use the designated channel instead", "请改用指定渠道"),
    Say("the recipient may have it", "接收人有权知悉"),
)
"""Offered while a reason is typed; any other may be written."""
INCIDENT_STATES = {
    "open": Say("open", "待处理"),
    "asked": Say("waits for a second person", "待第二人确认"),
    "decided": Say("decided", "已处理"),
    "closed": Say("closed by itself", "已自行结束"),
}
DIRECTIONS = {Direction.OUTGOING: Say("outgoing", "外发"), Direction.RECEIVED: Say("received", "接收")}
ROLES = {
    Role.USER: Say("user", "普通用户"),
    Role.GROUP_OWNER: Say("group owner", "群组负责人"),
    **NAMES,
}
ACCOUNT_STATES = {
    AccountState.INVITED: Say("invited", "待激活"),
    AccountState.ACTIVE: Say("active", "启用"),
    AccountState.DISABLED: Say("disabled", "停用"),
    AccountState.HANDED_OVER: Say("handed over", "已交接"),
    AccountState.CLOSED: Say("closed", "已注销"),
}
GRADES = {
    "warning": Say("warning", "警告"),
    "criticism": Say("circulated criticism", "通报批评"),
    "fine": Say("fine", "罚款"),
    "suspension": Say("sending suspended", "暂停发送"),
    "dismissal": Say("dismissal", "解除劳动合同"),
    "commendation": Say("commendation", "表彰"),
}
CHECKS = {
    "copies": Say("own copies of work files are cleaned up", "已清理本人留存的工作文件"),
    "devices": Say("work telephone and WeChat account are handed back", "已交还工作手机和微信账号"),
    "groups": Say("the groups were told of the change", "已告知相关群组"),
    "files": Say("files under way were handed to the successor", "在办文件已移交接收人"),
}
VERSION_STATES = {
    "draft": Say("draft", "草稿"),
    "asked": Say("asked for", "待确认"),
    "active": Say("active", "启用中"),
    "old": Say("earlier", "历史"),
}
FOLLOWS = {
    "newest": Say("as decided", "已采用"),
    "lags": Say("not there yet", "尚未采用"),
    "refused": Say("refused it", "拒绝采用"),
    "otherwise": Say("changed by hand", "被手工改动"),
    "silent": Say("never said", "尚未上报"),
    "free": Say("its own files", "使用本机文件"),
}
STANDINGS = {
    "silent": Say("not seen lately", "近期未命中"),
    "few": Say("too few decided", "已处理数量不足"),
    "sound": Say("sound", "良好"),
    "doubtful": Say("look at it", "需复核"),
}
CHANGES = {
    "added": Say("added", "新增"),
    "removed": Say("removed", "删除"),
    "changed": Say("changed", "修改"),
    "moved": Say("moved: the same rule, tried earlier or later than before", "移动：内容不变，匹配顺序改变"),
}
POLICY_PARTS = {
    "policy": Say("name", "标识"),
    "title": Say("title", "名称"),
    "channel": Say("designated channel", "指定渠道"),
    "outsiders": Say("people outside", "外部收件人"),
    "retention": Say("retention", "保存期限"),
    "takeback": Say("taking back", "取回"),
    "macros": Say("macros", "宏"),
    "signs": Say("signs", "特征"),
    "pack": Say("name", "标识"),
    "schema": Say("format", "格式版本"),
}
"""What stands before the rules of a policy or a pack, by its field."""
REQUEST_STATES = {
    "open": Say("open", "待审批"),
    "approved": Say("approved", "已批准"),
    "declined": Say("declined", "已驳回"),
}
REFUSALS = {
    "account_disabled": Say("the account is disabled", "账户已停用"),
    "unregistered": Say("not sealed by this office", "非本单位加密"),
    "too_many": Say("too many in a short time", "短时间内打开过多"),
    "no_right": Say("no right", "无权限"),
    "revoked": Say("revoked", "已撤销"),
    "expired": Say("expired", "已过期"),
    "clearance": Say("clearance too low", "密级权限不足"),
    "not_in_group": Say("not in the group", "不在群组内"),
    "above_group": Say("above the group's level", "超出群组密级上限"),
    "no_reason": Say("no reason given", "未说明理由"),
}
TABLES: Mapping[str, Mapping[Any, Say]] = MappingProxyType(
    {
        "level": {level.id: shared.LEVELS[level] for level in Level},
        "category": {one.value: shared.CATEGORIES[one] for one in Category},
        "action": {one.value: shared.ACTIONS[one] for one in Action},
        "gap": {one.value: shared.GAP_KINDS[one] for one in GapKind},
        "gap_reason": {one.value: shared.GAP_REASONS[one] for one in GapReason},
        "state": {one.value: STATES[one] for one in State},
        "choice": CHOICES,
        "incident": INCIDENT_STATES,
        "direction": DIRECTIONS,
        "role": ROLES,
        "account": ACCOUNT_STATES,
        "refusal": REFUSALS,
        "grade": GRADES,
        "request": REQUEST_STATES,
    }
)
"""Each table by the name under which templates ask for it."""


def word(table: str, value: object) -> Say:
    """The word of a value; the value itself where a newer agent says something that this version does not know."""
    key = value.id if isinstance(value, Level) else value
    return TABLES[table].get(key, Say(str(key), str(key)))


def on_one_line(text: str) -> str:
    """A piece of a document as it may stand on the page."""
    return shown(re.sub(r"\s+", " ", text))


def levels_to(most: str) -> tuple[str, ...]:
    """The words of the levels up to this one."""
    return tuple(level.id for level in Level if level <= Level.of(most))


def officer(roles: frozenset[Role]) -> bool:
    """Whether these are an officer's roles, who takes over no group."""
    return bool(OFFICERS & roles)

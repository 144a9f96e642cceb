"""The shape of a clause, and the controls that answer several; the clauses stand in ``dlp.office.regulations``."""

from __future__ import annotations

from dataclasses import dataclass

from dlp.language import Say


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause and its answer."""

    id: str
    source: str
    """Regulation and clause, as it is called in Chinese."""
    asks: Say
    control: Say
    state: str
    """on, partly, off or not_built; ``strict`` and ``kept_apart`` are looked up."""
    evidence: str
    """Which count shows it (``dlp.office.compliance``)."""


INSPECT = Say("every outgoing file is inspected before it may be sent; policy decides", "外发文件逐一检查，由策略判定")
SEAL = Say("files are sealed; only people who may read them get the key", "文件加密，仅有权人员可取得密钥")
BLOCK = Say("secret files are blocked, and the message names the channel to use", "涉密文件一律拦截，并提示指定渠道")
FIND = Say("detectors for identifiers with check digits", "带校验位的身份标识检测")
LEDGER = Say("sanction ledger with grade, basis and end", "奖惩台账，含等级、依据与期限")
PEOPLE = Say("one account for each person, issued by the office", "一人一账户，由单位统一发放")
LIFE = Say(
    "requested, approved, active, handed over, closed; each step is an event", "申请、批准、启用、交接、注销全程留痕"
)
GROUPS = Say("groups are approved, with purpose, owner and highest level", "群组经批准，明确用途、负责人和密级上限")
REPORT = Say("queue, overview, and a report by department to print", "审核队列、概览及可打印的分部门报告")
APART = Say("three officers kept apart; settings change with a reason, on record", "三员分立；修改设置须说明理由并留痕")

WORK, OWN, FIRM = "单位微信工作群管理制度", "个人微信管理制度", "企业员工微信管理制度"
DAILY, SECRECY, JOB = "微信日常使用管理制度", "微信使用保密管理制度", "公司工作微信使用管理制度"
SAFE, NET, MEDIA = "微信安全管理制度", "微信网络安全管理制度", "微博、微信管理制度"


def row(number: str, source: str, asks: Say, control: Say, state: str, evidence: str) -> Clause:
    """One clause by its number."""
    return Clause(f"R{number}", source, asks, control, state, evidence)

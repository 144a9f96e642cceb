"""What each kind of event of the office's chain is called for people."""

from __future__ import annotations

from dlp.language import Say

EVENTS = {
    "office.set_up": Say("office set up", "管理端初始化"),
    "account.created": Say("account created", "创建账户"),
    "account.granted": Say("roles and clearance granted", "授予角色与密级权限"),
    "account.link_made": Say("one-time link made", "生成一次性链接"),
    "account.password_set": Say("password set", "设置密码"),
    "account.password_changed": Say("password changed", "修改密码"),
    "account.disabled": Say("account disabled", "停用账户"),
    "account.enabled": Say("account enabled", "启用账户"),
    "account.handed_over": Say("account handed over", "账户交接"),
    "account.closed": Say("account closed", "注销账户"),
    "account.described": Say("account described", "修改账户资料"),
    "account.sanctioned": Say("sanction written down", "登记处分"),
    "session.started": Say("signed in", "登录"),
    "session.ended": Say("signed out", "退出"),
    "session.refused": Say("sign-in refused", "登录被拒"),
    "session.unknown_account": Say("sign-in with an unknown name", "未知账户登录"),
    "machine.enrolled": Say("machine enrolled", "登记终端"),
    "machine.revoked": Say("machine revoked", "撤销终端"),
    "group.created": Say("group created", "创建群组"),
    "group.joined": Say("taken into a group", "加入群组"),
    "group.left": Say("taken out of a group", "退出群组"),
    "group.closed": Say("group closed", "关闭群组"),
    "request.made": Say("request made", "提出申请"),
    "request.approved": Say("request approved", "批准申请"),
    "request.declined": Say("request declined", "驳回申请"),
    "incident.opened": Say("incident opened", "事件开启"),
    "incident.asked": Say("decision asked for", "提出处理意见"),
    "incident.withdrawn": Say("asking taken back", "撤回意见"),
    "incident.declined": Say("asking declined", "驳回意见"),
    "incident.decided": Say("decided", "作出处理"),
    "incident.undone": Say("decision taken back", "撤销处理"),
    "incident.closed": Say("closed by itself", "自行结束"),
    "incident.assigned": Say("assigned", "指派"),
    "incident.commented": Say("commented", "评论"),
    "incident.release_wished": Say("the sender asks for release", "发送人申请放行"),
    "incident.disputed": Say("the sender disputes the verdict", "发送人提出异议"),
    "incident.bundled": Say("evidence bundle made", "生成证据包"),
    "ruling.applied": Say("decision carried out on the machine", "终端已执行"),
    "report.rejected": Say("report rejected", "拒收报告"),
    "sealed.registered": Say("sealed file registered", "登记加密文件"),
    "sealed.revoked": Say("sealed file revoked", "撤销加密文件"),
    "sealed.expires": Say("end of a sealed file set", "设置加密文件期限"),
    "record.registered": Say("archived file registered", "登记归档文件"),
    "record.held": Say("archived file put on hold", "冻结归档文件"),
    "record.unheld": Say("hold ended", "解除冻结"),
    "opening.released": Say("file opened", "打开文件"),
    "opening.refused": Say("opening refused", "拒绝打开"),
    "opening.failed": Say("opening failed", "打开失败"),
    "setting.changed": Say("setting changed", "修改设置"),
    "policy.drafted": Say("policy drafted", "起草策略"),
    "policy.asked": Say("policy activation asked for", "申请启用策略"),
    "policy.activated": Say("policy activated", "启用策略"),
    "chain.rewritten": Say("a machine's chain was rewritten", "终端事件链被改写"),
    "chain.went_back": Say("a machine's chain went back", "终端事件链回退"),
    "audit.exported": Say("events exported", "导出事件"),
    "audit.checkpoint": Say("checkpoint taken", "生成检查点"),
}


def event_word(kind: str) -> Say:
    """The words of a kind; the kind itself where a newer version wrote it."""
    return EVENTS.get(kind, Say(kind, kind))

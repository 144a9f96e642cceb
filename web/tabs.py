"""The row of pages at the top: each person sees those that they may enter."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import request, url_for

from dlp.language import Say
from web.doors import may_enter
from web.here import visitor


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of the row."""

    endpoint: str
    title: Say
    icon: str
    here: bool = False


TABS = (
    Tab("home.page", Say("Home", "首页"), "home"),
    Tab("incidents.queue", Say("Incidents", "事件"), "alert"),
    Tab("transfers.page", Say("Files", "文件"), "file"),
    Tab("sealed.page", Say("Sealed", "加密文件"), "lock"),
    Tab("records.page", Say("Archive", "归档"), "archive"),
    Tab("reports.page", Say("Figures", "统计"), "chart"),
    Tab("reports.compliance", Say("Compliance", "合规"), "scale"),
    Tab("audit.page", Say("Events", "审计"), "shield"),
    Tab("policy.page", Say("Policy", "策略"), "tool"),
    Tab("people.page", Say("People", "人员"), "people"),
    Tab("groups.page", Say("Groups", "群组"), "group"),
    Tab("groups.machines", Say("Machines", "终端"), "desktop"),
    Tab("people.requests", Say("Requests", "申请"), "list"),
    Tab("settings.page", Say("Settings", "设置"), "key"),
)


def shown_pages() -> tuple[Tab, ...]:
    """The pages for this visitor, with the present one marked."""
    account = visitor()
    if account is None:
        return ()
    allowed = [tab for tab in TABS if may_enter(tab.endpoint, account.roles)]
    # The page itself, else the tab whose address begins this one's: /people/… belongs to /people/.
    fitting = [tab for tab in allowed if request.path.startswith(url_for(tab.endpoint).rstrip("/") + "/")]
    here = max(fitting, key=lambda tab: len(url_for(tab.endpoint)), default=None)
    exact = next((tab for tab in allowed if tab.endpoint == request.endpoint), here)
    return tuple(replace(tab, here=tab is exact) for tab in allowed)

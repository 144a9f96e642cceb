"""Makes the pictures of docs/screenshots: ``python tests/web/screenshots.py [FOLDER]``; a person looks at them.

Each page in both languages, light and dark, and at 360 pixels.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
# Run by itself as well as imported by a test, so it finds its neighbours by itself.
sys.path[:0] = [str(HERE), str(HERE.parent / "office"), str(HERE.parent.parent)]

from browser_day import person  # noqa: E402
from office_world import World, made, transfer_body  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from web_world import Served, served  # noqa: E402

from classifiers.model import Level  # noqa: E402
from dlp import ulid  # noqa: E402
from dlp.config import Home  # noqa: E402
from dlp.model import Choice, Report  # noqa: E402
from dlp.office import Role  # noqa: E402
from keys.keystore import Keystore  # noqa: E402

REFUSED = {
    "problem_en": "policy policy, example 4: met rule otherwise, expected internal",
    "problem_zh": "策略 policy，example 4：命中规则 otherwise，应为 internal",
}
DOCS = HERE.parent.parent / "docs" / "screenshots"
LOOKS = (
    ("en-GB", "light", 1280),
    ("zh-CN", "light", 1280),
    ("zh-CN", "dark", 1280),
    ("en-GB", "dark", 360),
    ("zh-CN", "light", 360),
)
STAR = {
    "rule": "cn.mark.star",
    "level": "highly_secret",
    "category": "state_secret",
    "score": 97,
    "masked": "机密★10年",
}
STAR |= {
    "title_en": "secrecy mark with ★",
    "title_zh": "密级标志（★）",
    "where_en": "page 1, top left",
    "where_zh": "第 1 页左上角",
}
STAR |= {"supports": ["first_page_top", "isolated_line", "term"]}
CARD = {
    "rule": "cn.id.resident",
    "level": "sensitive",
    "category": "sensitive_personal_info",
    "score": 92,
    "count": 214,
}
CARD |= {"masked": "110105********002X", "title_en": "resident identity numbers", "title_zh": "居民身份证号"}
CARD |= {
    "where_en": "sheet 客户, column C",
    "where_zh": "工作表“客户” C 列",
    "supports": ["check_digit", "column_header"],
}
MARK = {
    "rule": "state-secret",
    "clause": "《微信使用保密管理制度》五·2",
    "text_en": "Files marked as state secrets never go over WeChat. Use the confidential courier.",
}
MARK |= {"text_zh": "带有国家秘密标志的文件严禁通过微信传输，请使用机要渠道。"}
LOCK = {
    "rule": "unreadable",
    "clause": "《微信使用保密管理制度》二·3",
    "text_en": "A part could not be read, so a person looks at it first.",
}
LOCK |= {"text_zh": "文件中有无法读取的部分，须先经人工审核。"}


def fill(world: World) -> dict[str, str]:
    """People, groups and files as in an office that works."""
    for name, roles in (("wang.fang", (Role.USER,)), ("li.lei", (Role.USER,)), ("chen.jie", (Role.SECADMIN,))):
        world.person(name, *roles, clearance=Level.SECRET)
    office = world.office
    office.careers.describe(world.sysadmin, world.people["wang.fang"].id, "王芳 主管", "销售部")
    office.careers.describe(world.sysadmin, world.people["li.lei"].id, "李雷", "财务部")
    group = office.groups.create(
        world.secadmin, "客户交付组", "向客户交付项目文件", world.people["wang.fang"].id, Level.SENSITIVE
    )
    office.groups.add(world.secadmin, group.id, world.people["li.lei"].id)
    office.settings.rename(world.secadmin, "某市信息中心", "正式启用")
    office.careers.sanction(world.secadmin, world.people["li.lei"].id, "warning", "《企业员工微信管理制度》第十二条")
    return files(world)


def files(world: World) -> dict[str, str]:
    for number in range(24):
        allowed = {
            "action": "allow",
            "state": "ready",
            "level": "internal" if number % 3 else "public",
            "incident": False,
        }
        plain = {
            "name": f"周报{number}.docx",
            "person": "li.lei",
            "findings": [],
            "gaps": [],
            "because": [],
            "options": [],
        }
        body = transfer_body(at=world.office.ground.now(), number=f"A-{900 + number}", sha256=f"{number:02d}" * 32)
        world.tell("transfer", **{**body, **plain, **allowed})
    one = world.held(
        number="A-1042",
        name="关于转发防汛通知的函.docx",
        level="highly_secret",
        action="block",
        state="blocked",
        findings=[STAR],
        gaps=[],
        because=[MARK],
        person="wang.fang",
        group="客户交付组",
        send="",
        sha256="11" * 32,
        size=48_120,
        type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    )
    world.held(
        number="A-1043",
        name="报价资料.zip",
        level="public",
        findings=[],
        gaps=[{"kind": "unreadable", "reason": "encrypted", "where_en": "报价资料.zip", "where_zh": "报价资料.zip"}],
        because=[LOCK],
        person="li.lei",
        send="",
        sha256="22" * 32,
        complete=False,
        options=[
            {"choice": "release", "people": 1, "reason": True},
            {"choice": "return", "people": 1, "reason": False},
        ],
    )
    world.held(
        number="A-1044",
        name="客户名单2026.xlsx",
        level="sensitive",
        findings=[CARD],
        gaps=[],
        because=[LOCK],
        person="wang.fang",
        send="",
        sha256="33" * 32,
    )
    before = world.held(
        number="A-1001",
        name="防汛通知（转发稿）.docx",
        level="highly_secret",
        action="block",
        state="blocked",
        findings=[STAR],
        because=[MARK],
        person="li.lei",
        send="",
        sha256="11" * 32,
    )
    world.office.incidents.decide(world.secadmin, before, Choice.RETURN, "")
    asked = world.held(
        number="A-1038",
        name="保密制度汇编.pdf",
        level="secret",
        findings=[STAR],
        because=[MARK],
        person="li.lei",
        send="",
        sha256="44" * 32,
    )
    world.office.incidents.decide(world.people["chen.jie"], asked, Choice.FALSE_POSITIVE, "仅引用规定原文")
    world.office.desk.remark(world.again("wang.fang"), one, "release", "客户下午开会要用，里面是公开通知。")
    header = world.sealed(name="客户名单2026.xlsx", group="客户交付组", sender="wang.fang")
    from keys.exchange import new_client_key

    world.office.opening.release(world.people["li.lei"], header, new_client_key()[1])
    record = {
        "record": "R1",
        "transfer": "T1",
        "object": "objects/ab/cd",
        "header_digest": "ab" * 32,
        "sha256": "cd" * 32,
    }
    world.tell(
        "record",
        **record,
        name="供应商合同.pdf",
        size=220_000,
        level="internal",
        account="wxid_work",
        retain_until="2029-11-25T00:00:00Z",
        at=world.office.ground.now(),
    )
    world.office.requests.make(world.user, "group", "年度审计组", "与审计机构交换底稿")
    sealed = world.office.sealed_files.page(world.secadmin).rows[0].id
    text = (HERE.parent.parent / "dlp" / "policies" / "standard.yaml").read_text("utf-8")
    draft = world.office.policies.draft(world.secadmin, text.replace("internal: 1095", "internal: 730"), "缩短保存期限")
    world.office.machines.authenticate(world.token)
    world.tell("head", sequence=418, hash="9f" * 32)
    _decided(world, text)
    world.office.policies.ask(world.secadmin, draft.id)
    return {
        "version": draft.id,
        "incident": one,
        "asked": asked,
        "sealed": sealed,
        "person": world.people["li.lei"].id,
        "machine": world.machine.id,
    }


def _decided(world: World, text: str) -> None:
    """A policy in force, and machines that follow it, lag and refuse."""
    policies = world.office.policies
    if "zhao.min" not in world.people:
        world.person("zhao.min", Role.SECADMIN, clearance=world.secadmin.clearance)
    for days, change in (("1460", "首版"), ("1095", "内部文件保存三年")):
        made = policies.draft(world.secadmin, text.replace("internal: 1095", f"internal: {days}"), change)
        policies.ask(world.secadmin, made.id)
        policies.confirm(world.people["zhao.min"], made.id)
    newest = world.office.editions.current()
    said = {"policy": newest.policy_digest, "rules": "5e" * 32, "edition": newest.sequence}
    world.tell("force", **said, at=world.office.ground.now())
    more = [
        ("前台", {"edition": 1, "policy": "a1" * 32}),
        ("财务", {"edition": 1, "policy": "a1" * 32, "refused": newest.sequence, **REFUSED}),
    ]
    for name, change in more:
        machine = world.office.machines.enrol(name, world.sysadmin).machine
        body = {**said, "at": world.office.ground.now(), **change}
        assert world.office.intake.take(machine, Report(ulid.new(), "force", str(body["at"]), body)).accepted


def shots(found: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """For each person the pages that are theirs."""
    return {
        "": [("sign-in", "/sign-in"), ("certificate", "/trust/")],
        "secadmin": [
            *(("home", "/"), ("queue", "/incidents/"), ("incident", f"/incidents/{found['incident']}")),
            *(
                ("incident-two-people", f"/incidents/{found['asked']}"),
                ("files", "/transfers/"),
                ("overview", "/overview"),
            ),
            *(
                ("report", "/overview/report"),
                ("compliance", "/compliance"),
                ("policy", "/policy/"),
                ("policy-version", f"/policy/{found['version']}"),
                ("rules", "/policy/rules"),
                ("first-steps", "/first-steps/"),
                ("groups", "/groups/"),
            ),
            *(("person", f"/people/{found['person']}"), ("settings", "/settings/"), ("archived", "/archive/R1")),
        ],
        "sysadmin": [
            ("people", "/people/"),
            ("close", f"/people/{found['person']}/close"),
            ("machines", "/machines/"),
            ("revoke", f"/machines/{found['machine']}/revoke"),
            ("requests", "/requests/"),
        ],
        "auditor": [("audit", "/audit/")],
        "wang.fang": [("sender", f"/incidents/{found['incident']}"), ("sender-files", "/transfers/"), ("me", "/me")],
        "li.lei": [("reader", "/sealed/"), ("reader-open", f"/sealed/{found['sealed']}"), ("archive", "/archive/")],
    }


KEPT = ("queue", "incident", "sender", "reader", "overview", "compliance", "audit")
"""The pages of docs/screenshots; a folder that is named gets all of them in every look."""


def take(browser: Any, console: Served, folder: Path, pages: dict[str, list[tuple[str, str]]]) -> None:
    every = folder != DOCS
    for locale, scheme, width in LOOKS if every else LOOKS[:2]:
        for name, titled in pages.items():
            listed = [one for one in titled if every or one[0] in KEPT]
            look = {"locale": locale, "color_scheme": scheme, "viewport": {"width": width, "height": 800}}
            with person(browser, console, name, **look) as page:
                for title, path in listed:
                    assert page.goto(path).status == 200, path
                    wide = page.evaluate("document.documentElement.scrollWidth")
                    if wide > width:
                        print(f"{title} is {wide} pixels wide at {width}")
                    page.screenshot(path=folder / f"{title}.{locale[:2]}.{scheme}.{width}.png", full_page=True)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        keystore = Keystore.create(Path(name) / "keys")[0]
        world = made(f"sqlite:///{Path(name) / 'office.db'}", keystore)
        found = fill(world)
        home = Home(Path(name) / "home")
        home.make()
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        with served(world, keystore, home=home) as console:
            take(browser, console, folder, shots(found))
        browser.close()
        world.office.close()


if __name__ == "__main__":
    main()

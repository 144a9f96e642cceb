"""What a screen reader is told: every page by Chromium's accessibility tree, in both languages."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from browser_day import keys_ready, person, until
from screenshots import fill, shots
from web_world import Served, served

from dlp.config import Home
from keys.keystore import Keystore

pytestmark = pytest.mark.browser
CONTROLS = {
    *("button", "link", "textbox", "searchbox", "combobox", "listbox", "checkbox", "radio", "slider", "spinbutton"),
    *("switch", "tab", "menuitem", "option", "DisclosureTriangle", "meter", "progressbar", "Date", "DateTime"),
}
NAMED = CONTROLS | {"image", "img", "group", "region", "navigation", "dialog", "form"}
MAY_BE_BARE = frozenset({"group", "region", "form", "image", "img"})
"""Named only where somebody made them a thing of their own; a bare one is not announced."""
NAMES = ["", "secadmin", "sysadmin", "auditor", "wang.fang", "li.lei"]


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory, template: Any, keystore: Keystore) -> Iterator[tuple[Served, Any]]:
    """An office that works, with its pages for each person."""
    from office_world import Clock, World

    from dlp.office import Office

    folder = tmp_path_factory.mktemp("heard")
    with template.copy(folder / "office.db") as url:
        before = template.world
        office = Office.open(url, keystore, Clock())
        world = World(office, Clock(), url, keystore, dict(before.people), before.machine, before.token)
        pages = shots(fill(world))
        home = Home(folder / "home")
        home.make()
        with served(world, keystore, home=home) as found:
            yield found, pages
        office.close()


def tree(page: Any) -> list[dict[str, Any]]:
    """The nodes that are announced, each with role, name and the ids of what is in it."""
    client = page.context.new_cdp_session(page)
    nodes = client.send("Accessibility.getFullAXTree")["nodes"]
    client.detach()
    return [
        {
            "id": node["nodeId"],
            "role": node["role"]["value"],
            "name": str(node.get("name", {}).get("value", "")).strip(),
            "children": node.get("childIds", []),
            "ignored": node["ignored"],
            "level": next((one["value"]["value"] for one in node.get("properties", []) if one["name"] == "level"), 0),
        }
        for node in nodes
    ]


def within(nodes: list[dict[str, Any]], top: dict[str, Any]) -> Iterator[dict[str, Any]]:
    by_id = {node["id"]: node for node in nodes}
    stack = list(top["children"])
    while stack:
        node = by_id.get(stack.pop())
        if node is not None:
            yield node
            stack += node["children"]


def wrong(nodes: list[dict[str, Any]]) -> list[str]:
    """What somebody who hears the page would miss."""
    heard, found = [node for node in nodes if not node["ignored"]], []
    found += [
        f"a {node['role']} without a name" for node in heard if node["role"] in NAMED - MAY_BE_BARE and not node["name"]
    ]
    for table in (node for node in heard if node["role"] == "table"):
        roles = {node["role"] for node in within(nodes, table) if node["name"]}
        if not roles & {"columnheader", "rowheader"}:
            found.append("a table without headers")
    levels = [node["level"] for node in heard if node["role"] == "heading"]
    if levels.count(1) != 1 or levels[:1] != [1]:
        found.append(f"headings begin {levels[:3]}, expected one of level 1")
    found += [f"heading {two} after {one}" for one, two in itertools.pairwise(levels) if two > one + 1]
    found += ["a heading without words" for node in heard if node["role"] == "heading" and not node["name"]]
    for role in ("main", "banner", "contentinfo"):
        if [node["role"] for node in heard].count(role) != 1:
            found.append(f"not one {role}")
    return found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_every_control_is_named_every_table_has_headers_headings_in_order(
    chromium: Any, busy: tuple[Served, Any], name: str, locale: str
) -> None:
    console, pages = busy
    faults: dict[str, list[str]] = {}
    with person(chromium, console, name, locale=locale) as page:
        for title, path in pages[name]:
            page.goto(path)
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            if found := wrong(tree(page)):
                faults[title] = found
            lang = page.evaluate("document.documentElement.lang")
            assert lang == ("zh-CN" if locale == "zh-CN" else "en"), title
            assert page.title().endswith("文件管控" if locale == "zh-CN" else "File Guard"), title
    assert faults == {}


def test_the_tree_is_not_empty_and_faults_are_seen(chromium: Any, busy: tuple[Served, Any]) -> None:
    """The test above would see what it looks for."""
    console, _ = busy
    with person(chromium, console, "secadmin") as page:
        page.goto("/incidents/")
        assert wrong(tree(page)) == []
        page.evaluate(
            """() => { const main = document.querySelector("main");
            for (const html of ["<button></button>", "<input>", "<h4>too deep</h4>", "<a href='/'></a>"])
              main.insertAdjacentHTML("beforeend", html);
            main.querySelectorAll("th").forEach((one) => one.replaceWith(document.createElement("td"))); }"""
        )
        told = wrong(tree(page))
        assert {"a button without a name", "a textbox without a name", "a link without a name"} <= set(told)
        assert "a table without headers" in told and any(one.startswith("heading 4 after") for one in told)


def test_the_language_switch_speaks_its_own_language_and_changes_the_page_s(
    chromium: Any, busy: tuple[Served, Any]
) -> None:
    console, _ = busy
    with person(chromium, console, "secadmin") as page:
        page.goto("/incidents/?level=secret")
        button = page.get_by_role("button", name="中文")
        assert button.get_attribute("lang") == "zh-CN"
        button.click()
        page.wait_for_selector("html[lang=zh-CN]")
        assert page.url.endswith("/incidents/?level=secret"), "and it stays where it was"
        page.get_by_role("button", name="English").click()
        page.wait_for_selector("html[lang=en]")


def test_the_queue_says_how_many_rows_there_are_and_leaves_the_focus_where_it_is(
    chromium: Any, console: Served
) -> None:
    for number in range(3):
        console.world.held(name=f"{number}.docx", send="", sha256=f"{number:02d}" * 32, number=f"A-{number}")
    with person(chromium, console, "secadmin") as page:
        page.goto("/incidents/")
        keys_ready(page)
        assert page.get_by_role("status").count() >= 1 and page.inner_text("#told") == ""
        page.focus("[name=level]")
        page.select_option("[name=level]", "secret")
        until(page, "document.getElementById('told').textContent.includes('3 rows')")
        assert page.evaluate("document.activeElement.name") == "level"
        page.fill("#search", "nothing like it")
        page.press("#search", "Enter")
        until(page, "document.getElementById('told').textContent.includes('Nothing waits')")
        assert page.evaluate("document.activeElement.id") == "search"
        assert page.locator("#told").count() == 1 and page.locator("#rows").count() == 1
        page.fill("#search", "")
        page.press("#search", "Enter")
        until(page, "document.querySelectorAll('.row-link').length === 3")
        page.keyboard.press("Escape")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("j")
        until(page, "document.activeElement.matches('.row-link')")
        here = page.evaluate("document.activeElement.href")
        console.world.held(name="new.docx", send="", sha256="77" * 32)
        # Asked for again until the rows that just came hear it, as the page itself asks again every ten seconds.
        ask = "rows.classList.contains('htmx-request') || htmx.trigger(rows, 'look')"
        until(page, f"({ask}, document.querySelectorAll('.row-link').length === 4)")
        assert page.evaluate("document.activeElement.href") == here, "who stands in a row still stands in it"


def test_every_page_can_skip_to_its_content(chromium: Any, console: Served) -> None:
    with person(chromium, console, "secadmin") as page:
        page.goto("/incidents/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        until(page, "document.activeElement.id === 'content'")

"""Every page for everybody: axe-core, 360 pixels, without scripts, by keyboard alone; and each person's day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_day import keys_ready, person, until
from office_world import PASSWORD
from screenshots import fill, shots
from web_world import Served, served

from dlp.config import Home
from keys.keystore import Keystore

pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parent / "axe" / "axe.min.js"
SERIOUS = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
  .filter((one) => ["serious", "critical"].includes(one.impact))
  .map((one) => one.id + ": " + one.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | "))"""


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory, template: Any, keystore: Keystore) -> Iterator[tuple[Served, Any]]:
    """An office that works, with its pages for each person; nothing in it is changed by these tests."""
    from office_world import Clock, World

    from dlp.office import Office

    folder = tmp_path_factory.mktemp("busy")
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


NAMES = ["", "secadmin", "sysadmin", "auditor", "wang.fang", "li.lei"]


LOOKS = [("zh-CN", "dark", name) for name in NAMES] + [("en-GB", "light", "secadmin"), ("en-GB", "light", "li.lei")]


@pytest.mark.parametrize(("locale", "scheme", "name"), LOOKS)
def test_axe_finds_no_serious_issue(
    chromium: Any, busy: tuple[Served, Any], name: str, locale: str, scheme: str
) -> None:
    console, pages = busy
    found = {}
    with person(chromium, console, name, locale=locale, color_scheme=scheme) as page:
        for title, path in pages[name]:
            assert page.goto(path).status == 200, title
            page.evaluate(AXE.read_text("utf-8"))
            if wrong := page.evaluate(SERIOUS):
                found[title] = wrong
    assert found == {}


@pytest.mark.parametrize("name", ["secadmin", "auditor", "wang.fang", "li.lei"])
def test_every_page_fits_360_pixels(chromium: Any, busy: tuple[Served, Any], name: str) -> None:
    console, pages = busy
    with person(chromium, console, name, viewport={"width": 360, "height": 740}, locale="zh-CN") as page:
        for title, path in pages[name]:
            assert page.goto(path).status == 200, title
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, title


def test_a_reviewer_s_day_without_scripts(chromium: Any, console: Served) -> None:
    incident = console.world.held()
    with person(chromium, console, java_script_enabled=False, viewport={"width": 360, "height": 740}) as page:
        page.goto("/incidents/")
        page.fill("[name=name]", "secadmin")
        page.fill("[name=password]", PASSWORD)
        page.click("main button")
        page.click("text=客户名单.xlsx")
        page.fill("[name=reason]", "a test file")
        page.press("[name=reason]", "Enter")  # Enter alone must decide nothing: the first button lets a file out
        assert console.world.office.incidents.show(console.world.secadmin, incident).state == "open"
        page.click("button[value=keep]")
        page.get_by_text("Nothing waits here").wait_for()
        page.click("text=Sign out")
        page.wait_for_url("**/sign-in")
    assert console.world.office.incidents.show(console.world.secadmin, incident).state == "decided"


def test_without_scripts_the_opening_page_names_the_command_line(chromium: Any, console: Served) -> None:
    console.world.sealed()
    with person(chromium, console, java_script_enabled=False) as page:
        page.goto("/open")
        page.fill("[name=name]", "user")
        page.fill("[name=password]", PASSWORD)
        page.click("main button")
        assert page.get_by_text("dlp decrypt FILE.age").is_visible()
        assert not page.is_visible("#opener form")


def test_a_reviewer_s_day_by_keyboard_alone(chromium: Any, console: Served) -> None:
    incident = console.world.held()
    with person(chromium, console) as page:
        page.goto("/sign-in")
        page.keyboard.type("secadmin")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.getAttribute('href')") == "/incidents/":
                break
        page.keyboard.press("Enter")
        page.wait_for_selector("#rows")
        keys_ready(page)
        page.keyboard.press("j")
        until(page, "document.activeElement.matches('.row-link')")
        page.keyboard.press("Enter")
        page.wait_for_selector("#deciding")
        keys_ready(page)
        page.keyboard.press("r")
        page.get_by_text("Nothing waits here").wait_for()
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent.trim()") == "Sign out":
                break
        page.keyboard.press("Enter")
        page.wait_for_url("**/sign-in")
    assert console.world.office.incidents.show(console.world.secadmin, incident).state == "decided"


def test_the_sysadmin_s_day(chromium: Any, console: Served) -> None:
    with person(chromium, console, "sysadmin") as page:
        page.click("nav >> text=People")
        page.fill("[name=name]", "han.mei")
        page.click("text=Create and make a one-time link")
        address = page.inner_text("#address")
        page.click("text=Sign out")
        page.goto(address)
        page.fill("[name=password]", PASSWORD)
        page.fill("[name=again]", PASSWORD)
        page.click("text=Set it and sign in")
        page.get_by_text("First steps").wait_for()
        page.click("text=Sign out")


def test_the_group_owner_and_the_sender_have_their_day(chromium: Any, console: Served) -> None:
    from classifiers.model import Level

    world = console.world
    owner = world.person("owner")
    world.person("sender")
    world.office.groups.create(world.secadmin, "客户A", "x", owner.id, Level.SECRET)
    incident = world.held(group="客户A")
    with person(chromium, console, "sender", locale="zh-CN") as page:
        page.goto(f"/incidents/{incident}")
        page.fill(".sender [name=text]", "客户在等")
        page.click("text=申请放行")
        page.get_by_text("审核人员将看到您的申请").wait_for()
        page.click("text=退出")
    with person(chromium, console, "owner") as page:
        page.goto("/incidents/")
        page.click("text=客户名单.xlsx")
        page.get_by_text("asks for release", exact=True).wait_for()
        keys_ready(page)
        page.keyboard.press("f")
        until(page, "document.activeElement.id === 'reason'")
        page.keyboard.type("published already")
        page.keyboard.press("Enter")
        page.get_by_text("a second person must confirm").first.wait_for()
        page.click("text=Sign out")
    assert world.office.incidents.show(world.secadmin, incident).asked_by == "owner"


def test_the_auditor_s_day(chromium: Any, console: Served) -> None:
    with person(chromium, console, "auditor") as page:
        page.click("nav >> text=Events")
        page.click("text=Verify")
        page.get_by_text("the chain is whole").wait_for()
        with page.expect_download() as saved:
            page.click("text=Signed checkpoint")
        assert saved.value.suggested_filename.startswith("checkpoint-")
        page.click("text=Sign out")
        page.wait_for_url("**/sign-in")

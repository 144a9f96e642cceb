"""The queue in Chromium: going back, and rows that come by themselves."""

from __future__ import annotations

from typing import Any

import pytest
from browser_day import keys_ready, person, until
from web_world import Served

pytestmark = pytest.mark.browser
LOOK = "htmx.trigger(document.getElementById('rows'), 'look')"
"""What the page does itself every ten seconds where something is new."""


def test_going_back_after_filtering_shows_the_whole_page_and_its_filter(chromium: Any, console: Served) -> None:
    console.world.held(name="one.docx")
    with person(chromium, console, "secadmin") as page:
        page.goto("/incidents/")
        keys_ready(page)
        page.select_option("[name=level]", "secret")
        page.wait_for_url("**level=secret**")
        page.select_option("[name=level]", "top_secret")
        page.get_by_text("Nothing waits here").first.wait_for()
        for level in ("secret", ""):
            page.go_back()
            page.get_by_text("one.docx").wait_for()
            assert page.locator("nav.tabs a").count() > 3 and page.get_by_text("Sign out").is_visible()
            assert page.input_value("[name=level]") == level
            assert page.is_visible(".keys")


def test_switching_the_appearance_keeps_the_filter_of_now(chromium: Any, console: Served) -> None:
    with person(chromium, console, "secadmin") as page:
        page.goto("/incidents/")
        keys_ready(page)
        page.select_option("[name=level]", "secret")
        page.wait_for_url("**level=secret**")
        page.click("button[name=theme]")
        until(page, "document.documentElement.dataset.theme === 'light'")
        assert "level=secret" in page.url and page.input_value("[name=level]") == "secret"


def test_rows_that_come_stay_on_the_page_that_is_shown_and_leave_what_is_typed(chromium: Any, console: Served) -> None:
    for number in range(55):
        console.world.held(name=f"{number}.docx", send="", sha256=f"{number:02d}" * 32, number=f"A-{number}")
    with person(chromium, console, "secadmin") as page:
        page.goto("/incidents/")
        page.click("a[rel=next]")
        page.wait_for_url("**after=**")
        keys_ready(page)
        shown = page.locator(".row-link").all_inner_texts()
        console.world.held(name="new.docx", level="public", send="", sha256="ff" * 32)
        with page.expect_response(lambda answer: "after=" in answer.url and "live" not in answer.url):
            page.evaluate(LOOK)
        page.get_by_text("new.docx").wait_for()
        assert page.locator(".row-link").all_inner_texts()[: len(shown)] == shown
        page.fill(".together [name=reason]", "a training file")
        page.evaluate("document.activeElement.blur()")
        console.world.held(name="newer.docx", level="public", send="", sha256="fe" * 32)
        with page.expect_response(lambda answer: "after=" in answer.url and "live" not in answer.url):
            page.evaluate(LOOK)
        until(page, "!document.querySelector('.htmx-request')")
        assert page.input_value(".together [name=reason]") == "a training file"
        assert page.get_by_text("newer.docx").count() == 0


@pytest.mark.parametrize("width", [390, 768, 1440])
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_names_stay_whole_and_the_tab_of_the_page_in_sight(
    chromium: Any, console: Served, width: int, locale: str
) -> None:
    console.world.held(name="关于转发防汛通知的函.docx")
    with person(chromium, console, "secadmin", locale=locale, viewport={"width": width, "height": 800}) as page:
        page.goto("/incidents/")
        name = page.locator(".row-link .file-name").bounding_box()
        assert name["height"] < 50, "no more than two lines"
        assert page.evaluate("document.querySelector('.table-wrap').scrollWidth <= innerWidth")
        for path in ("/settings/", "/requests/", "/incidents/"):
            page.goto(path)
            tab = page.locator(".tabs [aria-current]").bounding_box()
            assert tab["x"] >= 0 and tab["x"] + tab["width"] <= width

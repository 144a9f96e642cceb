"""One press is one decision, and none about a file that nobody has looked at."""

from __future__ import annotations

from typing import Any

import pytest
from browser_day import keys_ready, person
from web_world import Served

from dlp.model import Choice
from dlp.office import Role

pytestmark = pytest.mark.browser
HELD = 45
"""Repeats of a key that is held for one and a half seconds."""


def asked_for(console: Served, number: int = 4) -> list[str]:
    """Incidents about which one officer asked, so that another confirms with one press and no reason."""
    console.world.person("second", Role.SECADMIN)
    ids = [
        console.world.held(name=f"{one}.docx", send="", sha256=f"{one:02d}" * 32, number=f"A-{one}")
        for one in range(number)
    ]
    for one in ids:
        console.world.office.incidents.decide(console.world.secadmin, one, Choice.FALSE_POSITIVE, "a quotation")
    return ids


def decided(console: Served, ids: list[str]) -> int:
    return [console.world.office.incidents.show(console.world.secadmin, one).state for one in ids].count("decided")


@pytest.mark.parametrize("told", [True, False], ids=["the browser says that it repeats", "the browser does not say so"])
def test_a_held_key_confirms_what_is_before_the_eyes_and_nothing_after_it(
    chromium: Any, console: Served, told: bool
) -> None:
    ids = asked_for(console)
    with person(chromium, console, "second") as page:
        page.goto(f"/incidents/{ids[-1]}")
        keys_ready(page)
        keyboard = page.context.new_cdp_session(page)
        key = {"key": "f", "code": "KeyF", "text": "f", "windowsVirtualKeyCode": 70}
        for number in range(HELD):
            keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", "autoRepeat": told and number > 0, **key})
            page.wait_for_timeout(33)
        assert page.url != f"{console.url}/incidents/{ids[-1]}"
        assert decided(console, ids) == 1
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})
        keys_ready(page)
        here = page.url
        page.keyboard.press("f")  # released and looked at: this one is meant
        page.wait_for_url(lambda url: url != here)
    assert decided(console, ids) == 2


def test_a_double_click_confirms_once(chromium: Any, console: Served) -> None:
    ids = asked_for(console)
    with person(chromium, console, "second") as page:
        page.goto(f"/incidents/{ids[-1]}")
        keys_ready(page)
        place = page.locator("button[value=false_positive]").bounding_box()
        x, y = place["x"] + 20, place["y"] + 10
        page.mouse.click(x, y)
        page.wait_for_url(lambda url: ids[-1] not in url)
        page.mouse.click(x, y)  # the second click of the two falls on the page that came
        keys_ready(page)
        assert decided(console, ids) == 1
        assert page.locator("#deciding").count() == 1


def test_the_same_form_is_sent_once_however_often_its_button_is_pressed(chromium: Any, console: Served) -> None:
    incident = console.world.held()
    with person(chromium, console, "secadmin") as page:
        page.goto(f"/incidents/{incident}")
        page.fill("#comment", "asked the customer")
        page.dblclick("text=Write")
        page.get_by_text("written down", exact=True).wait_for()
    said = [one.text for one in console.world.office.desk.look(console.world.secadmin, incident).remarks]
    assert said == ["asked the customer"]


def test_the_second_of_two_clicks_means_no_button_on_the_page_that_came(chromium: Any, console: Served) -> None:
    ids = asked_for(console, 1)
    with person(chromium, console, "second") as page:
        page.goto(f"/incidents/{ids[0]}")
        keys_ready(page)
        page.locator("#deciding button[value=false_positive]").evaluate(
            "one => one.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true, detail: 2}))"
        )
        page.reload()
        assert decided(console, ids) == 0

"""A reviewer sees what was found in clear, on one page, by the way of a machine that keeps the file."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from browser_day import person, until
from web_world import Answer, Served

from classifiers.model import Level
from dlp.link import protocol
from dlp.office import Role

CLEAR = "11010519491231002X"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def incident(console: Served) -> str:
    console.world.person("officer", Role.SECADMIN, clearance=Level.TOP_SECRET)
    return console.world.held()


@contextmanager
def machine(console: Served, match: str = CLEAR) -> Iterator[list[dict[str, Any]]]:
    """A machine that hears one wish and answers it; the wishes that it heard."""
    visitor, heard = console.visitor(), list[dict[str, Any]]()
    token = {"Authorization": f"Bearer {console.world.token}"}

    def run() -> None:
        told = visitor.ask("GET", f"{protocol.RULINGS}?after=0&wait=25", None, token).told
        heard.extend(told["unmask"])
        excerpt = {"rule": "cn.mark.star", "fingerprint": "", "before": "身份证号：\n", "match": match, "after": SCRIPT}
        body = {"id": told["unmask"][0]["id"], "problem": "", "excerpts": [excerpt]}
        assert visitor.send(protocol.UNMASKED, body, token).told == {"taken": True}
        assert visitor.send(protocol.UNMASKED, body, token).told == {"taken": False}

    thread = threading.Thread(target=run)
    thread.start()
    yield heard
    thread.join(30)
    assert heard


def asked(console: Served, incident: str, reason: str, name: str = "officer") -> Answer:
    visitor = console.visitor(name)
    visitor.get(f"/incidents/{incident}")
    return visitor.submit(f"/incidents/{incident}/unmask", unmask_reason=reason)


def test_it_stands_on_this_page_only_and_the_asking_in_the_timeline(console: Served, incident: str) -> None:
    with machine(console) as heard:
        page = asked(console, incident, "the sender disputes it")
    assert page.status == 200 and CLEAR in page.words and "In clear on this page only" in page.words
    assert page.headers["Cache-Control"] == "no-store"
    assert SCRIPT not in page.text and "�" not in page.words
    assert (heard[0]["by"], set(heard[0])) == ("officer", {"id", "transfer", "by"})
    again = console.visitor("officer").get(f"/incidents/{incident}")
    assert CLEAR not in again.text
    assert "the sender disputes it" in again.words and "had what was found shown in clear" in again.words


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_a_reason_or_with_the_machine_away_the_page_says_so(
    console: Served, incident: str, language: str
) -> None:
    officer = console.visitor("officer", language)
    officer.get(f"/incidents/{incident}")
    missing = officer.submit(f"/incidents/{incident}/unmask", unmask_reason=" ")
    assert missing.status == 400 and {"en": "a reason is missing", "zh": "缺少理由"}[language] in missing.words
    console.world.office.ground.closing.set()  # as when nobody answers any more
    away = officer.submit(f"/incidents/{incident}/unmask", unmask_reason="因为")
    assert away.status == 409 and {"en": "does not answer", "zh": "无应答"}[language] in away.words


def test_whose_clearance_is_too_low_is_told_and_gets_no_form(console: Served) -> None:
    console.world.person("low", Role.SECADMIN, clearance=Level.SENSITIVE)
    incident = console.world.held(level="highly_secret")
    low = console.visitor("low")
    page = low.get(f"/incidents/{incident}")
    assert "above your clearance" in page.words and "unmask_reason" not in page.text
    assert low.post(f"/incidents/{incident}/unmask", unmask_reason="x").status == 403


def test_a_refused_file_is_nowhere_to_be_read_from(console: Served, incident: str) -> None:
    refused = console.world.held(state="refused")
    assert "is not kept on its machine" in console.visitor("officer").get(f"/incidents/{refused}").words


def test_nonsense_from_a_machine_is_said(console: Served) -> None:
    token = {"Authorization": f"Bearer {console.world.token}"}
    for body in ({}, {"id": 1}, {"id": "x y"}):
        assert console.visitor().send(protocol.UNMASKED, body, token).status == 400
    assert console.visitor().send(protocol.UNMASKED, {"id": "X"}, {}).status == 401


@pytest.mark.browser
def test_by_keyboard_in_chromium(chromium: Any, console: Served, incident: str) -> None:
    with person(chromium, console, "officer") as page, machine(console):
        page.goto(f"/incidents/{incident}")
        page.keyboard.press("v")
        until(page, "document.activeElement.name === 'unmask_reason'")
        page.keyboard.type("to decide")
        page.keyboard.press("Enter")
        page.wait_for_selector("mark")
        assert page.inner_text("mark") == CLEAR
        page.goto(f"/incidents/{incident}")
        assert page.query_selector("mark") is None

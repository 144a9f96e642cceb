"""A person at a real browser: Chromium by playwright."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from office_world import PASSWORD
from web_world import Served


@contextmanager
def person(browser: Any, console: Served, name: str = "", **context: Any) -> Iterator[Any]:
    """A page, signed in where a name is given; errors of scripts and of the content security policy fail the test."""
    chosen = {"locale": "en-GB", "ignore_https_errors": True, "timezone_id": "Asia/Shanghai", **context}
    opened = browser.new_context(base_url=console.url, **chosen)
    page = opened.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if "Content Security Policy" in line.text else None)
    if name:
        page.goto("/sign-in")
        page.fill("[name=name]", name)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
    yield page
    assert complaints == []
    opened.close()


def keys_ready(page: Any) -> None:
    """Wait until the page's letters mean something: what is pressed before its scripts ran is lost."""
    page.wait_for_load_state()
    page.wait_for_selector("html[data-keys=ready]", state="attached")


def until(page: Any, true: str, seconds: float = 15.0) -> None:
    """Poll until this expression holds in the page.

    Chromium's driver polls inside the page, where our content security policy forbids ``eval``: its own waiting holds
    only for what is true at the first look.
    """
    deadline = time.monotonic() + seconds
    while not page.evaluate(true):
        assert time.monotonic() < deadline, f"not within {seconds} s: {true}"
        page.wait_for_timeout(20)

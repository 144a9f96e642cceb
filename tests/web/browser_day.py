"""A person at a real browser: Chromium by playwright."""

from __future__ import annotations

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

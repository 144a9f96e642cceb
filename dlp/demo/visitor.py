"""A visitor of the console without a browser: opens a one-time link and sets the password on its page."""

from __future__ import annotations

import re
import ssl
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPSHandler, Request, build_opener

TIMEOUT = 15.0
"""Seconds for one page."""
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def set_password(link: str, password: str, trusted: ssl.SSLContext) -> None:
    """Set the password of a one-time link's account. Raises OSError and ValueError when the page is not as expected."""
    opener = build_opener(HTTPSHandler(context=trusted), HTTPCookieProcessor(CookieJar()))
    with opener.open(link, timeout=TIMEOUT) as page:
        found = TOKEN.search(page.read().decode("utf-8"))
    if found is None:
        raise ValueError("the page has no form")
    form = urlencode({"csrf_token": found[1], "password": password, "again": password})
    asked = Request(link, form.encode("ascii"), {"Referer": link})  # noqa: S310 - an https address of our own office
    with opener.open(asked, timeout=TIMEOUT) as page:
        page.read()

"""The way back to where a visitor was: only to pages of this console, and only to those that a link can show."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect

from web.doors import may_enter
from web.here import visitor

ENTRIES = ("/sign-in", "/link/", "/static/")


def inside(target: str) -> bool:
    """Whether this is an address of this console and of nothing else."""
    plain = target.isprintable() and target.isascii() and "\\" not in target
    return plain and target.startswith("/") and not target.startswith("//")


def came_from() -> str:
    """The page that the visitor came from, as their browser tells it; empty for another site's or for none."""
    told = urlsplit(request.referrer or "")
    if (told.scheme, told.netloc) != (request.scheme, request.host) or told.path.startswith(ENTRIES):
        return ""
    shown = told.path if _shows(told.path) else _above(told.path)
    found = f"{shown}?{told.query}" if shown == told.path and told.query else shown
    return found if inside(found) else ""


def page_before() -> str:
    """The page that an error leads back to; empty where that is none, the first page or the one that failed."""
    here = request.full_path.rstrip("?") if request.method == "GET" else ""
    before = came_from()
    return before if before not in {"", "/", here} else ""


def list_above() -> str:
    """The list that the address belongs to, for whoever came from nowhere; empty for none."""
    return _above(request.path) if visitor() is not None else ""


def _above(path: str) -> str:
    """The nearest page above this one that the visitor may see."""
    while path := path.rstrip("/").rpartition("/")[0]:
        if _shows(path):
            return path
    return ""


def _shows(path: str) -> bool:
    """Whether a link there shows a page; a form that was refused leaves its target in the address, which is none."""
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return False
    page, target = _endpoint(adapter, path, "GET"), _endpoint(adapter, path, "POST")
    if page == "" or (target not in {"", page} and not path.endswith("/")):
        return False
    account = visitor()
    return account is None or may_enter(page, account.roles)


def _endpoint(adapter: MapAdapter, path: str, method: str) -> str:
    try:
        return str(adapter.match(path, method)[0])
    except RequestRedirect:
        return _endpoint(adapter, f"{path}/", method) if not path.endswith("/") else ""
    except HTTPException:
        return ""

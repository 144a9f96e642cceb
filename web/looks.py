"""What every template may use: words in the reader's language, times in their zone, addresses of static files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Flask, g, request, url_for
from flask_babel import Babel, format_datetime, get_timezone  # type: ignore[import-untyped]  # ships no types

from dlp.coverage_words import read_so_far, share_unread, which_picture
from dlp.language import Language, Say
from dlp.office import Account, Right, allowed
from dlp.sign_words import sign_words
from web import words
from web.event_words import event_word
from web.here import in_part, language, settings, visitor
from web.particulars import particulars, subject_word
from web.tabs import shown_pages

LANGUAGE, THEME, ZONE = "__Host-language", "__Host-theme", "__Host-zone"
THEMES = ("auto", "light", "dark")
LONGEST_ZONE = 64


def install(app: Flask) -> None:
    """Words, times and addresses for the templates of this app."""
    Babel(app, locale_selector=lambda: "zh_Hans_CN" if language() is Language.ZH else "en_GB", timezone_selector=_zone)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    digests = lru_cache(maxsize=256)(lambda name: _digest(Path(app.static_folder or "") / name))
    app.jinja_env.globals.update(
        again=again,
        both=both,
        coverage=coverage,
        event_word=event_word,
        in_part=in_part,
        sign_words=sign_words,
        asset=lambda name: url_for("static", filename=name, v=digests(name)),
        may=may,
        pages=shown_pages,
        particulars=particulars,
        say=say,
        subject_word=subject_word,
        when=when,
        words=words,
    )
    app.jinja_env.filters.update(size=size, short=lambda text: text[:12])
    app.before_request(_choose)
    app.context_processor(_around)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _choose() -> None:
    """The language: chosen by the switch, else what the browser asks for, else what the office speaks."""
    wished = request.cookies.get(LANGUAGE) or request.accept_languages.best_match([one.value for one in Language])
    g.language = Language(wished) if wished in {one.value for one in Language} else settings().tongue


def _around() -> dict[str, Any]:
    theme = request.cookies.get(THEME, THEMES[0])
    return {
        "account": visitor(),
        "theme": theme if theme in THEMES else THEMES[0],
        "tongue": "zh-CN" if language() is Language.ZH else "en",
        "zone": str(get_timezone()),
    }


def again(endpoint: str = "", /, **changed: str) -> str:
    """The address of this page, or of the one whose form was refused here, with some of its questions changed."""
    asked = {name: value for name, value in request.args.items() if value and name not in changed}
    return url_for(endpoint or str(request.endpoint), **{**(request.view_args or {}), **asked, **changed})


def zone() -> tzinfo:
    """The visitor's, in which days are counted and times shown."""
    return ZoneInfo(str(get_timezone()))


def day_of(moment: str) -> date:
    """Which day a stored time is in the visitor's zone."""
    return datetime.fromisoformat(moment).astimezone(zone()).date()


def _zone() -> tzinfo | str:
    name = request.cookies.get(ZONE, "")[:LONGEST_ZONE]
    try:
        return ZoneInfo(name) if name else "UTC"
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"


def say(first: Say | str, zh: str = "", **fields: object) -> str:
    """A sentence in the reader's language: a Say, or its two sides as they stand in a template."""
    sentence = first if isinstance(first, Say) else Say(first, zh)
    return (sentence.format(**fields) if fields else sentence).to(language())


def when(moment: str, form: str = "") -> str:
    """A stored time in the reader's zone; nothing where there is none."""
    if not moment:
        return ""
    shown = form or ("y-MM-dd HH:mm" if language() is Language.ZH else "d MMM y, HH:mm")
    return str(format_datetime(datetime.fromisoformat(moment), shown))


def may(*rights: str) -> bool:
    """Whether the visitor has one of these rights; templates show what is worth showing by it."""
    found: Account | None = visitor()
    return found is not None and any(allowed(found, Right(right)) for right in rights)


def size(number: int) -> str:
    """Bytes for people, in steps of 1024."""
    amount = float(number)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024 or unit == "GiB":
            break
        amount /= 1024
    return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"


def both(row: Mapping[str, Any], name: str) -> str:
    """The side of a pair of fields (``where_en``, ``where_zh``) that the reader reads."""
    return str(row.get(f"{name}_{language().value}") or row.get(f"{name}_en") or "")


def coverage(row: Mapping[str, Any]) -> list[Say]:
    """What a gap is about, and how far was read or how much was not, in the words of the receipt."""
    detail = str(row.get("detail") or "")
    read = read_so_far(detail) or share_unread(float(row.get("coverage", 1.0)))
    return [words for words in (which_picture(detail), read) if words is not None]

"""How the console says no: a page for people, JSON for the link, and never more than the visitor may know."""

from __future__ import annotations

import logging
import traceback

from flask import Flask, Response, jsonify, render_template, request
from flask_wtf.csrf import CSRFError  # type: ignore[import-untyped]  # ships no types
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from dlp.errors import DlpError, KeysError, UsageError
from dlp.language import Say
from dlp.office import Conflict, NotFound, Refused
from dlp.office.opening import PasswordAgain, TooMany
from web.knocks import TooOften
from web.way_back import list_above, page_before

KINDS: tuple[tuple[type[DlpError], int], ...] = (
    (Refused, 403),
    (NotFound, 404),
    (Conflict, 409),
    (TooMany, 429),
    (TooOften, 429),
    (PasswordAgain, 428),
    (KeysError, 403),
    (UsageError, 400),
)
OLD_PAGE = Say("this page was too old to be sent", "页面已过期，未能提交")
AGAIN = Say("load it again and repeat what you did", "请刷新页面后重试")
HTTP = {
    400: Say("the request is not as expected", "请求格式不正确"),
    401: Say("the machine's token is not valid", "终端令牌无效"),
    403: Say("this account may not do that", "该账户无权执行此操作"),
    404: Say("there is no such page", "没有此页面"),
    405: Say("this page does not take that", "该页面不接受此操作"),
    413: Say("that is too large", "内容过大"),
    415: Say("expected JSON", "应为 JSON"),
    429: Say("too often in a short time", "操作过于频繁"),
    503: Say("too many machines wait at the same time", "同时等待的终端过多"),
}
LATER = Say("wait a minute and try again", "请稍候再试")
OURS = Say("something went wrong here", "系统内部出错")
OURS_HINT = Say("it was written to the log; nothing of what you sent is in it", "已写入日志，日志不含您提交的内容")


def install(app: Flask) -> None:
    """Answers for every kind of error."""
    app.register_error_handler(DlpError, _ours)
    app.register_error_handler(CSRFError, lambda _: answer(400, OLD_PAGE, AGAIN))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def answer(code: int, message: Say, hint: Say | None = None, status: int = 2) -> Answer:
    """An error as a page, or as JSON for the link and for scripts of ours."""
    if request.path.startswith("/api/") or request.headers.get("Accept") == "application/json":
        body = {"error": _pair(message), "hint": _pair(hint), "status": status}
        made: Response = jsonify(body)
    else:
        made = Response(_page(code, message, hint), mimetype="text/html")
    made.status_code = code
    return made


def _page(code: int, message: Say, hint: Say | None) -> str:
    return render_template(
        "error.html", code=code, message=message, hint=hint, before=page_before(), above=list_above()
    )


def code_of(error: DlpError) -> int:
    """The status that says this error."""
    return next((code for kind, code in KINDS if isinstance(error, kind)), 500)


def _pair(said: Say | None) -> dict[str, str] | None:
    return {"en": said.en, "zh": said.zh} if said else None


def _ours(error: DlpError) -> Answer:
    made = answer(code_of(error), error.message, error.hint, error.status)
    if isinstance(error, TooOften):
        made.headers["Retry-After"] = str(error.seconds)
    return made


def _http(error: HTTPException) -> Answer:
    if error.code is not None and error.code < 400:
        return error.get_response()
    code = error.code or 500
    made = answer(code, HTTP.get(code, OURS), LATER if code in {429, 503} else None, 4 if code in {401, 403} else 2)
    if code in {429, 503}:
        made.headers["Retry-After"] = "10"
    return made


def _unexpected(error: Exception) -> Answer:
    # Only where and which kind: a message or a local variable may quote content.
    places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-6:]]
    logging.getLogger("web").error("unexpected %s at %s", type(error).__name__, " < ".join(reversed(places)))
    return answer(500, OURS, OURS_HINT, 1)

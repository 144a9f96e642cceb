"""The office's side of the link, as ``dlp.link.protocol`` says."""

from __future__ import annotations

import base64
import binascii
import math
import threading
from dataclasses import asdict
from typing import Any, cast

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.exceptions import BadRequest, NotFound, ServiceUnavailable, Unauthorized

from dlp.errors import KeysError, UsageError
from dlp.language import Say
from dlp.link.protocol import EDITION, KEYS, LONGEST_WAIT, MOST_REPORTS, OPEN, REPORTS, RULINGS, UNMASKED
from dlp.office import Account, Machine
from dlp.office.opening import Release
from dlp.office.rulings import wire
from dlp.office.shapes import Malformed
from web import errors
from web.here import office

pages = Blueprint("link", __name__)
LARGEST_SEQUENCE = 2**63 - 1


@pages.post(REPORTS)
def reports() -> Response:
    """Take a machine's reports; the ids in the answer are durable here."""
    machine, body = _machine(), _body()
    if isinstance(body.get("reports"), list) and len(body["reports"]) > MOST_REPORTS:
        raise UsageError(Say(f"expected at most {MOST_REPORTS} reports", f"一次最多 {MOST_REPORTS} 条报告"))
    return jsonify({"taken": office().intake.take_all(machine, body)})


@pages.get(RULINGS)
def rulings() -> Response:
    """The rulings for a machine, as soon as there is one."""
    machine = _machine()
    after, wait = _number("after", int, LARGEST_SEQUENCE), _number("wait", float, LONGEST_WAIT)
    # An older agent does not ask: it must not be sent home at once again and again by what it cannot take.
    edition = _number("edition", int, LARGEST_SEQUENCE) if "edition" in request.args else LARGEST_SEQUENCE
    polls = cast(threading.Semaphore, current_app.extensions["long_polls"])
    # Waiting machines may never take all workers: people must still get in.
    if not polls.acquire(blocking=False):
        raise ServiceUnavailable
    try:
        found = office().rulings.after(machine, int(after), wait, lambda: _else(machine, edition))
    finally:
        polls.release()
    wishes = [asdict(wish) for wish in office().unmasking.waits(machine)]
    told = {"rulings": [wire(ruling) for ruling in found], "revision": office().revision(), "unmask": wishes}
    return jsonify({**told, "edition": office().editions.newest()})


def _else(machine: Machine, edition: float) -> bool:
    """Whether something besides rulings waits for this machine."""
    return bool(office().unmasking.waits(machine)) or office().editions.newest() > edition


@pages.get(EDITION)
def edition() -> Response:
    """The newest edition of policy and packs, signed."""
    _machine()
    newest = office().editions.current()
    if newest is None:
        raise NotFound
    return jsonify(newest.to_json())


@pages.post(UNMASKED)
def unmasked() -> Response:
    """A machine's answer to one reviewer's wish to see; it goes on to their page and nowhere else."""
    machine, body = _machine(), _body()
    try:
        return jsonify({"taken": office().unmasking.answer(machine, body)})
    except Malformed as error:
        raise UsageError(Say(str(error), f"格式不符：{error}")) from error


@pages.get(KEYS)
def keys() -> Response:
    """The public keys to seal to, and the groups that files may be declared for."""
    machine = _machine()
    groups = [{"name": name, "highest": highest.id} for name, highest in office().groups.open()]
    suspended, holds = office().careers.suspended(), office().records.held_on(machine.id)
    told = {"groups": groups, "suspended": list(suspended), "holds": list(holds), "letter": machine.letter}
    return jsonify({**office().keys(), **told, "accounts": office().settings.show().accounts})


@pages.post(OPEN)
def open_file() -> Response | tuple[Response, int]:
    """The key of one sealed file for a reader who has no browser."""
    body = _body()
    name, password = text(body, "account"), text(body, "password")
    try:
        account = office().accounts.check(name, password, request.remote_addr or "")
    except KeysError as error:  # not 403: a client that tried again and again would lock the account
        return cast(Response, errors.answer(401, error.message, error.hint, error.status))
    return jsonify(released(account, body, proven=True))


def released(account: Account, body: dict[str, Any], *, proven: bool = False) -> dict[str, object]:
    """Ask the office for the key of the file whose header is in the body. Raises KeysError where it is refused.

    ``proven``: the password came with this request; a session alone must prove it again after many files.
    """
    try:
        header = base64.b64decode(text(body, "header_b64"), validate=True)
    except binascii.Error as error:
        raise UsageError(Say("header_b64: expected base64", "header_b64 应为 base64")) from error
    release = office().opening.release(
        account, header, text(body, "public_b64"), text(body, "reason", ""), proven=proven
    )
    return _told(account, release)


def _told(account: Account, release: Release) -> dict[str, object]:
    return {
        "account": account.name,
        "wrapped_b64": release.wrapped,
        "name": release.name,
        "size": release.size,
        "sha256": release.sha256,
    }


def _machine() -> Machine:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    machine = office().machines.authenticate(token.strip()) if kind.lower() == "bearer" and token.strip() else None
    if machine is None:
        raise Unauthorized
    return machine


def _body() -> dict[str, Any]:
    try:
        body = request.get_json()
    except RecursionError as error:  # a body of nothing but brackets
        raise BadRequest from error
    if not isinstance(body, dict):
        raise UsageError(Say("expected a JSON object", "应为 JSON 对象"))
    return body


def text(body: dict[str, Any], name: str, default: str | None = None) -> str:
    """One text of a JSON body; UsageError names the field."""
    value = body.get(name, default)
    if not isinstance(value, str):
        raise UsageError(Say(f"{name}: expected a text", f"{name} 应为文本"))
    return value


def _number(name: str, kind: type[int] | type[float], most: float) -> float:
    try:
        number = kind(request.args.get(name, "0"))
    except ValueError as error:
        raise UsageError(Say(f"{name}: expected a number", f"{name} 应为数字")) from error
    return 0 if math.isnan(number) or number < 0 else min(number, most)

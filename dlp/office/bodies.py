"""What each kind of report says, as columns of the tables (contract of the link)."""

from __future__ import annotations

from typing import Any

from classifiers.model import GapKind, GapReason
from dlp.model import Action, Choice, Direction, State
from dlp.office.shapes import Fields


def transfer(body: Fields) -> dict[str, Any]:
    """A ``transfer`` report."""
    texts = ("name", "type", "group", "person", "program")
    return {
        **{name: body.text(name, None if name == "name" else "") for name in texts},
        "id": body.token("transfer"),
        "number": body.token("number", ""),
        "send": body.token("send", ""),
        "size": body.whole("size"),
        "sha256": body.digest("sha256"),
        "direction": body.word("direction", Direction),
        "state": body.word("state", State),
        "level": int(body.level("level")),
        "action": body.word("action", Action),
        "complete": body.truth("complete"),
        "findings": body.rows("findings", _finding),
        "gaps": body.rows("gaps", _gap),
        "because": body.rows("because", _because),
        "options": body.rows("options", _option),
        "policy": body.text("policy", ""),
        "rules": body.text("rules", ""),
        "at": body.moment("at"),
    }


def _finding(row: Fields) -> dict[str, Any]:
    texts = ("rule", "category", "where_en", "where_zh", "masked", "fingerprint", "title_en", "title_zh")
    return {
        **{name: row.text(name, None if name == "rule" else "") for name in texts},
        "level": row.level("level").id,
        "score": row.whole("score", most=100),
        "count": row.whole("count", 1),
        "supports": row.words("supports"),
        "place": row.small("place"),
    }


def _gap(row: Fields) -> dict[str, Any]:
    return {
        "kind": row.word("kind", GapKind),
        "reason": row.word("reason", GapReason),
        **{name: row.text(name, "") for name in ("where_en", "where_zh", "detail")},
        "coverage": row.share("coverage"),
    }


def _because(row: Fields) -> dict[str, Any]:
    return {name: row.text(name, "") for name in ("rule", "clause", "text_en", "text_zh")}


def _option(row: Fields) -> dict[str, Any]:
    return {
        "choice": row.word("choice", Choice),
        "people": row.whole("people", 1, least=1, most=2),
        "reason": row.truth("reason", True),
    }


def outcome(body: Fields) -> dict[str, Any]:
    """An ``outcome`` report."""
    ruling = body.raw.get("ruling")
    return {
        "transfer": body.token("transfer"),
        "state": body.word("state", State),
        "detail": body.text("detail", ""),
        "at": body.moment("at"),
        "ruling": None if ruling is None else body.whole("ruling"),
    }


def sealed(body: Fields) -> dict[str, Any]:
    """A ``sealed`` report: the fields of ``dlp.model.SealedFile``."""
    return {
        "file_id": body.token("file_id"),
        **{name: body.digest(name) for name in ("header_digest", "sha256", "sealed_sha256")},
        "size": body.whole("size"),
        "name": body.text("name"),
        "level": int(body.level("level")),
        "group": body.text("group", ""),
        "sender": body.text("sender", ""),
        "transfer": body.token("transfer", ""),
    }


def record(body: Fields) -> dict[str, Any]:
    """A ``record`` report."""
    return {
        "id": body.token("record"),
        "transfer": body.token("transfer", ""),
        "object": body.text("object"),
        "header_digest": body.digest("header_digest"),
        "file_id": body.token("file_id", ""),
        "sha256": body.digest("sha256"),
        "name": body.text("name"),
        "size": body.whole("size"),
        "level": int(body.level("level")),
        "account": body.text("account", ""),
        "path_digest": body.text("path_digest", ""),
        "retain_until": body.text("retain_until", ""),
        "at": body.moment("at"),
    }


def exported(body: Fields) -> dict[str, Any]:
    """An ``exported`` report: a zip for outsiders that a machine made."""
    return {
        **{name: body.digest(name) for name in ("sha256", "zip_sha256")},
        "name": body.text("name"),
        "level": body.level("level").id,
        "group": body.text("group", ""),
        "person": body.text("person", ""),
    }


def pruned(body: Fields) -> dict[str, Any]:
    """A ``pruned`` report: the object of a record was removed after its date."""
    return {"record": body.token("record"), "at": body.moment("at")}


def verified(body: Fields) -> dict[str, Any]:
    """A ``verified`` report: the object of a record was read again, and whether it is what was stored."""
    return {"record": body.token("record"), "sound": body.truth("sound"), "at": body.moment("at")}


def force(body: Fields) -> dict[str, Any]:
    """A ``force`` report: what a machine judges with, and why a newer edition or file is not in force."""
    return {
        "policy": body.digest("policy"),
        "rules": body.text("rules"),
        **{name: body.whole(name, 0) for name in ("edition", "refused")},
        **{name: body.text(name, "") for name in ("problem_en", "problem_zh")},
        "at": body.moment("at"),
    }


def head(body: Fields) -> dict[str, Any]:
    """A ``head`` report: where the agent's own chain stands."""
    return {"sequence": body.whole("sequence"), "hash": body.digest("hash")}

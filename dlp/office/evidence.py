"""The evidence bundle of one incident: what is known, masked, with a proof that the office wrote it down.

A zip of evidence.json, page.html, events.jsonl and proof.json. The making is an event itself that holds the digests of
the first three; proof.json holds that event and every later one up to a checkpoint signed by the office. Nothing in
the bundle can be changed afterwards without breaking a digest, a hash or the signature.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from dlp.errors import UsageError
from dlp.language import Say
from dlp.office.audit import Audit, Checkpoint
from dlp.office.chain import hash_of
from dlp.office.desk import Desk
from dlp.office.ground import Ground
from dlp.office.known import Look
from dlp.office.people import Account
from dlp.office.rights import Right, need
from dlp.office.store.tables import EventRow

FILES = ("evidence.json", "page.html", "events.jsonl")
LARGEST = 64 * 1024 * 1024
BROKEN = Say("this is no evidence bundle, or it is broken", "不是有效的证据包，或已损坏")


def bundle(
    ground: Ground, audit: Audit, desk: Desk, account: Account, incident_id: str, page: Callable[[Look], str]
) -> bytes:
    """The bundle as a zip; the making is written down before it is handed out. Raises Refused, NotFound."""
    need(account, Right.DECIDE)
    look = desk.look(account, incident_id)
    texts = {"evidence.json": _evidence(look), "page.html": page(look), "events.jsonl": _events(ground, look)}
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    with ground.writing(account) as writing:
        writing.note("incident.bundled", account.name, incident_id, **digests)
        sequence = writing.chain_row.sequence
    checkpoint = audit.checkpoint()
    with ground.reading() as session:
        asked = select(EventRow).where(EventRow.organisation == ground.organisation, EventRow.machine == "")
        asked = asked.where(EventRow.sequence >= sequence, EventRow.sequence <= checkpoint.sequence)
        chain = [_plain(row) for row in session.scalars(asked.order_by(EventRow.sequence))]
    proof = {"chain": chain, "checkpoint": checkpoint.to_json(), "verify_key": ground.keystore.verify_key.hex()}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in {**texts, "proof.json": json.dumps(proof, ensure_ascii=False, indent=1)}.items():
            file.writestr(name, text)
    return made.getvalue()


def verify(raw: bytes, verify_key: bytes | None = None) -> Say | None:
    """What is wrong with a bundle, without any office at hand; None where all of it holds.

    ``verify_key`` is the office's public key (32 bytes) as known by another way; without it the bundle's own is
    believed, which shows that it is whole and not who made it. Raises UsageError where it is no bundle.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as file:
            if sum(one.file_size for one in file.infolist()) > LARGEST:
                raise UsageError(BROKEN)
            texts = {name: file.read(name) for name in FILES}
            proof = json.loads(file.read("proof.json"))
        rows = [EventRow(**row) for row in proof["chain"]]
        checkpoint = Checkpoint.from_json(proof["checkpoint"])
        own_key = bytes.fromhex(proof["verify_key"])
        written = json.loads(rows[0].body)
        told = [json.loads(line) for line in texts["events.jsonl"].splitlines()]
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError) as error:
        raise UsageError(BROKEN) from error
    for name, content in texts.items():
        if written.get(name) != hashlib.sha256(content).hexdigest():
            return Say(f"{name} was changed", f"{name} 已被改动")
    if verify_key is not None and own_key != verify_key:
        return Say("the bundle was signed by another office", "证据包并非由该单位签署")
    return _chain_wrong(rows, checkpoint, own_key) or _events_wrong(told)


def _chain_wrong(rows: list[EventRow], checkpoint: Checkpoint, key: bytes) -> Say | None:
    from keys.signing import is_signed

    if not is_signed(key, checkpoint.signed(), bytes.fromhex(checkpoint.signature)):
        return Say("the checkpoint's signature is wrong", "检查点签名无效")
    previous = rows[0].previous
    for number, row in enumerate(rows):
        if row.sequence != rows[0].sequence + number or row.previous != previous or row.hash != hash_of(row):
            return Say(f"the chain is broken at event {row.sequence}", f"事件链在第 {row.sequence} 条处断裂")
        previous = row.hash
    if (rows[-1].sequence, previous) != (checkpoint.sequence, checkpoint.hash):
        return Say("the chain does not reach the checkpoint", "事件链未连接到检查点")
    return None


def _events_wrong(told: list[dict[str, Any]]) -> Say | None:
    for raw in told:
        row = EventRow(**raw)
        if row.hash != hash_of(row):
            return Say(f"event {row.sequence} was changed", f"第 {row.sequence} 条事件已被改动")
    return None


def _evidence(look: Look) -> str:
    incident = asdict(look.incident)
    rest = {"remarks": [asdict(one) for one in look.remarks], "seen_elsewhere": [asdict(one) for one in look.sightings]}
    body = {"format": "dlp evidence v1", "incident": incident, **rest, "rules": look.rules}
    return json.dumps(body, ensure_ascii=False, indent=1, default=str)


def _events(ground: Ground, look: Look) -> str:
    with ground.reading() as session:
        numbers = [event.sequence for event in look.events]
        asked = select(EventRow).where(EventRow.organisation == ground.organisation, EventRow.machine == "")
        rows = session.scalars(asked.where(EventRow.sequence.in_(numbers)).order_by(EventRow.sequence))
        return "".join(json.dumps(_plain(row), ensure_ascii=False) + "\n" for row in rows)


def _plain(row: EventRow) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in EventRow.__table__.columns}

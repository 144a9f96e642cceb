"""What every machine shall judge with: signed when two people decide it, sent down the link, and who follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, select

from dlp import ulid
from dlp.edition import LARGEST, Edition, EditionError
from dlp.errors import UsageError
from dlp.language import Say
from dlp.office.ground import Ground, Writing
from dlp.office.machines import ACTIVE
from dlp.office.people import Account
from dlp.office.rights import Right, need
from dlp.office.store.tables import EditionRow, ForceRow, MachineRow, TransferRow, VersionRow


class Follows(StrEnum):
    """How a machine stands to the newest edition."""

    NEWEST = "newest"
    LAGS = "lags"
    REFUSED = "refused"
    OTHERWISE = "otherwise"
    """It says that it took the edition, and judges with another text: somebody changed a file there."""
    SILENT = "silent"
    """It never said what it judges with."""
    FREE = "free"
    """No edition was issued: each machine judges with its own files."""


@dataclass(frozen=True, slots=True)
class Force:
    """What a machine judges with, as it told; by its last file where it never told."""

    machine: str
    letter: str
    name: str
    last_seen: str
    policy: str
    rules: str
    edition: int
    since: str
    follows: Follows
    problem: Say


@dataclass(frozen=True, slots=True)
class Editions:
    """The editions of this office."""

    ground: Ground

    def newest(self) -> int:
        """The number of the newest; 0 where none was issued."""
        with self.ground.reading() as session:
            asked = select(func.max(EditionRow.sequence)).where(EditionRow.organisation == self.ground.organisation)
            return int(session.scalar(asked) or 0)

    def current(self) -> Edition | None:
        """The newest; None where none was issued or what is stored is none any more."""
        with self.ground.reading() as session:
            row = session.scalars(_newest(EditionRow, self.ground.organisation)).one_or_none()
        try:
            return Edition.from_json(row.content) if row else None
        except EditionError:
            return None

    def forces(self, account: Account) -> tuple[Force, ...]:
        """For each machine that is not revoked what it judges with, and whether that is the newest edition."""
        need(account, Right.SEE_POLICY, Right.KEEP_MACHINES, Right.SEE_OVERVIEW)
        newest = [_newest(column, self.ground.organisation) for column in (EditionRow.sequence, EditionRow.policy)]
        last = select(TransferRow.id).where(TransferRow.machine == MachineRow.id).order_by(TransferRow.id.desc())
        asked = (
            select(MachineRow, ForceRow, TransferRow, *(one.scalar_subquery() for one in newest))
            .outerjoin(ForceRow, ForceRow.id == MachineRow.id)
            .outerjoin(TransferRow, TransferRow.id == last.limit(1).correlate(MachineRow).scalar_subquery())
            .where(MachineRow.organisation == self.ground.organisation, MachineRow.state == ACTIVE)
        )
        with self.ground.reading() as session:
            rows = session.execute(asked.order_by(func.length(MachineRow.letter), MachineRow.letter)).all()
        return tuple(_force(*row) for row in rows)


def _force(machine: MachineRow, said: ForceRow | None, file: TransferRow | None, newest: int, policy: str) -> Force:
    told = (machine.id, machine.letter, machine.name, machine.last_seen)
    if said is None:
        used = (file.policy, file.rules) if file else ("", "")
        return Force(*told, *used, 0, "", Follows.SILENT, Say("", ""))
    follows, problem = _follows(said, newest or 0, policy or ""), Say(said.problem_en, said.problem_zh)
    return Force(*told, said.policy, said.rules, said.edition, said.since, follows, problem)


def _follows(said: ForceRow, newest: int, policy: str) -> Follows:
    if not newest:
        return Follows.FREE
    if said.refused >= newest:
        return Follows.REFUSED
    if said.edition != newest:
        return Follows.LAGS
    return Follows.OTHERWISE if policy and said.policy != policy else Follows.NEWEST


def issue(ground: Ground, writing: Writing, by: Iterable[str], profile: str | None = None) -> Edition:
    """Sign what is active now as the next edition, inside the transaction of the decision.

    ``profile``: the shipped policy that is chosen with it; None: the one of the edition before. Raises UsageError where
    all texts together are too large.
    """
    before = writing.session.scalars(_newest(EditionRow, writing.organisation)).one_or_none()
    texts = _active(writing)
    edition = Edition(
        writing.organisation,
        (before.sequence if before else 0) + 1,
        writing.at,
        tuple(dict.fromkeys(by)),
        profile if profile is not None else str(before.content["profile"]) if before else "",
        texts.pop("", ""),
        tuple(sorted((name, text) for name, text in texts.items() if text)),
    )
    if edition.size > LARGEST:
        raise UsageError(
            Say(
                f"policy and packs together are larger than {LARGEST // 1024} KiB",
                f"策略与规则包合计超过 {LARGEST // 1024} KiB",
            )
        )
    edition = edition.with_signature(ground.keystore.sign(edition.signed()))
    writing.session.add(
        EditionRow(
            id=ulid.new(),
            organisation=writing.organisation,
            sequence=edition.sequence,
            at=writing.at,
            policy=edition.policy_digest,
            content=edition.to_json(),
        )
    )
    digests: dict[str, Any] = {"policy": edition.policy_digest, "packs": [name for name, _ in edition.packs]}
    writing.note("edition.issued", ", ".join(edition.by), str(edition.sequence), profile=edition.profile, **digests)
    return edition


def _active(writing: Writing) -> dict[str, str]:
    writing.session.flush()
    asked = select(VersionRow.name, VersionRow.text).where(
        VersionRow.organisation == writing.organisation, VersionRow.state == "active"
    )
    return {row.name: row.text for row in writing.session.execute(asked)}


def _newest(what: Any, organisation: str) -> Select[Any]:  # noqa: ANN401 - a table or one of its columns
    asked = select(what).where(EditionRow.organisation == organisation)
    return asked.order_by(EditionRow.sequence.desc()).limit(1)

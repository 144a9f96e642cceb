"""Takes editions of policy and packs as they come down the link: signed, newer, agreeing with their own examples.

An edition is written beside what is in force, tried there, and then named by one small file, so that a kill or a power
cut leaves all of the old or all of the new. What is refused leaves the old in force, and the office hears why. Each
change of what this machine judges with, by whatever way, goes up as a report.
"""

from __future__ import annotations

import contextlib
import json
import math
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import structlog

from dlp.agent.force import InForce
from dlp.clock import now
from dlp.config import Home
from dlp.edition import Edition, EditionError
from dlp.errors import DlpError
from dlp.files import sync_folder, write_whole
from dlp.inspection import EditionFolder, edition_folder, edition_pointer
from dlp.journal import Journal
from dlp.language import Say
from dlp.link.office_file import OfficeFile

TAKEN, TOLD = "edition", "force_told"
MANIFEST = "edition.json"
AGAIN_SECONDS = 600.0
"""After so long an edition that the office did not sign is looked at again: the true one may stand there by then."""


def mend(home: Home, journal: Journal, office: OfficeFile) -> None:
    """Put right what was changed on disk and finish what a kill cut off, before anything is judged by it.

    An edition that does not bear the office's signature any more is not used; it is asked for again.
    """
    folder = edition_folder(home)
    if folder is None:
        return
    try:
        edition = Edition.from_json(json.loads((folder.path / MANIFEST).read_text("utf-8")))
        edition.verify(bytes.fromhex(office.verify), office.organisation)
        _write(folder.path, edition)
    except (OSError, ValueError, DlpError) as error:
        structlog.get_logger().error("edition.damaged", error=type(error).__name__)
        edition_pointer(home).unlink(missing_ok=True)
        return
    if edition.sequence > _taken(journal):  # killed between the file and the journal
        _note(journal, edition)


@dataclass(slots=True)
class Editions:
    """The editions of one machine."""

    force: InForce
    journal: Journal
    problem: Say | None = None
    """Why the newest edition is not in force."""
    _refused: tuple[int, float] = (0, 0.0)
    """The newest that was refused, and until when (monotonic) it is not asked for again."""

    def known(self) -> int:
        """The newest that was taken or refused; one less where the one on disk was damaged, so that it comes again."""
        taken, (refused, until) = _taken(self.journal), self._refused
        sound = edition_folder(self.force.home) is not None
        return max(taken if sound else taken - 1, refused if time.monotonic() < until else 0)

    def take(self, raw: object, office: OfficeFile, told: int) -> None:
        """Put an edition in force, or refuse it; ``told``: the number that the office announced.

        Raises OSError where it cannot be written: then it is asked for again.
        """
        try:
            edition = Edition.from_json(raw)
            edition.verify(bytes.fromhex(office.verify), office.organisation)
            self._newer(edition)
        except DlpError as error:
            self._refuse(told, error, time.monotonic() + AGAIN_SECONDS)
            return
        try:
            self._adopt(edition)
        except DlpError as error:  # signed, but it does not load here: only a newer one helps, or a newer program
            self._refuse(max(told, edition.sequence), error, math.inf)
            return
        self.problem = None
        structlog.get_logger().info("edition.taken", sequence=edition.sequence)
        self.tell()

    def _newer(self, edition: Edition) -> None:
        taken = _taken(self.journal)
        if edition.sequence < taken or (edition.sequence == taken and edition_folder(self.force.home) is not None):
            raise EditionError(
                Say(
                    "edition {n} is not newer than {taken}, which was in force here already",
                    "第 {n} 版不新于本机已采用的第 {taken} 版",
                ).format(n=edition.sequence, taken=taken)
            )

    def _adopt(self, edition: Edition) -> None:
        home = self.force.home
        folder = home.agent / "editions" / f"{edition.sequence:08}-{edition.signature[:12]}"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(folder, edition)

        def settle() -> None:
            write_whole(edition_pointer(home), folder.name.encode("ascii"))
            _note(self.journal, edition)

        self.force.adopt(EditionFolder(folder), settle)
        for old in folder.parent.iterdir():
            if old != folder:
                shutil.rmtree(old, ignore_errors=True)

    def _refuse(self, number: int, error: DlpError, until: float) -> None:
        structlog.get_logger().warning("edition.refused", sequence=number, why=error.message.en)
        again = (self._refused[0], self.problem) == (number, error.message)
        self._refused, self.problem = (number, until), error.message
        if not again:
            self.journal.event("edition.refused", "agent", str(number), why=error.message.en[:200])
        self.tell()

    def tell(self) -> None:
        """Queue what is in force now, where the office was not told the same before."""
        problem = self.problem or self.force.problem or Say("", "")
        body: dict[str, object] = {
            "policy": self.force.policy.digest,
            "rules": self.force.rules,
            "edition": self.force.edition,
            "refused": self._refused[0] if self.problem else 0,
            "problem_en": problem.en[:1000],
            "problem_zh": problem.zh[:1000],
        }
        told = json.dumps(body, sort_keys=True)
        if told != self.journal.meta(TOLD):
            with self.journal.transaction():
                self.journal.set_meta(TOLD, told)
                self.journal.report("force", {**body, "at": now()})


def _taken(journal: Journal) -> int:
    return int(journal.meta(TAKEN) or 0)


def _note(journal: Journal, edition: Edition) -> None:
    with journal.transaction():
        journal.set_meta(TAKEN, str(edition.sequence))
        signature = edition.signature[:16]
        journal.event("edition.taken", ", ".join(edition.by), str(edition.sequence), signature=signature)


def _write(folder: Path, edition: Edition) -> None:
    """The texts as files, each durable; one that is there and right is left, one that does not belong goes."""
    packs = folder / "packs"
    packs.mkdir(mode=0o700, exist_ok=True)
    texts = {packs / f"{name}.yaml": text for name, text in edition.packs}
    texts[folder / "profile"] = edition.profile
    if edition.policy:
        texts[folder / "policy.yaml"] = edition.policy
    texts[folder / MANIFEST] = json.dumps(edition.to_json(), ensure_ascii=False)
    for path in (*folder.iterdir(), *packs.iterdir()):
        if path not in texts and path != packs:
            path.unlink()
    for path, text in texts.items():
        content = text.encode("utf-8")
        with contextlib.suppress(OSError):
            if path.read_bytes() == content:
                continue
        write_whole(path, content)
    for place in (packs, folder, folder.parent, folder.parent.parent):
        sync_folder(place)

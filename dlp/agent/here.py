"""Opens what a desk needs on this home: journal, custody, archive, and the office's public keys as last heard."""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from dlp.agent.desk import Desk
from dlp.agent.editions import mend
from dlp.agent.force import InForce
from dlp.archive import Archive
from dlp.config import Home, Settings
from dlp.custody import Custody, Ground
from dlp.custody.faults import Reach, go_on
from dlp.errors import KeysError
from dlp.journal import Journal
from dlp.language import Say
from dlp.link.office_file import OfficeFile
from dlp.lock import is_taken
from dlp.model import Recipients
from dlp.outbox.folders import Outbox
from dlp.receipts import Receipts


def lock_file(home: Home) -> Path:
    """Held by the running agent."""
    return home.run / "agent.lock"


def running(home: Home) -> bool:
    """Whether an agent runs on this home; then it must be asked, because it alone moves files."""
    return is_taken(lock_file(home))


def office_file(home: Home) -> Path:
    """What this machine knows of its office."""
    return home.agent / "office.json"


def _newest(home: Home) -> Callable[[], OfficeFile]:
    """What the office last told, read again where the file is another one. Raises KeysError."""
    path = office_file(home)
    known: list[tuple[tuple[int, int, int], OfficeFile]] = []

    def load() -> OfficeFile:
        try:
            status = path.stat()
        except OSError:
            return OfficeFile.load(path)
        stamp = (status.st_ino, status.st_mtime_ns, status.st_size)
        if not known or known[0][0] != stamp:
            known[:] = [(stamp, OfficeFile.load(path))]
        return known[0][1]

    return load


def recipients_of(home: Home) -> Callable[[], Recipients]:
    """The keys to seal to, as the office last told them; read anew each time, because epochs change while we run.

    Raises KeysError at once where the machine's own key cannot be used.
    """
    from keys.age import BadKey, parse_identity

    try:
        machine = str(parse_identity((home.agent / "machine.key").read_text("ascii").strip()).recipient)
    except (OSError, UnicodeDecodeError, BadKey) as error:
        raise KeysError(
            Say("the machine's key cannot be used: {error}", "本机密钥无法使用：{error}").format(error=error),
            Say("put agent/machine.key back from a backup", "请从备份恢复 agent/machine.key"),
        ) from error

    office_now = _newest(home)

    def recipients() -> Recipients:
        office = office_now()
        return Recipients(office.epoch, office.recovery, machine)

    return recipients


def suspended_of(home: Home) -> Callable[[str], bool]:
    """Whether a person's sending is suspended, as the office last told; read anew each time."""
    office_now = _newest(home)

    def suspended(person: str) -> bool:
        folded = unicodedata.normalize("NFKC", person).casefold()
        names = office_now().suspended
        return folded in {unicodedata.normalize("NFKC", name).casefold() for name in names}

    return suspended


def groups_of(home: Home) -> Callable[[], frozenset[str]]:
    """The names of the groups that the office last told; read anew each time."""
    office_now = _newest(home)
    return lambda: frozenset(group.name for group in office_now().groups)


def with_accounts(home: Home, settings: Settings) -> Settings:
    """The settings with the work accounts that the office chose, where it chose any; read anew each time."""
    chosen = OfficeFile.load(office_file(home)).accounts
    return settings if chosen is None else replace(settings, accounts=chosen)


def outboxes_of(settings: Settings) -> tuple[Outbox, ...]:
    """The outboxes of this machine: the person's own, or in service mode one for each person."""
    folder = settings.outbox_folder()
    if settings.service:
        return tuple(Outbox(folder / person, settings.tongue, person) for person in settings.people)
    return (Outbox(folder, settings.tongue),)


def archive_of(home: Home, settings: Settings, journal: Journal) -> Archive:
    """The designated storage."""
    return Archive(settings.archive_folder(home), journal, recipients_of(home))


@contextlib.contextmanager
def desk_on(home: Home, settings: Settings, reach: Reach = go_on, *, warm: bool = False) -> Iterator[Desk]:
    """A desk on this home; its workers start at once or with the first file, and end with the block.

    Hold the lock before. Raises DlpError where keys, journal, policy or rules cannot be used.
    """
    with contextlib.closing(Journal.open(home.agent / "journal.db")) as journal:
        office = OfficeFile.load(office_file(home))
        journal.set_letter(office.letter)
        outboxes = outboxes_of(settings)
        for outbox in outboxes:
            outbox.make()
        settings.archive_folder(home).mkdir(mode=0o700, parents=True, exist_ok=True)
        mend(home, journal, office)
        force = InForce(home, settings, journal.sealed_here)
        try:
            force.begin(warm=warm)
            pages = Receipts(lambda: force.policy, office.url)
            ground = Ground(home.agent, journal, outboxes, recipients_of(home), pages, reach)
            yield Desk(Custody(ground), journal, force, suspended_of(home), groups_of(home))
        finally:
            force.end()

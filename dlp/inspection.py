"""Puts together what a file is judged with: workers, policy, packs, key, and the sealed files known here."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dlp.config import Home, Settings
from dlp.errors import UsageError
from dlp.inspect import Context
from dlp.language import Say
from dlp.model import Limits
from dlp.policy import Policy
from dlp.policy_file import load, shipped

if TYPE_CHECKING:
    from classifiers.pack import PackError

FINGERPRINT_KEY_BYTES = 32
EDITION_NAME = re.compile(r"[0-9]{8,19}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class EditionFolder:
    """Where the texts of an edition lie that came down the link (``dlp.edition``), each a file as people know it."""

    path: Path

    @property
    def number(self) -> int:
        """The edition's; 0 for ``NO_EDITION``."""
        name = self.path.name
        return int(name.partition("-")[0]) if EDITION_NAME.fullmatch(name) else 0

    @property
    def policy(self) -> Path:
        """The organisation's own policy; not there where the edition has none."""
        return self.path / "policy.yaml"

    @property
    def profile(self) -> str:
        """The shipped policy that was chosen; empty: none."""
        try:
            return (self.path / "profile").read_text("ascii").strip()
        except OSError:
            return ""

    @property
    def packs(self) -> tuple[Path, ...]:
        """The organisation's own packs, by name."""
        return tuple(sorted((self.path / "packs").glob("*.yaml")))


NO_EDITION = EditionFolder(Path(os.devnull))
"""As if none had come down the link."""


def edition_pointer(home: Home) -> Path:
    """The file that names the edition in force here; replacing it is the one step that changes all texts at once."""
    return home.agent / "edition"


def edition_folder(home: Home) -> EditionFolder | None:
    """The edition in force on this machine; None where none came down the link."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        name = edition_pointer(home).read_text("ascii").strip()
        if EDITION_NAME.fullmatch(name) and (folder := home.agent / "editions" / name).is_dir():
            return EditionFolder(folder)
    return None


def policy_file(home: Home, settings: Settings, edition: EditionFolder | None = None) -> Path:
    """The policy that the office put in force, else the machine's own, else the shipped one that was chosen.

    ``edition``: as if this one were in force.
    """
    edition = edition or edition_folder(home)
    if edition is not None and edition.policy.exists():
        return edition.policy
    if home.policy.exists():
        return home.policy
    return shipped(edition.profile if edition and edition.profile else settings.profile)


def pack_files(home: Home, edition: EditionFolder | None = None) -> tuple[Path, ...]:
    """The shipped packs and, after them, the organisation's own; of two with one name the office's."""
    from classifiers.pack import shipped as shipped_packs

    edition = edition or edition_folder(home)
    sent = edition.packs if edition else ()
    own = sorted(home.packs.glob("*.yaml")) if home.packs.is_dir() else []
    names = {path.name for path in sent}
    return (*shipped_packs(), *(path for path in own if path.name not in names), *sent)


def fingerprint_key(home: Home) -> bytes:
    """The machine's key for fingerprints of matches; a throw-away one where nothing was set up."""
    try:
        return (home.agent / "fingerprint.key").read_bytes()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        # A throw-away key only makes fingerprints that cannot be compared later; findings are the same.
        return secrets.token_bytes(FINGERPRINT_KEY_BYTES)


def cache_folder(home: Home) -> Path | None:
    """Where the agent keeps what it prepared of the packs; None where nothing was set up."""
    with contextlib.suppress(PermissionError):
        return home.agent / "cache" if home.agent.is_dir() else None
    return None


@contextlib.contextmanager
def context_for(
    home: Home,
    settings: Settings,
    policy: Path | None = None,
    registered: Callable[[str], bool] | None = None,
    patience: float = 0.0,
) -> Iterator[Context]:
    """What to judge with, its workers ended at the end; ``patience`` where nobody waits, else what the settings say.

    Raises PolicyError or PackError's UsageError when rules or policy must not be used.
    """
    from classifiers.pack import PackError
    from dlp.read.sandbox import Workers

    chosen: Policy = load(policy or policy_file(home, settings))
    try:
        packs, key, cache = pack_files(home), fingerprint_key(home), cache_folder(home)
        patience = patience or settings.picture_patience
        with Workers(settings.workers, Limits(), packs, key, cache, patience=patience) as workers:
            yield Context(workers, chosen, registered or known_sealed(home))
    except PackError as error:
        raise bad_pack(error) from error


def bad_pack(error: PackError) -> UsageError:
    """A pack that must not be used, in words for people."""
    return UsageError(
        Say("pack {pack}, {where}: {problem}", "规则包 {pack}，{where}：{problem}").format(
            pack=error.pack, where=error.where, problem=Say(error.problem_en, error.problem_zh)
        ),
        Say(
            "correct the file, or take it out of the folder packs; dlp rules test tries it",
            "请更正该文件，或将其移出 packs 文件夹；dlp rules test 可进行校验",
        ),
    )


def known_sealed(home: Home) -> Callable[[str], bool]:
    """Whether a digest is that of a sealed file this machine made, by its journal; false where there is none."""
    path = home.agent / "journal.db"
    if not path.exists():
        return lambda _sha256: False
    from dlp.journal import Journal

    def registered(sha256: str) -> bool:
        with contextlib.closing(Journal.open(path)) as journal:
            return journal.sealed_here(sha256)

    return registered

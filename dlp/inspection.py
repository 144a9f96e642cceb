"""Puts together what a file is judged with: workers, policy, packs, key, and the sealed files known here."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
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


def policy_file(home: Home, settings: Settings) -> Path:
    """The organisation's own policy where there is one, else the shipped one that was chosen."""
    return home.policy if home.policy.exists() else shipped(settings.profile)


def pack_files(home: Home) -> tuple[Path, ...]:
    """The shipped packs and, after them, the organisation's own."""
    from classifiers.pack import shipped as shipped_packs

    own = tuple(sorted(home.packs.glob("*.yaml"))) if home.packs.is_dir() else ()
    return (*shipped_packs(), *own)


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
) -> Iterator[Context]:
    """What to judge with, its workers ended at the end.

    Raises PolicyError or PackError's UsageError when rules or policy must not be used.
    """
    from classifiers.pack import PackError
    from dlp.read.sandbox import Workers

    chosen: Policy = load(policy or policy_file(home, settings))
    try:
        packs, key, cache = pack_files(home), fingerprint_key(home), cache_folder(home)
        with Workers(settings.workers, Limits(), packs, key, cache) as workers:
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

"""The policy and rules in force, exchanged while files are judged; a bad new version leaves the old one in force."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from dlp.config import Home, Settings
from dlp.errors import DlpError
from dlp.inspect import Answer, Context
from dlp.inspection import (
    NO_EDITION,
    EditionFolder,
    bad_pack,
    cache_folder,
    edition_folder,
    fingerprint_key,
    pack_files,
    policy_file,
)
from dlp.language import Say
from dlp.model import Excerpt, Limits
from dlp.policy import Policy
from dlp.policy_file import load
from dlp.watching import Hints

if TYPE_CHECKING:
    from dlp.read.sandbox import Workers

QUIET_SECONDS = 0.5
"""An editor writes a file in several steps; it is read when nothing happened for so long."""


@dataclass(slots=True)
class _Pool:
    """Workers with one set of packs, and how many files they judge now."""

    workers: Workers
    files: tuple[tuple[Path, int], ...]
    busy: int = 0
    replaced: bool = False


@dataclass(slots=True)
class InForce:
    """What files are judged with now."""

    home: Home
    settings: Settings
    registered: Callable[[str], bool]
    problem: Say | None = None
    """Why the newest version on disk is not in force."""
    changed: list[Callable[[], None]] = field(default_factory=list)
    """Called when another version came into force, or was refused."""
    mend: Callable[[], None] = lambda: None
    """Called before files are read again; puts right what was changed on disk of the office's edition."""
    policy: Policy = field(init=False)
    rules: str = field(init=False, default="")
    """Digest of the packs in force."""
    edition: int = 0
    """Number of the office's edition in force; 0: none."""
    _pool: _Pool = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, *, warm: bool) -> None:
        """Load for the first time. Raises DlpError: nothing is judged by a policy that does not load.

        ``warm`` starts the workers too, and finds out whether their packs load; else they start with the first file.
        """
        edition = edition_folder(self.home)
        try:
            self._begin(edition, warm=warm)
        except DlpError as error:
            if edition is None:
                raise
            # It loaded when it came, and a newer program refuses it: the office hears so, and sends a better one.
            structlog.get_logger().error("edition.unusable", why=error.message.en)
            self._begin(NO_EDITION, warm=warm)
            self.problem = error.message

    def _begin(self, edition: EditionFolder | None, *, warm: bool) -> None:
        self.policy = load(policy_file(self.home, self.settings, edition))
        self._pool = self._fresh_pool(pack_files(self.home, edition), warm=warm)
        self.rules, self.edition = self._pool.workers.rules, edition.number if edition else 0

    def context(self) -> Context:
        """What to judge the next file with."""
        return Context(self, self.policy, self.registered)

    def judge(self, fd: int, name: str) -> Answer:
        """Read and classify with the packs in force (``dlp.inspect.Judge``)."""
        from classifiers.pack import PackError

        with self._borrowed() as pool:
            try:
                return pool.workers.judge(fd, name)
            except PackError as error:
                raise bad_pack(error) from error

    def judge_again(self, fd: int, name: str) -> Answer | None:
        """With the packs in force and much time for pictures (``Workers.judge_again``)."""
        with self._borrowed() as pool:
            return pool.workers.judge_again(fd, name)

    def stop_again(self) -> None:
        """End that at once; nothing is judged again any more."""
        with self._borrowed() as pool:
            pool.workers.stop_again()

    def show(self, fd: int, name: str, rules: Sequence[str]) -> tuple[Excerpt, ...]:
        """What these rules match, in clear, with the packs in force; only ``dlp.agent.unmask`` asks for it."""
        with self._borrowed() as pool:
            return pool.workers.show(fd, name, rules)

    @contextlib.contextmanager
    def _borrowed(self) -> Iterator[_Pool]:
        with self._lock:
            pool = self._pool
            pool.busy += 1
        try:
            yield pool
        finally:
            with self._lock:
                pool.busy -= 1
                over = pool.replaced and not pool.busy
            if over:
                _end(pool)

    def reload(self) -> bool:
        """Read policy and packs again; false where they have an error, which ``problem`` then says."""
        try:
            self.mend()
            self.adopt(edition_folder(self.home), lambda: None)
        except (DlpError, OSError) as error:
            said = error.message if isinstance(error, DlpError) else Say(str(error), str(error))
            self.problem = said
            structlog.get_logger().warning("force.refused", why=said.en)
            self._tell()
            return False
        self._tell()
        return True

    def adopt(self, edition: EditionFolder | None, settle: Callable[[], None]) -> None:
        """Put policy and packs in force as they are with this edition; ``settle`` is called once they have loaded.

        Raises DlpError or OSError, from ``settle`` too; then what was in force stays.
        """
        policy = load(policy_file(self.home, self.settings, edition))
        packs = pack_files(self.home, edition)
        pool = self._fresh_pool(packs, warm=True) if _marks(packs) != self._pool.files else None
        try:
            settle()
        except BaseException:
            if pool is not None:
                _end(pool)
            raise
        self._swap(policy, pool)
        self.edition = edition.number if edition else 0

    def _swap(self, policy: Policy, pool: _Pool | None) -> None:
        with self._lock:
            old, self.policy, self.problem = self._pool, policy, None
            if pool is not None:
                self._pool, self.rules, old.replaced = pool, pool.workers.rules, True
            over = pool is not None and not old.busy
        if over:
            _end(old)
        elif pool is not None:
            old.workers.stop_again()  # for half an hour it may go on; the new rules are to say what is in it
        structlog.get_logger().info("force.changed", policy=policy.digest[:12])

    def _tell(self) -> None:
        for tell in self.changed:
            tell()

    def end(self) -> None:
        """End the workers."""
        if hasattr(self, "_pool"):
            _end(self._pool)

    def _fresh_pool(self, files: tuple[Path, ...], *, warm: bool) -> _Pool:
        from classifiers.pack import PackError
        from dlp.read.sandbox import Workers

        key, cache, chosen = fingerprint_key(self.home), cache_folder(self.home), self.settings
        patience, spare = chosen.picture_patience, chosen.spare_readers
        workers = Workers(chosen.workers, Limits(), files, key, cache, patience=patience, spare=spare)
        workers.__enter__()
        try:
            if warm:
                workers.warm()
        except PackError as error:
            workers.__exit__(None, None, None)
            raise bad_pack(error) from error
        except BaseException:
            workers.__exit__(None, None, None)
            raise
        return _Pool(workers, _marks(files))


def _end(pool: _Pool) -> None:
    pool.workers.__exit__(None, None, None)


def _marks(files: tuple[Path, ...]) -> tuple[tuple[Path, int], ...]:
    return tuple((file, file.stat().st_mtime_ns) for file in files)


@dataclass(slots=True)
class Reloading:
    """The thread that reloads when a file of policy or rules changed, or when asked to."""

    force: InForce
    stir: threading.Event = field(default_factory=threading.Event)
    _asked: threading.Event = field(default_factory=threading.Event)
    _stopped: bool = False
    _seen: object = None
    _thread: threading.Thread | None = None
    hints: Hints = field(init=False)

    def __post_init__(self) -> None:
        """The hints ring this thread's own bell."""
        self.hints = Hints(self.stir, gone_too=True)

    def start(self) -> None:
        """Begin to watch."""
        self._seen = self._found()
        home = self.force.home
        for folder in (home.root, home.packs):
            self.hints.watch(folder, recursive=False)
        self._thread = threading.Thread(target=self._run, name="reloading", daemon=True)
        self._thread.start()

    def ask(self) -> None:
        """Reload in any case (SIGHUP)."""
        self._asked.set()
        self.stir.set()

    def stop(self) -> None:
        """End."""
        self._stopped = True
        self.stir.set()
        if self._thread:
            self._thread.join(3)
        self.hints.stop()

    def _run(self) -> None:
        while not self._stopped:
            self.stir.wait()
            self.stir.clear()
            while not self._stopped and self.stir.wait(QUIET_SECONDS):
                self.stir.clear()
            if self._stopped:
                return
            found, asked = self._found(), self._asked.is_set()
            if asked or found != self._seen:
                self._asked.clear()
                self._seen = found
                self.force.reload()

    def _found(self) -> object:
        """What changes when a file of policy or rules does."""
        policy = policy_file(self.force.home, self.force.settings)
        marks = []
        for file in (policy, *pack_files(self.force.home)):
            try:
                status = file.stat()
            except FileNotFoundError:
                continue
            marks.append((file, status.st_ino, status.st_size, status.st_mtime_ns))
        return tuple(marks)

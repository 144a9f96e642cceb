"""Rules that change while a program runs: new packs come into force once they are proved, bad ones never do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from classifiers.pack import PackError, dictionaries, load
from classifiers.rules import Rules

Stamp = tuple[tuple[str, int, int], ...]


class Current:
    """The rules in force. ``files`` tells which packs there are now; asked again at each ``refresh``."""

    def __init__(self, files: Callable[[], Sequence[Path]], cache: Path | None = None) -> None:
        self._files = files
        self._cache = cache
        self._stamp = self._now()
        self.rules: Rules = load(files(), cache)
        """In force. Raises PackError at the start only: there is then no older version to keep."""
        self.problem: PackError | None = None
        """Why the packs as they stand on disk are not in force; None where they are."""

    def refresh(self) -> bool:
        """Load the packs where a file changed since the last look; whether other rules are now in force.

        A pack that must not be used leaves the rules as they were, and its error in ``problem``.
        """
        stamp = self._now()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            rules = load(self._files(), self._cache)
        except PackError as problem:
            self.problem = problem
            return False
        changed, self.rules, self.problem = rules.digest != self.rules.digest, rules, None
        return changed

    def _now(self) -> Stamp:
        stamps = []
        for path in self._files():
            try:
                raw = path.read_bytes()
                for one in (path, *dictionaries(path, raw)):
                    status = one.stat()
                    stamps.append((str(one), status.st_mtime_ns, status.st_size))
            except OSError:
                # Gone or not readable: load says so by name.
                stamps.append((str(path), 0, -1))
        return tuple(stamps)

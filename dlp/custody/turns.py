"""Who works with a Send: its owner, a reviewer's decision, the threads that judge; one after the other."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Turns:
    """One at a time for each Send, any number of Sends at once.

    Without it a file that its owner takes back while a reviewer releases it would come out twice.
    """

    _busy: set[str] = field(default_factory=set)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @contextlib.contextmanager
    def of(self, send: str) -> Iterator[None]:
        """Wait until nobody works with this Send; then it is the caller's until the block ends. Not to be nested."""
        with self._changed:
            while send in self._busy:
                self._changed.wait()
            self._busy.add(send)
        try:
            yield
        finally:
            with self._changed:
                self._busy.discard(send)
                self._changed.notify_all()

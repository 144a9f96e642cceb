"""A SHA-256 that is taken beside other work: digesting costs more than encrypting, and lets go of the interpreter."""

from __future__ import annotations

import hashlib
from collections import deque
from typing import TYPE_CHECKING

from keys.pipes import Content

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

INLINE = 1024 * 1024
"""Bytes up to which a thread costs more than it saves."""
WAITING = 4
"""Pieces that may wait for their turn; more would only take memory."""


class Digest:
    """Counts and digests what it is given, in order. `end` must be called, and gives back the thread."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._beside: ThreadPoolExecutor | None = None
        self._waiting: deque[Future[None]] = deque()
        self.size = 0

    def update(self, content: Content) -> None:
        """Take a piece; it may be changed afterwards."""
        self.size += len(content)
        if self.size <= INLINE:
            self._sha256.update(content)
            return
        if self._beside is None:
            from concurrent.futures import ThreadPoolExecutor

            self._beside = ThreadPoolExecutor(1)
        if len(self._waiting) == WAITING:
            self._waiting.popleft().result()
        kept = content if isinstance(content, bytes) else bytes(content)
        self._waiting.append(self._beside.submit(self._sha256.update, kept))

    def end(self) -> None:
        """Wait for what is under way."""
        if self._beside is not None:
            self._beside.shutdown()
            self._beside = None

    @property
    def hex(self) -> str:
        """The digest of everything up to now; only after `end`."""
        return self._sha256.hexdigest()

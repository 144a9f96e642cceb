"""Whose turn it is to have a file read: as many at once as there are processes, and one more while callers wait long.

A second process is worth its start (0.3 s of a processor, some 55 MB) where many files wait, or where a short one waits
behind a very long one; it ends when nobody had to wait for a while, so that an idle agent has only its warm ones.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

import structlog

PATIENCE_SECONDS = 0.25
"""How long callers wait, all together within ``WINDOW_SECONDS``, before one more process is started."""
WINDOW_SECONDS = 5.0
IDLE_SECONDS = 10.0
"""Without a caller that had to wait, after which it ends."""


class Turns:
    """``count`` turns, and up to ``spare`` more, each of which ``begin`` makes possible and ``end`` takes back.

    ``begin`` is called in a thread of its own, returns when the process is ready, and raises where there is none; then
    nobody tries again for ``idle_seconds``. Safe for several threads.
    """

    def __init__(
        self,
        count: int,
        spare: int,
        begin: Callable[[], None],
        end: Callable[[], None],
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._free = threading.Semaphore(count)
        self._spare, self._begin, self._end, self._idle_seconds = spare, begin, end, idle_seconds
        self._lock = threading.Lock()
        self._more = 0
        """Spare ones that are there, start, or could not start just now."""
        self._waited = self._window = self._last = 0.0
        self._over = threading.Event()

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """Wait for a turn, and have it during the block."""
        if not self._free.acquire(blocking=False):
            self._wait()
        try:
            yield
        finally:
            self._free.release()

    def close(self) -> None:
        """Begin and end nothing any more; whoever has the processes ends them."""
        self._over.set()

    def _wait(self) -> None:
        begun = time.monotonic()
        if not self._free.acquire(timeout=self._patience(begun)):
            self._crowded()
            self._free.acquire()
        now = time.monotonic()
        with self._lock:
            self._waited, self._last = self._waited + now - begun, now
            crowded = self._waited >= PATIENCE_SECONDS
        if crowded:
            self._crowded()

    def _patience(self, now: float) -> float:
        with self._lock:
            if now - self._window > WINDOW_SECONDS:
                self._window, self._waited = now, 0.0
            return max(0.0, PATIENCE_SECONDS - self._waited)

    def _crowded(self) -> None:
        with self._lock:
            if self._more >= self._spare or self._over.is_set():
                return
            self._more += 1
        threading.Thread(target=self._one_more, name="one-more-reader", daemon=True).start()

    def _one_more(self) -> None:
        try:
            self._begin()
        except Exception as error:  # noqa: BLE001 - files go on being read by the others, whatever kept this one away
            structlog.get_logger().warning("reader.none_more", error=type(error).__name__)
            self._over.wait(self._idle_seconds)
        else:
            self._free.release()
            self._until_idle()
        with self._lock:
            self._more -= 1

    def _until_idle(self) -> None:
        while not self._over.wait(self._idle_seconds):
            with self._lock:
                quiet = time.monotonic() - self._last >= self._idle_seconds
            # Taken back only when free: nobody's file is to be read without a process.
            if quiet and self._free.acquire(blocking=False):
                self._end()
                return

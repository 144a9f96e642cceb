"""The one reading process that also looks at pictures: there while pictures come, and gone after a minute without.

A file is judged by an ordinary process first. What that leaves unseen is a reason to judge the whole file once more
here, so that a document's text and its pictures are weighed together.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from classifiers.model import Certainty, Classification, Gap, GapKind, GapReason, Level
from dlp.model import Excerpt, Limits
from dlp.read.launch import Setting
from dlp.read.process import Lost, Process

IDLE_SECONDS = 60.0
"""Without a picture, after which the process ends: it holds 200 MB and more."""
LIMITS = {"seconds": 90.0, "memory": 560 * 1024 * 1024}
"""Instead of the ordinary ones; looking has limits of its own within these (dlp.sight.looking). With what the loaded
networks take, the process stays below 800 MB."""
MODULE = "dlp.sight.worker"
COVERED = frozenset({GapReason.PICTURE, GapReason.NO_TEXT})
"""Reasons of Gaps that looking can close."""
THUMBNAILS = ("docprops/thumbnail.", "thumbnails/thumbnail.")
"""Where office programs keep it (ECMA-376 part 2, thumbnails; OpenDocument 1.3 part 2)."""
THUMBNAIL_BYTES = 64 * 1024
"""A larger one is a picture like others."""
LACKING = "memory"
"""Detail of a Gap for a picture that there was not enough memory to look at."""
Found = TypeVar("Found")


def limits(ordinary: Limits) -> Limits:
    """The limits of the process that looks."""
    return replace(ordinary, seconds=LIMITS["seconds"], memory=int(LIMITS["memory"]))


def worth(classification: Classification) -> bool:
    """Whether looking at the pictures of a file can change what becomes of it."""
    if any(one.level >= Level.SECRET and one.certainty is Certainty.HIGH for one in classification.findings):
        return False
    return any(
        gap.kind is GapKind.UNSEEN and gap.reason in COVERED and not _thumbnail(gap) for gap in classification.gaps
    )


def _thumbnail(gap: Gap) -> bool:
    """Whether it is the small picture of its own first page that an office program puts into a document.

    Nearly every document has one, and its page is read: started for that alone, the process would run all day. It is
    looked at where other pictures are, and stays a Gap where none is.
    """
    path = gap.place.path
    small = gap.size is not None and gap.size <= THUMBNAIL_BYTES
    return small and bool(path) and path[-1].lower().startswith(THUMBNAILS)


class Seeing:
    """Starts the process when it is needed, one file at a time, and ends it when idle. Safe for several threads."""

    def __init__(
        self, setting: Setting, idle_seconds: float = IDLE_SECONDS, seconds: float = LIMITS["seconds"]
    ) -> None:
        allowed = replace(limits(setting.limits), seconds=seconds)
        self._setting = replace(setting, limits=allowed, module=MODULE)
        self._idle_seconds = idle_seconds
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._process: Process | None = None
        self._timer: threading.Timer | None = None
        self._uses = 0
        self._fresh = False
        """Whether the file asked about last was the first of its process."""
        self._ended = False

    @property
    def process(self) -> Process | None:
        """The process, while there is one."""
        return self._process

    def judge(
        self, fd: int, name: str, first: Classification | None, patience: float = 1.0
    ) -> tuple[str, Classification] | None:
        """Media type and Classification with the pictures looked at; None when ended.

        ``first`` is what an ordinary process said: it stays, with a Gap that names the limit, where the process is
        lost; without it Lost is raised. Raises PacksRefused and UnreadableError as ``Process.ready`` does.
        """
        try:
            found = self._used(lambda process: _judged(process, fd, name, patience))
            if found is not None and not self._fresh and any(gap.detail == LACKING for gap in found[1].gaps):
                # What earlier files left reserved may have been what was lacking.
                with self._turn:
                    self._let_go()
                found = self._used(lambda process: _judged(process, fd, name, patience))
        except Lost as lost:
            if first is None:
                raise
            left = max((gap.coverage for gap in first.gaps if gap.reason in COVERED), default=1.0)
            gap = Gap(GapKind.UNSEEN, lost.reason, coverage=left, detail=f"looking: {lost.detail}")
            return lost.media_type, replace(first, gaps=(*first.gaps, gap))
        return found

    def show(self, fd: int, name: str, rules: Sequence[str]) -> tuple[Excerpt, ...]:
        """What these rules match, pictures included, in clear; nothing where the process is lost."""
        try:
            return self._used(lambda process: process.show(fd, name, rules)) or ()
        except Lost:
            return ()

    def end(self) -> None:
        """End the process, also one at work, and start no other."""
        with self._lock:
            self._ended = True
        self._let_go()

    def _used(self, ask: Callable[[Process], tuple[Found, bool]]) -> Found | None:
        with self._turn:
            process = self._taken()
            if process is None:
                return None
            well = False
            try:
                process.ready()
                found, well = ask(process)
                return found
            finally:
                if well:
                    self._wait_idle()
                else:
                    self._let_go()

    def _taken(self) -> Process | None:
        with self._lock:
            self._uses += 1
            if self._timer is not None:
                self._timer.cancel()
            if self._ended:
                return None
            self._fresh = self._process is None
            if self._process is None:
                self._process = Process(self._setting)
            return self._process

    def _wait_idle(self) -> None:
        with self._lock:
            uses = self._uses
            self._timer = threading.Timer(self._idle_seconds, self._idle, [uses])
            self._timer.daemon = True
            self._timer.start()

    def _idle(self, uses: int) -> None:
        """End the process where nothing was asked of it since."""
        with self._lock:
            if self._uses != uses:
                return
            process, self._process = self._process, None
        if process is not None:
            process.end()

    def _let_go(self) -> None:
        with self._lock:
            process, self._process = self._process, None
            if self._timer is not None:
                self._timer.cancel()
        if process is not None:
            process.end()


def _judged(process: Process, fd: int, name: str, patience: float) -> tuple[tuple[str, Classification], bool]:
    media_type, classification, well = process.ask(fd, name, patience)
    return (media_type, classification), well

"""``inspect``: what is this file, and what does policy want done with it. Reads, and changes nothing.

Everything that asks about a file calls this: the agent, the gate (with the event's descriptor), the console's
try-a-file page, ``dlp inspect``, the tests. The order of work:

- the bytes are digested here, from the descriptor, never by a path that could mean another file a moment later;
- a sandboxed worker reads and classifies; only masked findings come back;
- a file that changed meanwhile gets a Gap, because what was judged is then not what is there.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from classifiers.model import Classification, Gap, GapKind, GapReason
from dlp.model import Document, Origin, Verdict
from dlp.policy import Policy

CHUNK = 1 << 20
"""Bytes digested at a time."""


class Answer(Protocol):
    """What a worker says of a file."""

    @property
    def document_type(self) -> str:
        """Media type by content."""

    @property
    def classification(self) -> Classification:
        """What it is."""


class Judge(Protocol):
    """The pool of sandboxed workers, as seen from here."""

    def judge(self, fd: int, name: str) -> Answer:
        """Read and classify the file behind a descriptor."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a file is judged with."""

    workers: Judge
    policy: Policy
    registered: Callable[[str], bool]
    """Whether the sha256 of a whole file is that of a sealed file of this office."""


def inspect(descriptor: int, name: str, origin: Origin, context: Context) -> Verdict:
    """The Verdict for the open file; its offset is left where it was.

    Raises OSError when the bytes themselves cannot be read; everything else that goes wrong is a Gap in the Verdict.
    """
    started = time.perf_counter()
    before = os.fstat(descriptor)
    digest, size = sha256_of(descriptor)
    answer = context.workers.judge(descriptor, name)
    classification = answer.classification
    if _stamp(before) != _stamp(os.fstat(descriptor)) or size != before.st_size:
        classification = replace(
            classification, gaps=(*classification.gaps, Gap(GapKind.UNREADABLE, GapReason.CHANGED))
        )
    document = Document(name, size, digest, answer.document_type)
    verdict = context.policy.decide(document, classification, origin, registered=context.registered(digest))
    return replace(verdict, elapsed_ms=round((time.perf_counter() - started) * 1000, 1))


def sha256_of(descriptor: int) -> tuple[str, int]:
    """Hex digest and size in bytes of the whole open file, read in constant memory."""
    digest, offset = hashlib.sha256(), 0
    while chunk := _read_at(descriptor, CHUNK, offset):
        digest.update(chunk)
        offset += len(chunk)
    return digest.hexdigest(), offset


def _read_at(descriptor: int, length: int, offset: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(descriptor, length, offset)
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.read(descriptor, length)


def _stamp(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns

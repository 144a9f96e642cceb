"""Mailboxes (RFC 4155): every message as a document of its own."""

from __future__ import annotations

from dlp.read.visit import Parts, Visit


def read(visit: Visit) -> Parts:
    """The messages in their order."""
    lines: list[bytes] = []
    size = number = done = 0
    visit.source.file.seek(0)
    for line in visit.source.file:
        done += len(line)
        if line.startswith(b"From ") and lines:
            number += 1
            yield from visit.inner(f"message {number}", b"".join(lines))
            visit.progress = min(1.0, done / max(1, visit.source.size))
            lines, size = [], 0
        if not line.startswith(b"From ") or lines:
            lines.append(line)
        size += len(line)
        visit.budget.held(size)
    yield from visit.inner(f"message {number + 1}", b"".join(lines))

"""What may be shown and compared of a match: a masked form, and a fingerprint that needs the machine's key."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

LONGEST = 40
"""Characters of a masked form."""
FINGERPRINT_DIGITS = 16
DOTS = "*" * 4


def masked(text: str, keep: tuple[int, int] | None) -> str:
    """The match on one line: whole where ``keep`` is None (a mark), else only so many characters at both ends."""
    shown = " ".join(text.split())
    if not shown.isprintable():
        shown = "".join(c for c in shown if unicodedata.category(c)[0] != "C")
    if keep is None:
        return shown if len(shown) <= LONGEST else shown[:LONGEST] + "…"
    head, tail = keep
    if head + tail > len(shown) // 2:
        # A short match shown at both ends would be shown whole.
        head, tail = min(head, len(shown) // 4), 0
    return shown[:head] + DOTS + (shown[len(shown) - tail :] if tail else "")


def fingerprint(value: str, key: bytes) -> str:
    """HMAC-SHA256 of the folded match, first 16 hex digits."""
    return hmac.digest(key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()[:FINGERPRINT_DIGITS]

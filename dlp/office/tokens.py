"""Tokens that open something: made once, shown once, kept as a hash only."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata


def new_token() -> str:
    """256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the database keeps of a token.

    Plain SHA-256 is enough, because the token is random and not a person's password. The row
    is found by the hash, so comparing takes the same time however much of a guess is right.
    """
    return hashlib.sha256(b"dlp token v1|" + token.encode("utf-8", "replace")).hexdigest()


def fold(name: str) -> str:
    """A name without case and width: Ｌｉ, LI and li are one person."""
    return unicodedata.normalize("NFKC", name).casefold().strip()

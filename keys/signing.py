"""Checking what the office signed, on machines that hold its public key only."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def is_signed(verify_key: bytes, content: bytes, signature: bytes) -> bool:
    """Whether the holder of the key signed exactly this content (Ed25519, RFC 8032).

    Raises ValueError for a key that is not 32 bytes long.
    """
    try:
        Ed25519PublicKey.from_public_bytes(verify_key).verify(signature, content)
    except InvalidSignature:
        return False
    return True

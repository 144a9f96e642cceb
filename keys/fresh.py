"""New keys for a new keystore or a new epoch."""

from __future__ import annotations

from datetime import datetime

from keys import age
from keys.keystore_file import Kept, State, keep


def state(root_key: bytes, recovery: str, now: datetime) -> State:
    """All keys of a new keystore, under this root key; the recovery key is given by its public half."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from keys import tls

    signing = Ed25519PrivateKey.generate()
    verify_key = signing.public_key().public_bytes_raw().hex()
    authority, certificate = tls.new_authority(now)
    return State(
        1,
        recovery,
        (epoch(root_key, 1, now),),
        keep(root_key, "signing", 1, verify_key, now.isoformat(), signing.private_bytes_raw()),
        keep(root_key, "authority", 1, certificate, now.isoformat(), authority),
    )


def epoch(root_key: bytes, number: int, now: datetime) -> Kept:
    """The key of a new epoch."""
    identity = age.generate()
    return keep(root_key, "epoch", number, str(identity.recipient), now.isoformat(), identity.secret)

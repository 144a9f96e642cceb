"""How the office hands the key of one file to one reader: HPKE, base mode (RFC 9180).

Suite: DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001, AES-256-GCM 0x0002; all of it is in WebCrypto, so a
browser does the same. The exact bytes, with ``||`` for joining and all text in ASCII:

    public_b64   base64 (RFC 4648 section 4, with padding) of the client's 32-byte X25519 public key pkR
    wrapped_b64  base64 of  enc || ciphertext : enc is the sender's 32-byte ephemeral public key, ciphertext is
                 AES-256-GCM of the 16-byte file key with its 16-byte tag at the end; so 64 bytes in all
    context      the HPKE ``info``: bytes that both sides know and that name what the key is for. aad is empty

To unwrap with the private key skR:

    enc          = wrapped[0:32]          ct = wrapped[32:]
    dh           = X25519(skR, enc)                          refuse it when it is all zero
    kem          = "KEM" || 00 20         suite = "HPKE" || 00 20 || 00 01 || 00 02
    extract(salt, id, label, ikm)  = HMAC-SHA256(key = salt, "HPKE-v1" || id || label || ikm)
    expand(prk, id, label, ctx, L) = HMAC-SHA256(key = prk, L as 2 bytes || "HPKE-v1" || id || label || ctx || 01)[0:L]
    shared       = expand(extract("", kem, "eae_prk", dh), kem, "shared_secret", enc || pkR, 32)
    schedule     = 00 || extract("", suite, "psk_id_hash", "") || extract("", suite, "info_hash", context)
    secret       = extract(shared, suite, "secret", "")
    key          = expand(secret, suite, "key", schedule, 32)
    nonce        = expand(secret, suite, "base_nonce", schedule, 12)
    file key     = AES-256-GCM-open(key, nonce, aad = "", ct)

An empty salt is an HMAC key of 32 zero bytes (WebCrypto refuses a key of no bytes; HMAC pads with zeros, so it is
the same). tests/keys/test_exchange.py has a fixed vector, and the same in JavaScript.
"""

from __future__ import annotations

import base64
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys.base64 import decode
from keys.errors import ExchangeError

PUBLIC = 32
_KEM = b"KEM\x00\x20"
_SUITE = b"HPKE\x00\x20\x00\x01\x00\x02"
_TAG = 16


def new_client_key() -> tuple[X25519PrivateKey, str]:
    """A fresh key of a reader, used for one opening: the private half, and the public half for the office."""
    private = X25519PrivateKey.generate()
    return private, base64.b64encode(private.public_key().public_bytes_raw()).decode("ascii")


def wrap_for(public_b64: str, file_key: bytes, context: bytes) -> str:
    """The file key for the holder of the private half, bound to the context. Raises ExchangeError for a bad key."""
    return _wrap(X25519PrivateKey.generate(), public_b64, file_key, context)


def unwrap(private: X25519PrivateKey, wrapped_b64: str, context: bytes) -> bytes:
    """The file key. Raises ExchangeError when it is malformed, altered, for another key or for another context."""
    wrapped = _decoded(wrapped_b64)
    if len(wrapped) < PUBLIC + _TAG:
        raise ExchangeError("the wrapped key is too short")
    enc, ciphertext = wrapped[:PUBLIC], wrapped[PUBLIC:]
    shared = _agree(private, enc)
    key, nonce = _schedule(shared, enc + private.public_key().public_bytes_raw(), context)
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, None)
    except InvalidTag as fault:
        raise ExchangeError("the wrapped key was altered, or is for another reader or another file") from fault


def _wrap(ephemeral: X25519PrivateKey, public_b64: str, file_key: bytes, context: bytes) -> str:
    """`wrap_for` with the ephemeral key given, for test vectors. A key used twice would use a nonce twice."""
    public = _decoded(public_b64)
    enc = ephemeral.public_key().public_bytes_raw()
    key, nonce = _schedule(_agree(ephemeral, public), enc + public, context)
    return base64.b64encode(enc + AESGCM(key).encrypt(nonce, file_key, None)).decode("ascii")


def _agree(private: X25519PrivateKey, public: bytes) -> bytes:
    if len(public) != PUBLIC:
        raise ExchangeError(f"a public key has {PUBLIC} bytes, this one has {len(public)}")
    try:
        return private.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError as fault:
        raise ExchangeError("the public key is of low order") from fault


def _schedule(dh: bytes, kem_context: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Key and nonce (RFC 9180, sections 4.1 and 5.1)."""
    shared = _expand(_extract(b"", _KEM, b"eae_prk", dh), _KEM, b"shared_secret", kem_context, 32)
    hashes = _extract(b"", _SUITE, b"psk_id_hash", b"") + _extract(b"", _SUITE, b"info_hash", info)
    secret = _extract(shared, _SUITE, b"secret", b"")
    schedule = b"\x00" + hashes
    return _expand(secret, _SUITE, b"key", schedule, 32), _expand(secret, _SUITE, b"base_nonce", schedule, 12)


def _extract(salt: bytes, suite: bytes, label: bytes, content: bytes) -> bytes:
    return hmac.digest(salt, b"HPKE-v1" + suite + label + content, "sha256")


def _expand(secret: bytes, suite: bytes, label: bytes, context: bytes, length: int) -> bytes:
    # No output here is longer than one HMAC, so HKDF-Expand is its first block.
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context
    return hmac.digest(secret, labelled + b"\x01", "sha256")[:length]


def _decoded(text: str) -> bytes:
    try:
        return decode(text)
    except ValueError as fault:
        raise ExchangeError("base64 was expected") from fault

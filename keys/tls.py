"""The TLS files of an office: ca.pem for people and agents, tls.pem and tls.key for the server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
)

from keys import authority
from keys.durable import write_whole
from keys.errors import KeystoreError

CA = "ca.pem"
CHAIN = "tls.pem"
KEY = "tls.key"


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files for a TLS server. ``ca`` holds nothing secret; ``key`` does."""

    cert_chain: Path
    key: Path
    ca: Path


def new_authority(now: datetime) -> tuple[bytes, str]:
    """A fresh authority for this machine: its secret key (PKCS 8, DER) and its certificate (PEM)."""
    key, certificate = authority.create(authority.names_here(), now)
    secret = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return secret, certificate.public_bytes(Encoding.PEM).decode("ascii")


def ensure(folder: Path, ca: str, secret: Callable[[], bytes], names: Sequence[str], now: datetime) -> TlsFiles:
    """The files, made anew when one is missing, cut, of another pair, near its end or for other names.

    ``secret`` gives the authority's key, and is asked only then. Raises AuthorityError, KeystoreError, OSError.
    """
    files = TlsFiles(folder / CHAIN, folder / KEY, folder / CA)
    root = x509.load_pem_x509_certificate(ca.encode("ascii"))
    here = authority.names_here(names)
    home = authority.names_here()
    asked = authority.Names(
        tuple(name for name in here.dns if name not in home.dns),
        tuple(address for address in here.addresses if address not in home.addresses),
    )
    wanted = authority.permitted_part(root, here, asked)
    if not files.ca.is_file() or files.ca.read_text("ascii") != ca:
        write_whole(files.ca, ca.encode("ascii"))
    served = _served(files)
    if served is None or authority.is_due(served, root, wanted, now):
        _write(files, root, ca, secret(), wanted, now)
    return files


def _write(
    files: TlsFiles, root: x509.Certificate, ca: str, secret: bytes, names: authority.Names, now: datetime
) -> None:
    signer = load_der_private_key(secret, None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise KeystoreError("the authority's key is not an EC key")
    key, certificate = authority.issue(signer, root, names, now)
    # Two renames cannot be one: a kill between them leaves a pair that does not fit, and `_served` sees that.
    write_whole(files.key, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    write_whole(files.cert_chain, certificate.public_bytes(Encoding.PEM) + ca.encode("ascii"))


def _served(files: TlsFiles) -> x509.Certificate | None:
    """The certificate in use, or None when there is none or it does not fit its key, so that a new one is due."""
    try:
        certificate = x509.load_pem_x509_certificate(files.cert_chain.read_bytes())
        key = load_pem_private_key(files.key.read_bytes(), None)
    except (FileNotFoundError, ValueError):
        return None
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    fits = certificate.public_key().public_bytes(*form) == key.public_key().public_bytes(*form)
    return certificate if fits else None

"""The office's own certificate authority and its TLS certificate (RFC 5280), as browsers and strict verifiers want.

The authority may only vouch for this machine, private networks and the names it was made for: people install it as a
trusted root, and a stolen one must not be able to pose as a bank.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from keys.errors import AuthorityError

AUTHORITY_DAYS = 20 * 365
# Platforms refuse server certificates that last longer than 398 days or, for a private root, 825.
SERVER_DAYS = 397
RENEW_BEFORE = timedelta(days=30)
_SKEW = timedelta(days=1)
_LOCAL_DOMAINS = ("localhost", "local", "lan", "internal", "intranet", "home.arpa")
_LOCAL_NETWORKS = (
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)
_DNS = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*", re.ASCII)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Names:
    """What the server is reached by."""

    dns: tuple[str, ...]
    addresses: tuple[Address, ...]

    def general(self) -> list[x509.GeneralName]:
        """The names as a certificate holds them."""
        return [*(x509.DNSName(name) for name in self.dns), *(x509.IPAddress(address) for address in self.addresses)]


def names_here(further: Sequence[str] = ()) -> Names:
    """localhost, the loopback addresses, this host's name, and the further ones.

    Raises AuthorityError for a further name that no certificate can hold; a host name of that kind is left out, since
    nobody can reach the server by it.
    """
    host = _dns_name(socket.gethostname())
    dns = ["localhost", *([host, f"{host}.local"] if host and "." not in host else [host] if host else [])]
    addresses: list[Address] = [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")]
    for name in further:
        try:
            addresses.append(ipaddress.ip_address(name.strip("[]")))
        except ValueError:
            ready = _dns_name(name)
            if not ready:
                raise AuthorityError(f"{name!r} is neither a host name nor an address") from None
            dns.append(ready)
    return Names(tuple(dict.fromkeys(dns)), tuple(dict.fromkeys(addresses)))


def create(names: Names, now: datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """A fresh authority that may vouch for these names and for local ones."""
    key = ec.generate_private_key(ec.SECP256R1())
    # The serial in the name keeps two authorities apart in a store that looks them up by name.
    serial = x509.random_serial_number()
    subject = _subject(f"WeChat File Guard CA {serial % 16**8:08X}")
    usage = _key_usage(digital_signature=False, key_cert_sign=True)
    certificate = (
        _builder(subject, subject, key.public_key(), serial, now, now + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints(_permitted(names), None), critical=True)
        .sign(key, SHA256())
    )
    return key, certificate


def issue(
    authority_key: ec.EllipticCurvePrivateKey, authority: x509.Certificate, names: Names, now: datetime
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """A fresh server key and certificate. Raises AuthorityError when the authority has expired."""
    ends = min(now + timedelta(days=SERVER_DAYS), authority.not_valid_after_utc)
    if ends <= now:
        raise AuthorityError("the certificate authority of this office has expired")
    key = ec.generate_private_key(ec.SECP256R1())
    issuer_id = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    usage = _key_usage(digital_signature=True, key_cert_sign=False)
    builder = (
        _builder(
            _subject("WeChat File Guard"), authority.subject, key.public_key(), x509.random_serial_number(), now, ends
        )
        .add_extension(x509.SubjectAlternativeName(names.general()), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_id), critical=False)
    )
    return key, builder.sign(authority_key, SHA256())


def is_due(certificate: x509.Certificate, authority: x509.Certificate, names: Names, now: datetime) -> bool:
    """Whether a new certificate is needed: near its end, for other names, or of another authority."""
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return True
    held = set(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    near = min(now + RENEW_BEFORE, authority.not_valid_after_utc - timedelta(seconds=1))
    return certificate.not_valid_after_utc <= near or not set(names.general()) <= held


def permitted_part(authority: x509.Certificate, names: Names, needed: Names) -> Names:
    """The names that this authority may vouch for.

    Raises AuthorityError when one of the ``needed`` is not among them; others are left out, because one name too many
    makes the whole certificate void.
    """
    kept = Names(
        tuple(name for name in names.dns if _permits(authority, x509.DNSName(name))),
        tuple(address for address in names.addresses if _permits(authority, x509.IPAddress(address))),
    )
    missing = (set(needed.dns) - set(kept.dns)) | {str(one) for one in set(needed.addresses) - set(kept.addresses)}
    if missing:
        raise AuthorityError(f"the authority of this office was not made for {', '.join(sorted(missing))}")
    return kept


def _permits(authority: x509.Certificate, name: x509.GeneralName) -> bool:
    allowed = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    if isinstance(name, x509.IPAddress):
        return any(isinstance(one, x509.IPAddress) and name.value in one.value for one in allowed)  # type: ignore[operator]
    return any(isinstance(one, x509.DNSName) and f".{name.value}".endswith(f".{one.value}") for one in allowed)


def _permitted(names: Names) -> list[x509.GeneralName]:
    domains = dict.fromkeys((*_LOCAL_DOMAINS, *names.dns))
    networks = dict.fromkeys((*map(ipaddress.ip_network, _LOCAL_NETWORKS), *map(ipaddress.ip_network, names.addresses)))
    return [*(x509.DNSName(name) for name in domains), *(x509.IPAddress(network) for network in networks)]


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    serial: int,
    now: datetime,
    ends: datetime,
) -> x509.CertificateBuilder:
    # Begun a day ago: a reader's clock that is slow must not lock them out.
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(serial)
        .not_valid_before(now - _SKEW)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _key_usage(*, digital_signature: bool, key_cert_sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=key_cert_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _dns_name(name: str) -> str:
    """The name as a certificate holds it; empty when none can."""
    try:
        ready = name.strip().rstrip(".").lower().encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    return ready if _DNS.fullmatch(ready) and len(ready) <= 253 else ""

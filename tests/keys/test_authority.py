"""The office's own certificates, on a real socket against a strict verifier."""

from __future__ import annotations

import contextlib
import socket
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store

from keys import authority
from keys.errors import AuthorityError
from keys.keystore import Keystore
from keys.tls import TlsFiles


def handshake(files: TlsFiles, name: str, ca: Path | None = None) -> str:
    """Serve one connection and meet it as a strict client does; the version of TLS, or SSLError."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files.cert_chain, files.key)
    client = ssl.create_default_context(cafile=ca or files.ca)
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with contextlib.suppress(ssl.SSLError, OSError), server.wrap_socket(ours, server_side=True) as served:
            served.recv(1)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(theirs, server_hostname=name) as met:
            met.send(b"x")
            return str(met.version())
    finally:
        theirs.close()
        thread.join()
        ours.close()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Keystore:
    return Keystore.create(tmp_path_factory.mktemp("office"))[0]


def test_strict_clients_meet_every_name(office: Keystore) -> None:
    files = office.tls(["dlp.internal", "192.168.7.9", "[fd00::7]"])
    for name in ("localhost", "127.0.0.1", "::1", "dlp.internal", "192.168.7.9", "fd00::7"):
        assert handshake(files, name) == "TLSv1.3"
    host = socket.gethostname()
    if authority._dns_name(host) == host.lower():
        assert handshake(files, host) == "TLSv1.3"
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(files, "example.com")


def test_a_second_strict_verifier_agrees(office: Keystore) -> None:
    files = office.tls()
    leaf, root = x509.load_pem_x509_certificates(files.cert_chain.read_bytes())
    store = Store([root])
    builder = PolicyBuilder().store(store)
    chain = builder.build_server_verifier(x509.DNSName("localhost")).verify(leaf, [])
    assert chain[-1] == root


def test_a_loopback_server_over_tcp(office: Keystore) -> None:
    files = office.tls()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files.cert_chain, files.key)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with server.wrap_socket(connection, server_side=True) as served:
                served.sendall(served.recv(5))

        thread = threading.Thread(target=serve)
        thread.start()
        client = ssl.create_default_context(cafile=files.ca)
        with (
            socket.create_connection(listening.getsockname()) as raw,
            client.wrap_socket(raw, server_hostname="localhost") as met,
        ):
            met.sendall(b"hello")
            assert met.recv(5) == b"hello"
        thread.join()


def test_another_office_is_not_believed(office: Keystore, tmp_path: Path) -> None:
    other = Keystore.create(tmp_path)[0].tls()
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(office.tls(), "localhost", other.ca)


def test_files_are_kept_until_due_and_then_renewed_under_the_same_authority(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    Keystore.create(tmp_path, clock=lambda: now)
    files = Keystore.open(tmp_path, clock=lambda: now).tls()
    first, ca = files.cert_chain.read_bytes(), files.ca.read_bytes()
    assert stat.S_IMODE(files.key.stat().st_mode) == 0o600
    Keystore.open(tmp_path, clock=lambda: now + timedelta(days=300)).tls()
    assert files.cert_chain.read_bytes() == first
    Keystore.open(tmp_path, clock=lambda: now + timedelta(days=380)).tls()
    assert files.cert_chain.read_bytes() != first
    assert files.ca.read_bytes() == ca


@pytest.mark.parametrize("broken", ["tls.pem", "tls.key"])
@pytest.mark.parametrize("how", ["gone", "cut", "other"])
def test_a_missing_cut_or_foreign_half_is_made_anew(tmp_path: Path, broken: str, how: str) -> None:
    keystore = Keystore.create(tmp_path / "a")[0]
    files = keystore.tls()
    path = tmp_path / "a" / broken
    if how == "gone":
        path.unlink()
    elif how == "cut":
        path.write_bytes(path.read_bytes()[:50])
    else:
        Keystore.create(tmp_path / "b")[0].tls()
        path.write_bytes((tmp_path / "b" / broken).read_bytes())
    keystore.tls()
    assert handshake(files, "localhost") == "TLSv1.3"


def test_the_authority_cannot_vouch_for_the_world(office: Keystore) -> None:
    with pytest.raises(AuthorityError, match=r"example\.com"):
        office.tls(["example.com"])
    with pytest.raises(AuthorityError, match=r"8\.8\.8\.8"):
        office.tls(["8.8.8.8"])
    with pytest.raises(AuthorityError, match="neither"):
        office.tls(["not a name"])
    now = datetime.now(UTC)
    key, root = authority.create(authority.names_here(), now)
    _, leaf = authority.issue(key, root, authority.Names(("bank.example",), ()), now)
    verifier = PolicyBuilder().store(Store([root])).build_server_verifier(x509.DNSName("bank.example"))
    with pytest.raises(x509.verification.VerificationError):
        verifier.verify(leaf, [])


def test_an_expired_authority_says_so() -> None:
    now = datetime.now(UTC)
    names = authority.names_here()
    key, root = authority.create(names, now)
    with pytest.raises(AuthorityError, match="expired"):
        authority.issue(key, root, names, now + timedelta(days=authority.AUTHORITY_DAYS + 1))
    late = now + timedelta(days=authority.AUTHORITY_DAYS - 10)
    _, leaf = authority.issue(key, root, names, late)
    assert leaf.not_valid_after_utc == root.not_valid_after_utc
    assert not authority.is_due(leaf, root, names, late)

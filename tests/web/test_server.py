"""The TLS server alone: real sockets, a real certificate, a WSGI page that answers one word."""

from __future__ import annotations

import datetime
import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from web.server import Console, address, build


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    chain, private = tmp_path / "tls.pem", tmp_path / "tls.key"
    chain.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, private


def page(_environ: object, start: Callable[..., object]) -> list[bytes]:
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]


@pytest.fixture
def server(certificate: tuple[Path, Path]) -> Iterator[Console]:
    # One worker: were a silent visitor to hold it, nobody else could be served.
    console = build(page, "127.0.0.1", 0, *certificate, threads=1)
    console.prepare()
    thread = threading.Thread(target=console.serve)
    thread.start()
    yield console
    console.stop()
    thread.join(10)
    assert not thread.is_alive()


def ask(console: Console, chain: Path) -> bytes:
    port = console.socket.getsockname()[1]
    trusted = ssl.create_default_context(cafile=str(chain))
    client = http.client.HTTPSConnection("localhost", port, context=trusted, timeout=5)
    client.request("GET", "/")
    answer = client.getresponse().read()
    client.close()
    return answer


def test_silent_visitors_keep_nobody_waiting(server: Console, certificate: tuple[Path, Path]) -> None:
    port = server.socket.getsockname()[1]
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(5)]
    assert ask(server, certificate[0]) == b"hello"
    for one in silent:
        one.close()


def test_plain_http_is_dropped_and_the_next_visitor_served(server: Console, certificate: tuple[Path, Path]) -> None:
    with socket.create_connection(("127.0.0.1", server.socket.getsockname()[1]), timeout=5) as plain:
        plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b"hello" not in plain.recv(1000)
    assert ask(server, certificate[0]) == b"hello"
    assert address(server, "127.0.0.1").startswith("https://localhost:")

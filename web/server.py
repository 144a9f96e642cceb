"""The console over TLS, on cheroot, so that one silent visitor never keeps the others waiting.

Cheroot shakes hands in the thread that accepts connections: a client that connects and says nothing stalls everybody
for the whole timeout. Here a fresh connection waits in the selector until its first byte arrives, and the handshake
happens in a worker.
"""

from __future__ import annotations

import logging
import socket
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cheroot.server import HTTPConnection
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server

THREADS = 40
"""Workers; most of them may sit in a long poll of a machine (see LONG_POLLS)."""
LONG_POLLS = 28
"""Long polls at the same time; the rest of the workers stays free for people."""
TIMEOUT = 10
"""Seconds a connection may stay silent within a request, a handshake or between two requests."""
STOP_SECONDS = 1
"""Until open requests are cut off at the end; the whole program ends within three seconds."""
LARGEST_BODY = 16 * 1024 * 1024
"""Bytes of one request: a batch of reports; sealed files themselves never travel to the office."""


class LazyTls(BuiltinSSLAdapter):
    """Wraps a socket without shaking hands yet."""

    def wrap(self, sock: socket.socket) -> tuple[ssl.SSLSocket, dict[str, Any]]:
        """The wrapped socket and what WSGI wants to know; the handshake follows in a worker."""
        wrapped = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return wrapped, {"wsgi.url_scheme": "https", "HTTPS": "on"}


class PatientConnection(HTTPConnection):
    """A connection that shakes hands when a worker first takes it."""

    greeted = False
    parked = False

    def communicate(self) -> bool:
        """Shake hands once, then answer one request; true where the connection stays open."""
        if not self.greeted:
            try:
                self.socket.do_handshake()
            except OSError:  # includes ssl.SSLError and time-outs: not a visitor of ours, nothing to tell anybody
                return False
            self.greeted = True
        return bool(super().communicate())  # type: ignore[no-untyped-call]  # cheroot ships no annotations


class Console(Server):
    """The WSGI server of the console."""

    ConnectionClass = PatientConnection

    def process_conn(self, conn: PatientConnection) -> None:
        """Park a fresh connection until it says something; give any other to a worker."""
        if conn.parked:
            super().process_conn(conn)
        else:
            conn.parked = True
            self.put_conn(conn)

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:  # noqa: ARG002  # cheroot passes it
        """Log what went wrong by the kind of error alone: messages may quote what a visitor sent."""
        if level >= logging.WARNING:
            kind = sys.exc_info()[0]
            logging.getLogger("web.server").warning("connection failed: %s", kind.__name__ if kind else "see above")


def build(
    app: Callable[..., Any], host: str, port: int, cert_chain: Path, key: Path, *, threads: int = THREADS
) -> Console:
    """A server bound to nothing yet; ``prepare()`` binds, ``serve()`` runs, ``stop()`` ends.

    Raises ssl.SSLError or OSError where the certificate or its key cannot be used.
    """
    server = Console(
        (host, port),
        app,
        numthreads=threads,
        server_name="console",
        request_queue_size=128,
        timeout=TIMEOUT,
        shutdown_timeout=STOP_SECONDS,
    )
    adapter = LazyTls(str(cert_chain), str(key))
    adapter.context.minimum_version = ssl.TLSVersion.TLSv1_2
    server.ssl_adapter = adapter
    server.max_request_header_size = 64 * 1024
    server.max_request_body_size = LARGEST_BODY
    return server


def address(server: Console, host: str) -> str:
    """The https address that people type, after ``prepare()``."""
    port = server.socket.getsockname()[1]
    shown = "localhost" if host in {"127.0.0.1", "::1", "0.0.0.0", "::"} else host  # noqa: S104  # compared, not bound
    return f"https://{shown}:{port}"

"""A small real TLS server that answers POST OPEN from a real office, for tests of the reader's side."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from dlp.errors import DlpError
from dlp.link.protocol import OPEN
from dlp.office import Office
from dlp.office.opening import TooMany
from dlp.reader import Address
from keys.tls import TlsFiles


def _answer(office: Office, asked: dict[str, str], address: str) -> tuple[int, dict[str, object]]:
    try:
        account = office.accounts.check(asked["account"], asked["password"], address)
    except DlpError as error:
        return 401, _told(error)
    try:
        header = base64.b64decode(asked["header_b64"], validate=True)
        release = office.opening.release(account, header, asked["public_b64"], asked["reason"], proven=True)
    except DlpError as error:
        return 429 if isinstance(error, TooMany) else 403, _told(error)
    told = {"account": account.name, "wrapped_b64": release.wrapped, "name": release.name}
    return 200, {**told, "size": release.size, "sha256": release.sha256}


def _told(error: DlpError) -> dict[str, object]:
    hint = error.hint and {"en": error.hint.en, "zh": error.hint.zh}
    return {"error": {"en": error.message.en, "zh": error.message.zh}, "hint": hint, "status": error.status}


@contextmanager
def door(
    office: Office, files: TlsFiles, host: str = "127.0.0.1", seen: list[bytes] | None = None
) -> Iterator[Address]:
    """Serve until the block ends; gives the address with the office's authority."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if seen is not None:
                seen.append(body)
            status, told = _answer(office, json.loads(body), self.client_address[0]) if self.path == OPEN else (404, {})
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_words: object) -> None:
            """Quiet."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.cert_chain, files.key)
    server = ThreadingHTTPServer((host, 0), Door)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Address(f"https://{host}:{server.server_address[1]}", files.ca.read_text())
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

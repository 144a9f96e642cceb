"""``python -P -m web --home FOLDER``: the console and the link's server side, as ``dlp run`` starts them.

The first line on standard output is ``ready <address>``. The program ends when its standard input closes or on SIGTERM
or SIGINT, within three seconds.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import selectors
import signal
import sys
import threading
from pathlib import Path

from dlp.config import Home, Settings, default_home, load
from dlp.errors import DlpError, KeysError, UsageError
from dlp.language import Say
from dlp.office import Office
from keys.keystore import Keystore
from keys.tls import TlsFiles
from web.server import Console, address, build

STOPS = (signal.SIGINT, signal.SIGTERM)
LONGEST_PASSPHRASE = 4096
"""Bytes."""
CHECK_KEYS = Say("check the folder with dlp doctor; nothing was changed", "请用 dlp doctor 检查该文件夹；未做任何改动")


def main() -> int:
    """Serve until asked to stop; 0, or the status of the error that was said on standard error."""
    parser = argparse.ArgumentParser("python -P -m web", description="The console; dlp run starts it.")
    parser.add_argument("--home", type=Path, default=None)
    parser.add_argument("--passphrase-stdin", action="store_true")
    arguments = parser.parse_args()
    home = Home((arguments.home or default_home()).absolute())
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    settings = Settings()
    try:
        settings = load(home)
        return _run(home, settings, _first_line() if arguments.passphrase_stdin else "")
    except DlpError as error:
        print(*error.lines(settings.tongue), sep="\n", file=sys.stderr, flush=True)  # noqa: T201 - a program talks
        return error.status


def _first_line() -> str:
    """The passphrase of the root key, byte by byte: what follows on standard input says when to stop."""
    line = b""
    while len(line) < LONGEST_PASSPHRASE and (piece := os.read(sys.stdin.fileno(), 1)) not in (b"", b"\n"):
        line += piece
    return line.decode("utf-8", "replace")


def _run(home: Home, settings: Settings, passphrase: str) -> int:
    from keys.dumps import forbid_dumps

    forbid_dumps()
    keystore, files = _keys(home, settings, passphrase)
    office = Office.open(home.office_database, keystore)
    try:
        _serve(home, office, settings, files)
    finally:
        office.close()
    return 0


def _keys(home: Home, settings: Settings, passphrase: str) -> tuple[Keystore, TlsFiles]:
    """The keystore and its certificate; KeysError where a key is missing or wrong, never new keys."""
    from keys.errors import KeysFault

    names = [settings.host] if settings.host not in {"", "0.0.0.0", "::"} else []  # noqa: S104 - compared, not bound
    try:
        keystore = Keystore.open(home.office, ask=(lambda: passphrase) if passphrase else None)
        return keystore, keystore.tls(names)
    except KeysFault as error:
        raise KeysError(
            Say(f"the office's keys do not open: {error}", f"无法打开管理端密钥库：{error}"), CHECK_KEYS
        ) from error
    except OSError as error:
        raise UsageError(
            Say(f"the certificate cannot be written: {error.strerror}", f"证书无法写入：{error.strerror}"), CHECK_KEYS
        ) from error


def _serve(home: Home, office: Office, settings: Settings, files: TlsFiles) -> None:
    from web.app import create

    server = build(
        create(office, settings, files.ca, home=home), settings.host, settings.port, files.cert_chain, files.key
    )
    with _Stop() as stop:
        try:
            server.prepare()
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            raise UsageError(
                Say(f"the console cannot listen on {where}: {error}", f"控制台无法监听 {where}：{error}"),
                Say(
                    "end the other program, or change host and port in settings.toml",
                    "请结束占用端口的程序，或修改设置",
                ),
            ) from error
        thread = threading.Thread(target=server.serve, name="console")
        thread.start()
        print("ready", address(server, settings.host), flush=True)  # noqa: T201 - the contract with dlp run
        try:
            stop.wait()
        finally:
            _end(server, office, thread)


def _end(server: Console, office: Office, thread: threading.Thread) -> None:
    office.rulings.stop_waiting()  # a machine's long poll would keep its worker for half a minute
    server.stop()
    thread.join(2)


class _Stop:
    """Waits, without looking again and again, for a signal or the end of standard input."""

    def __enter__(self) -> _Stop:
        self.reader, writer = os.pipe()
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer)
        for number in STOPS:
            signal.signal(number, lambda *_: None)
        return self

    def wait(self) -> None:
        """Return when it is time to stop."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.reader, selectors.EVENT_READ)
            with contextlib.suppress(PermissionError):  # /dev/null, as systemd gives it, never closes
                selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    piece = os.read(key.fd, 4096)
                    if key.fd == self.reader and not any(number in piece for number in STOPS):
                        continue
                    if key.fd == self.reader or not piece:
                        return

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(-1)
        os.close(self.reader)


if __name__ == "__main__":
    sys.exit(main())

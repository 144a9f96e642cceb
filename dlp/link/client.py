"""The agent's end of the link: HTTPS with the office's own authority, one connection kept open, JSON both ways."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from dlp.link.office_file import OfficeFile
from dlp.link.protocol import EDITION, KEYS, REPORTS, RULINGS, UNMASKED
from dlp.model import Choice, Excerpt, Report, Ruling, Unmask

TIMEOUT = 15.0
"""Seconds for one answer, besides what the office was asked to wait."""
LARGEST_ANSWER = 8 * 1024 * 1024
"""Bytes."""


class OfficeAwayError(Exception):
    """The office does not answer as agreed just now; what was to be said is kept and said later."""


class MachineRevokedError(Exception):
    """The office does not know this machine's token any more."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the office has for this machine."""

    rulings: tuple[Ruling, ...]
    revision: int
    """Of keys and groups."""
    unmask: tuple[Unmask, ...] = ()
    """Reviewers who wait to see what was found in a kept file."""
    edition: int = 0
    """The newest of policy and packs; 0: none, or an office that knows none."""


class Client:
    """One connection to the office; not shared between threads."""

    def __init__(self, office: OfficeFile) -> None:
        self._connection: http.client.HTTPSConnection | None = None
        self.use(office)

    def use(self, office: OfficeFile) -> None:
        """Talk as this file says from the next request on, for example with a new token."""
        self._token = office.token
        where = urlsplit(office.url)
        self._host, self._port = where.hostname or "", where.port or 443
        self._context = ssl.create_default_context(cadata=office.ca)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2

    def close(self) -> None:
        """Hang up; an answer that another thread waits for ends with OfficeAwayError."""
        connection, self._connection = self._connection, None
        if connection is not None:
            if connection.sock is not None:
                # Closing a descriptor alone would leave another thread waiting for an answer on it.
                with contextlib.suppress(OSError):
                    connection.sock.shutdown(socket.SHUT_RDWR)
            connection.close()

    def report(self, reports: list[Report]) -> list[str]:
        """Send reports; the ids that the office now has."""
        body = {"reports": [{"id": one.id, "kind": one.kind, "at": one.at, "body": one.body} for one in reports]}
        taken = self._ask("POST", REPORTS, body).get("taken")
        if not isinstance(taken, list):
            raise OfficeAwayError("no list of what was taken")
        return [str(one) for one in taken]

    def rulings(self, after: int, wait: float, edition: int = 0) -> Told:
        """Rulings after this sequence, wishes to see, a newer edition; waits for the first of them as long as asked."""
        asked = urlencode({"after": after, "wait": wait, "edition": edition})
        answer = self._ask("GET", f"{RULINGS}?{asked}", wait=wait)
        try:
            wishes = [Unmask(str(row["id"]), str(row["transfer"]), str(row["by"])) for row in answer.get("unmask", ())]
            newest = int(answer.get("edition", 0))
            return Told(tuple(map(_ruling, answer["rulings"])), int(answer["revision"]), tuple(wishes), newest)
        except (KeyError, TypeError, ValueError) as error:
            raise OfficeAwayError(f"rulings are not as agreed: {type(error).__name__}") from error

    def unmasked(self, wish: Unmask, problem: str, excerpts: Sequence[Excerpt]) -> None:
        """Answer one wish to see; the office hands it to the page that waits."""
        rows = [asdict(one) for one in excerpts]
        self._ask("POST", UNMASKED, {"id": wish.id, "problem": problem, "excerpts": rows})

    def keys(self) -> dict[str, Any]:
        """The public keys and groups."""
        return self._ask("GET", KEYS)

    def edition(self) -> dict[str, Any]:
        """The newest edition of policy and packs, as it came; nothing of it was checked yet."""
        return self._ask("GET", EDITION)

    def _ask(self, method: str, path: str, body: object = None, wait: float = 0.0) -> dict[str, Any]:
        reused = self._connection is not None
        try:
            status, content = self._once(method, path, body, wait)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if not reused:
                raise OfficeAwayError(type(error).__name__) from error
            # The office may have closed a connection that was idle; only a fresh one tells whether it is away.
            try:
                status, content = self._once(method, path, body, wait)
            except (OSError, http.client.HTTPException) as again:
                self.close()
                raise OfficeAwayError(type(again).__name__) from again
        if status == http.HTTPStatus.UNAUTHORIZED:
            raise MachineRevokedError
        return _parsed(status, content)

    def _once(self, method: str, path: str, body: object, wait: float) -> tuple[int, bytes]:
        if self._connection is None or self._connection.sock is None:
            self._connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=TIMEOUT, context=self._context
            )
            self._connection.connect()
        connection = self._connection
        if connection.sock is None:  # hung up by ``close`` of another thread a moment ago
            raise ConnectionAbortedError
        connection.sock.settimeout(TIMEOUT + wait)
        content = None if body is None else json.dumps(body).encode("ascii")
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        connection.request(method, path, content, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(LARGEST_ANSWER + 1)


def _parsed(status: int, content: bytes) -> dict[str, Any]:
    if status != http.HTTPStatus.OK or len(content) > LARGEST_ANSWER:
        raise OfficeAwayError(f"status {status}")
    try:
        answer = json.loads(content)
    except ValueError as error:
        raise OfficeAwayError("the answer is no JSON") from error
    if not isinstance(answer, dict):
        raise OfficeAwayError("the answer is no object")
    return answer


def _ruling(row: dict[str, Any]) -> Ruling:
    by = tuple(str(one) for one in row["by"])
    return Ruling(
        int(row["sequence"]), str(row["transfer"]), Choice(row["choice"]), by, str(row["reason"]), str(row["expires"])
    )

"""The console with 100,000 transfers and 10,000 incidents in SQLite: server time, queries a page, many at once, paint.

Server time is taken inside the process, around the application; the last page (no rows at all) is what any page costs
here, so that the others can be read as a ratio on another machine.
"""

from __future__ import annotations

import hashlib
import http.client
import shutil
import ssl
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert

from dlp import ulid
from dlp.config import Settings
from dlp.office import Office, first_start
from dlp.office.ground import moment
from dlp.office.risk import turned
from dlp.office.store.tables import DecisionRow, HitRow, IncidentRow, TransferRow
from keys.keystore import Keystore
from web.app import create
from web.auth import COOKIE
from web.security import Rates
from web.server import build

TRANSFERS, INCIDENTS = 100_000, 10_000
ROUNDS = 60
REVIEWERS = 20
PASSWORD = "kupferne lampe tanzt quer 七里"


def run() -> list[str]:
    """One line for each figure."""
    with tempfile.TemporaryDirectory() as name, _served(Path(name)) as (office, watch, port, ca):
        token = office.sessions.sign_in("secadmin", PASSWORD, "").token
        officer = office.accounts.by_name("secadmin")
        assert officer is not None
        incidents = [row.incident for row in office.queue.page(officer, size=ROUNDS).rows]
        lines = [f"{TRANSFERS:,} transfers, {INCIDENTS:,} incidents in SQLite"]
        pages: list[tuple[str, Callable[[int], str]]] = [
            ("queue", lambda _: "/incidents/"),
            ("queue, searched", lambda at: f"/incidents/?text=report-{at}"),
            ("incident", lambda at: f"/incidents/{incidents[at % len(incidents)]}"),
            ("files", lambda _: "/transfers/"),
            ("figures, 30 days", lambda _: "/overview?days=30"),
            ("compliance", lambda _: "/compliance"),
            ("machines and policy", lambda _: "/policy/"),
            ("a page without rows", lambda _: "/trust/"),
        ]
        for title, path in pages:
            lines.append(_page(watch, port, ca, token, title, path))
        lines.append(_together(office, port, ca))
        lines += _paint(port, token)
        return lines


class _Watch:
    """Counts queries and takes the time of each request, around the application."""

    def __init__(self, app: Any) -> None:
        self.app, self.queries, self.taken = app, threading.local(), 0.0
        self.counts: list[int] = []
        self.times: list[float] = []

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        self.queries.count, began = 0, time.perf_counter()
        answer = self.app(environ, start)
        self.times.append(time.perf_counter() - began)
        self.counts.append(self.queries.count)
        return answer

    def query(self, _c: object, _u: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            self.queries.count = getattr(self.queries, "count", 0) + 1


@contextmanager
def _served(folder: Path) -> Iterator[tuple[Office, _Watch, int, Path]]:
    keystore, _ = Keystore.create(folder / "keys")
    office = Office.open(f"sqlite:///{folder / 'office.db'}", keystore)
    for link in first_start.set_up(office, "某单位").links:
        office.accounts.redeem(link.token, PASSWORD)
    _fill(office)
    files = keystore.tls()
    watch = _Watch(create(office, Settings(), files.ca, Rates("100000 per minute", "100000 per minute")))
    event.listen(office.ground.store._engine, "before_cursor_execute", watch.query)
    server = build(watch, "127.0.0.1", 0, files.cert_chain, files.key)
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield office, watch, int(server.socket.getsockname()[1]), files.ca
    finally:
        office.rulings.stop_waiting()
        server.stop()
        thread.join()
        office.close()


def _fill(office: Office) -> None:
    """Transfers over a year, every tenth an incident, a fifth of the incidents decided."""
    machine, start = office.machines.enrol("m").machine, datetime.now(UTC) - timedelta(days=365)
    transfers, hits, incidents, decisions = [], [], [], []
    for number in range(TRANSFERS):
        at = moment(start + timedelta(days=365) * number / TRANSFERS)
        level = (0, 0, 1, 1, 1, 2, 2, 2, 3, 4)[number % 10] if number % 97 else 5
        stopped = number % (TRANSFERS // INCIDENTS) == 9
        row = _transfer(
            number, at, max(level, 3) if stopped else level, stopped, machine.id, office.ground.organisation
        )
        transfers.append(row)
        owner = {"organisation": row["organisation"], "machine": machine.id}
        hits += [
            {"transfer": row["id"], "rule": one["rule"], "at": at, "score": 90, **owner} for one in row["findings"][:1]
        ]
        if stopped:
            one, decided = ulid.new(), number % 50 == 9
            rank = f"{row['level'] * 1000 + 360:04d}0{turned(one)}"
            incident = {"id": one, "transfer": row["id"], "state": "decided" if decided else "open", "opened": at}
            incidents.append({**incident, "rank": rank, "bundle": row["send"], "assigned": "", **owner})
            if decided:
                decision = {"incident": one, "choice": "return", "by": ["secadmin"], "reason": "", "at": at}
                decisions.append({**decision, "expires": "", "rule": "", "opens_until": "", **owner})
    with office.ground.store.writing() as session:
        for table, rows in (
            (TransferRow, transfers),
            (HitRow, hits),
            (IncidentRow, incidents),
            (DecisionRow, decisions),
        ):
            session.execute(insert(table), rows)


def _transfer(number: int, at: str, level: int, stopped: bool, machine: str, organisation: str) -> dict[str, Any]:
    findings = [
        {
            "rule": f"cn.rule.{number % 30}",
            "level": ("public", "internal", "sensitive", "secret", "highly_secret")[min(level, 4)],
            "category": "trade_secret",
            "score": 90,
            "count": 2,
            "masked": "机密★**",
            "fingerprint": "",
            "supports": ["term"],
            "where_en": "page 1",
            "where_zh": "第 1 页",
            "title_en": "mark",
            "title_zh": "密级标志",
            "place": {},
        }
    ] * (2 if level >= 2 else 0)
    return {
        "id": ulid.new(),
        "number": f"A-{number}",
        "send": ulid.new(),
        "name": f"report-{number}.docx",
        "size": 40_000,
        "sha256": hashlib.sha256(str(number % 90_000).encode()).hexdigest(),
        "type": "application/pdf",
        "direction": "outgoing",
        "group": f"group {number % 40}",
        "person": f"person{number % 300}",
        "program": "outbox",
        "state": "held" if stopped else "ready",
        "level": level,
        "action": "hold" if stopped else "allow",
        "complete": True,
        "findings": findings,
        "gaps": [],
        "because": [],
        "policy": "p",
        "rules": "r",
        "at": at,
        "options": [
            {"choice": "return", "people": 1, "reason": False},
            {"choice": "keep", "people": 1, "reason": True},
        ],
        "report": "",
        "detail": "",
        "machine": machine,
        "organisation": organisation,
    }


def _ask(
    port: int, ca: Path, token: str, path: str, body: bytes | None = None, more: dict[str, str] | None = None
) -> tuple[int, bytes]:
    context = ssl.create_default_context(cafile=str(ca))
    client = http.client.HTTPSConnection("localhost", port, context=context, timeout=60)
    headers = {"Cookie": f"{COOKIE}={token}", "Referer": f"https://localhost:{port}/", **(more or {})}
    client.request("POST" if body is not None else "GET", path, body, headers)
    answer = client.getresponse()
    told = answer.status, answer.read()
    client.close()
    return told


def _page(watch: _Watch, port: int, ca: Path, token: str, title: str, path: Callable[[int], str]) -> str:
    _ask(port, ca, token, path(0))
    watch.times.clear()
    watch.counts.clear()
    for number in range(ROUNDS):
        status, _ = _ask(port, ca, token, path(number))
        assert status == 200, (title, status)
    times = sorted(watch.times)
    p95 = times[int(len(times) * 0.95)] * 1000
    return (
        f"{title}: p50 {statistics.median(times) * 1000:.1f} ms, p95 {p95:.1f} ms, {max(watch.counts)} queries at most"
    )


def _together(office: Office, port: int, ca: Path) -> str:
    """Reviewers who each look at the queue, at incidents, and write a comment, all at once."""
    tokens = [office.sessions.sign_in("secadmin", PASSWORD, "").token for _ in range(REVIEWERS)]
    officer = office.accounts.by_name("secadmin")
    assert officer is not None
    incidents = [row.incident for row in office.queue.page(officer, size=REVIEWERS * 2).rows]
    taken: list[float] = []
    wrong: list[int] = []

    def day(number: int) -> None:
        for path in (
            "/incidents/",
            f"/incidents/{incidents[number]}",
            "/incidents/",
            f"/incidents/{incidents[-number]}",
        ):
            began = time.perf_counter()
            status, _ = _ask(port, ca, tokens[number], path)
            taken.append(time.perf_counter() - began)
            if status != 200:
                wrong.append(status)
        office.desk.remark(officer, incidents[number], "comment", "looked at")

    threads = [threading.Thread(target=day, args=(number,)) for number in range(REVIEWERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    p95 = sorted(taken)[int(len(taken) * 0.95)] * 1000
    return (
        f"{REVIEWERS} reviewers at once, {len(taken)} pages: {len(wrong)} errors, p95 {p95:.0f} ms with the handshake"
    )


def _paint(port: int, token: str) -> list[str]:
    path = shutil.which("chromium")
    if path is None:
        return ["first paint: no Chromium here"]
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = browser.new_context(ignore_https_errors=True)
        context.add_cookies([{"name": COOKIE, "value": token, "url": f"https://localhost:{port}", "secure": True}])
        lines = []
        for title in ("nothing kept from before", "once more"):
            page = context.new_page()
            page.goto(f"https://localhost:{port}/incidents/")
            while not page.evaluate("performance.getEntriesByName('first-contentful-paint').length"):
                page.wait_for_timeout(20)
            paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
            lines.append(f"queue in Chromium, {title}: first paint after {paint:.0f} ms")
            page.close()
        browser.close()
    return lines


if __name__ == "__main__":
    print("\n".join(run()))

"""The office's side of the link, over TLS: reports up, rulings down, keys, and a reader's opening."""

from __future__ import annotations

import base64
import http.client
import ssl
import threading
import time

import pytest
from office_world import PASSWORD, transfer_body
from web_world import Served, Visitor

from classifiers.model import Level
from dlp import ulid
from dlp.link import protocol
from dlp.model import Choice
from keys.exchange import new_client_key, unwrap


@pytest.fixture
def machine(console: Served) -> dict[str, str]:
    return {"Authorization": f"Bearer {console.world.token}"}


def report(console: Served, **change: object) -> dict[str, object]:
    body = transfer_body(at=console.world.office.ground.now(), **change)
    return {"id": ulid.new(), "kind": "transfer", "at": console.world.office.ground.now(), "body": body}


def test_reports_are_taken_once_and_are_there_at_once(console: Served, machine: dict[str, str]) -> None:
    visitor, one = console.visitor(), report(console)
    for _ in range(2):
        answer = visitor.send(protocol.REPORTS, {"reports": [one]}, machine)
        assert (answer.status, answer.told) == (200, {"taken": [one["id"]]})
    assert len(console.world.office.transfers.page(console.world.secadmin).rows) == 1
    many = {"reports": [one] * (protocol.MOST_REPORTS + 1)}
    assert visitor.send(protocol.REPORTS, many, machine).status == 400


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b"{}", b'{"reports": 1}', b"[" * 100_000, b"\xff\xfe"])
def test_what_is_no_report_is_said_in_both_languages(console: Served, machine: dict[str, str], body: bytes) -> None:
    kind = {"Content-Type": "application/json"}
    answer = console.visitor().ask("POST", protocol.REPORTS, body, {**machine, **kind})
    assert answer.status == 400
    assert set(answer.told) == {"error", "hint", "status"} and set(answer.told["error"]) == {"en", "zh"}


def test_a_machine_without_a_token_or_with_a_revoked_one_is_told_401(console: Served, machine: dict[str, str]) -> None:
    visitor = console.visitor()
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}, {"Authorization": "Bearer "}):
        for method, path in (("POST", protocol.REPORTS), ("GET", protocol.RULINGS), ("GET", protocol.KEYS)):
            answer = visitor.ask(method, path, b"{}" if method == "POST" else None, headers)
            assert answer.status == 401 and answer.told["error"]["zh"]
    second = console.world.office.machines.enrol("two")
    console.world.office.machines.revoke(console.world.sysadmin, second.machine.id)
    revoked = {"Authorization": f"Bearer {second.token}"}
    assert visitor.ask("GET", protocol.KEYS, None, revoked).status == 401
    assert visitor.ask("GET", protocol.KEYS, None, machine).status == 200


def test_a_signed_in_browser_is_no_machine(console: Served) -> None:
    assert console.visitor("secadmin").get(protocol.KEYS).status == 401


def test_keys_come_with_the_open_groups_and_the_revision_rises(console: Served, machine: dict[str, str]) -> None:
    world, visitor = console.world, console.visitor()
    before = visitor.ask("GET", protocol.KEYS, None, machine).told
    assert before["epoch"] == world.keystore.epoch_recipient() and before["groups"] == []
    group = world.office.groups.create(world.secadmin, "客户A", "x", world.user.id, Level.SECRET)
    after = visitor.ask("GET", protocol.KEYS, None, machine).told
    assert after["groups"] == [{"name": "客户A", "highest": "secret"}] and after["revision"] > before["revision"]
    world.office.groups.close(world.secadmin, group.id, "project ended")
    closed = visitor.ask("GET", protocol.KEYS, None, machine).told
    assert closed["groups"] == [] and closed["revision"] > after["revision"]
    ruled = visitor.ask("GET", f"{protocol.RULINGS}?after=0&wait=0", None, machine).told
    assert ruled == {"rulings": [], "revision": closed["revision"], "unmask": [], "edition": 0}


def test_a_waiting_machine_hears_a_ruling_made_in_the_console(console: Served, machine: dict[str, str]) -> None:
    incident, found = console.world.held(), []
    path = f"{protocol.RULINGS}?after=0&wait=25"
    waiting = threading.Thread(target=lambda: found.append(console.visitor().ask("GET", path, None, machine).told))
    waiting.start()
    officer = console.visitor("secadmin")
    officer.get(f"/incidents/{incident}")
    officer.submit(f"/incidents/{incident}/decide", choice="return")
    console.world.clock.pass_by(seconds=11)  # until then the officer may take it back
    waiting.join(20)
    (ruling,) = found[0]["rulings"]
    assert (ruling["sequence"], ruling["choice"], ruling["by"]) == (1, "return", ["secadmin"])
    assert console.visitor().ask("GET", f"{protocol.RULINGS}?after=1", None, machine).told["rulings"] == []


@pytest.mark.parametrize("query", ["after=x", "after=1.5", "wait=x"])
def test_numbers_are_numbers(console: Served, machine: dict[str, str], query: str) -> None:
    assert console.visitor().ask("GET", f"{protocol.RULINGS}?{query}", None, machine).status == 400


@pytest.mark.parametrize("query", ["after=-5", "wait=nan", "wait=-inf", f"after={10**30}"])
def test_odd_numbers_harm_nobody(console: Served, machine: dict[str, str], query: str) -> None:
    assert console.visitor().ask("GET", f"{protocol.RULINGS}?{query}", None, machine).status == 200


def ask_open(console: Served, header: bytes, password: str = PASSWORD, name: str = "USER", **change: str) -> object:
    private, public = new_client_key()
    body = {
        "account": name,
        "password": password,
        "header_b64": base64.b64encode(header).decode(),
        "public_b64": public,
    }
    return private, console.visitor().send(protocol.OPEN, {**body, "reason": "", **change})


def test_a_reader_without_a_browser_gets_the_key_of_one_file(console: Served) -> None:
    header = console.world.sealed()
    private, answer = ask_open(console, header)
    assert answer.status == 200 and answer.told["account"] == "user" and answer.told["name"] == "客户名单.xlsx"
    context = protocol.opening_context(header, answer.told["account"])
    assert len(unwrap(private, answer.told["wrapped_b64"], context)) == 16


def test_a_wrong_password_is_401_and_a_refused_file_403(console: Served) -> None:
    header = console.world.sealed(level="top_secret", sender="else")
    assert ask_open(console, header, "wrong")[1].status == 401
    assert ask_open(console, header, name="nobody")[1].status == 401
    _, refused = ask_open(console, header)
    assert (refused.status, refused.told["status"]) == (403, 4)
    assert ask_open(console, b"age-encryption.org/v1\n--- not ours\n")[1].status == 403
    assert ask_open(console, header, header_b64="*")[1].status == 400
    assert ask_open(console, header, reason=None)[1].status == 400


def test_guessing_passwords_over_the_link_locks_the_account(console: Served) -> None:
    header = console.world.sealed()
    for _ in range(5):
        ask_open(console, header, "wrong")
    _, answer = ask_open(console, header)
    assert answer.status == 401 and "locked" in answer.told["error"]["en"]


def test_machines_that_wait_never_take_all_workers(console: Served, machine: dict[str, str]) -> None:
    """More machines than may wait: the rest is told to come back, and people still get in."""
    from web.server import LONG_POLLS

    polls = console.server.wsgi_app.extensions["long_polls"]
    for _ in range(LONG_POLLS):
        assert polls.acquire(blocking=False)
    answer = console.visitor().ask("GET", f"{protocol.RULINGS}?after=0&wait=25", None, machine)
    assert answer.status == 503 and answer.headers["Retry-After"] == "10" and answer.told["error"]["zh"]
    for _ in range(LONG_POLLS):
        polls.release()


def test_a_ruling_decided_while_nobody_waits_is_not_lost(console: Served, machine: dict[str, str]) -> None:
    world = console.world
    for _ in range(3):
        world.office.incidents.decide(world.secadmin, world.held(), Choice.RETURN, "")
    told = console.visitor().ask("GET", f"{protocol.RULINGS}?after=1&wait=25", None, machine).told
    assert [ruling["sequence"] for ruling in told["rulings"]] == [2, 3]


def test_stopping_sends_waiting_machines_away(console: Served, machine: dict[str, str]) -> None:
    visitor = Visitor(console.port, console.ca)
    waiting = threading.Thread(
        target=lambda: visitor.ask("GET", f"{protocol.RULINGS}?after=0&wait=25", None, machine), daemon=True
    )
    waiting.start()
    polls = console.server.wsgi_app.extensions["long_polls"]
    end = time.monotonic() + 10
    while polls._value == polls._initial_value and time.monotonic() < end:
        waiting.join(0.01)
    console.world.office.rulings.stop_waiting()
    waiting.join(10)
    assert not waiting.is_alive()


def test_plain_http_clients_of_other_names_are_refused_by_the_certificate(console: Served) -> None:
    context = ssl.create_default_context(cafile=str(console.ca))
    client = http.client.HTTPSConnection("127.0.0.1", console.port, context=context, timeout=10)
    client.request("GET", "/trust/")
    assert client.getresponse().status == 200  # the loopback address is one of the office's own names
    client.close()

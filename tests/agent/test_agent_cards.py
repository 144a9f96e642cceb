"""One card for what was handed over together; on a real session bus the desktop's own service hears it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from agent_world import BROKEN, OPEN, SECRET, SENSITIVE, Machine

from dlp.cards import Cards, words
from dlp.language import Language


@dataclass
class Shown:
    """Implements ``dlp.cards.Shows``."""

    cards: list[tuple[str, str]] = field(default_factory=list)
    one: threading.Event = field(default_factory=threading.Event)

    def show(self, title: str, body: str) -> None:
        self.cards.append((title, body))
        self.one.set()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_batch_is_one_card(machine: Machine) -> None:
    shown = Shown()
    cards = Cards(shown, Language.EN)
    cards.start()
    for number in range(40):
        cards.tell(machine.hand_over(machine.drop(f"a{number}", OPEN + b"%d" % number)))
    for number in range(5):
        cards.tell(machine.hand_over(machine.drop(f"s{number}", SECRET + b"%d" % number)))
    assert shown.one.wait(20)
    cards.stop()
    ((title, body),) = shown.cards
    assert "5 × blocked" in title
    assert "40 × may be sent" in title
    assert body.splitlines()[-1] == "and 2 more; see Held"


@pytest.mark.parametrize(
    ("content", "english", "chinese"),
    [
        (OPEN, "may be sent", "可以发送"),
        (SENSITIVE, "sealed; send the sealed copy", "已加密，请发送加密副本"),
        (SECRET, "blocked", "已拦截"),
        (BROKEN, "held for a person", "已扣留，等待审核"),
    ],
)
def test_one_file_has_its_name_and_its_way_on(machine: Machine, content: bytes, english: str, chinese: str) -> None:
    send = machine.hand_over(machine.drop("plan.docx", content))
    assert words([send], Language.EN)[0] == f"plan.docx: {english}"
    assert words([send], Language.ZH)[0] == f"plan.docx：{chinese}"
    assert words([send], Language.EN)[1]


DESKTOP = """
import asyncio, json, sys
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, method

class Notifications(ServiceInterface):
    def __init__(self):
        super().__init__("org.freedesktop.Notifications")
    @method()
    def Notify(self, app: "s", replaces: "u", icon: "s", summary: "s", body: "s", actions: "as", hints: "a{sv}",
               expire: "i") -> "u":
        print(json.dumps([app, summary, body]), flush=True)
        return 1
    @method()
    def GetServerInformation(self) -> "ssss":
        return ["test", "test", "1", "1.2"]
    @method()
    def GetCapabilities(self) -> "as":
        return ["body", "actions"]
    @method()
    def CloseNotification(self, number: "u"):
        pass

async def main():
    bus = await MessageBus().connect()
    bus.export("/org/freedesktop/Notifications", Notifications())
    await bus.request_name("org.freedesktop.Notifications")
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.server
@pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="needs dbus-daemon")
def test_a_real_session_bus_gets_the_card() -> None:
    command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bus:
        assert bus.stdout is not None
        environment = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().strip()}
        desktop = subprocess.Popen([sys.executable, "-c", DESKTOP], env=environment, stdout=subprocess.PIPE, text=True)
        try:
            assert desktop.stdout is not None
            assert desktop.stdout.readline() == "ready\n"
            said = json.dumps({"title": "plan.docx：已拦截", "body": "编号 A-1001"})
            command = [sys.executable, "-P", "-m", "dlp.card"]
            done = subprocess.run(command, input=said, env=environment, text=True, capture_output=True, timeout=30)
            assert done.returncode == 0, done.stderr
            assert json.loads(desktop.stdout.readline())[1:] == ["plan.docx：已拦截", "编号 A-1001"]
        finally:
            desktop.kill()
            desktop.wait()
            bus.terminate()


def test_without_a_desktop_nothing_happens() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DBUS_SESSION_BUS_ADDRESS"}
    environment["XDG_RUNTIME_DIR"] = "/nowhere"
    command = [sys.executable, "-P", "-m", "dlp.card"]
    done = subprocess.run(command, input="{}", env=environment, text=True, capture_output=True, timeout=30)
    assert done.returncode == 1

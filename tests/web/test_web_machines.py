"""Machines: revoking is asked again, the office's own is marked and stays, and a revoked one comes back as itself."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from web_world import Served

from dlp import enrolment
from dlp.config import Home, Settings
from dlp.errors import KeysError, UsageError
from dlp.journal import Journal
from dlp.link import courier
from dlp.link.office_file import OfficeFile
from dlp.office import Conflict


@pytest.fixture
def desk(console: Served, tmp_path: Path) -> Home:
    """A machine that was enrolled, with letter B."""
    token = console.world.office.machines.enrol("desk 2", console.world.sysadmin).token
    home = Home(tmp_path / "desk")
    settings = Settings(outbox=str(tmp_path / "box"))
    enrolment.enrol(home, settings, console.url, console.ca.read_text(), token)
    return home


def file(home: Home) -> OfficeFile:
    return OfficeFile.load(home.agent / "office.json")


def test_revoking_is_asked_again_and_the_office_s_own_is_marked_and_stays(console: Served, desk: Home) -> None:
    world, keeper = console.world, console.visitor("sysadmin")
    mine = world.machine.id
    assert world.office.machines.own() == mine
    other = next(one for one in world.office.machines.all(world.sysadmin) if one.id != mine)
    page = keeper.get("/machines/")
    assert "the office's own" in page.words and f"/machines/{mine}/revoke" not in page.text
    (link,) = page.page.xpath("//a[contains(@href, '/revoke')]/@href")
    asked = keeper.get(link)
    assert "Revoke the machine desk 2 (B)?" in asked.words and "let back in" in asked.words
    assert world.office.machines.authenticate(file(desk).token) is not None
    assert keeper.submit(link).status == 303
    assert world.office.machines.authenticate(file(desk).token) is None
    keeper.get(f"/machines/{mine}/revoke")
    refused = keeper.submit(f"/machines/{mine}/revoke")
    assert refused.status == 409 and "office's own machine" in refused.words and "beside the office" in refused.words
    assert world.office.machines.authenticate(world.token) is not None
    assert keeper.get(f"/machines/{other.id}x/revoke").status == 404
    assert "管理端本机" in console.visitor("sysadmin", language="zh").get("/machines/").words


def test_a_revoked_machine_comes_back_over_its_home_as_itself(console: Served, desk: Home) -> None:
    world, keeper = console.world, console.visitor("sysadmin")
    machine, before = world.office.machines.authenticate(file(desk).token), file(desk)
    key, settings = (desk.agent / "machine.key").read_bytes(), desk.settings.read_bytes()
    assert machine is not None
    with pytest.raises(Conflict):
        world.office.machines.let_back_in(world.sysadmin, machine.id)
    world.office.machines.revoke(world.sysadmin, machine.id)
    keeper.get("/machines/")
    page = keeper.submit(f"/machines/{machine.id}/back")
    token = page.page.xpath("//div[@role='status']//code")[0].text_content()
    assert "same machine" in page.words and "over its home" in page.words
    ca = console.ca.read_text()
    renewed = enrolment.renew(desk, console.url, ca, token)
    assert (renewed.letter, renewed.verify, file(desk).token) == ("B", before.verify, token)
    assert ((desk.agent / "machine.key").read_bytes(), desk.settings.read_bytes()) == (key, settings)
    again = world.office.machines.authenticate(token)
    assert again is not None and again.id == machine.id
    assert world.office.machines.authenticate(before.token) is None
    with pytest.raises(UsageError, match="set up already"):
        enrolment.renew(desk, console.url, ca, token)


def test_only_the_same_machine_of_the_same_office_comes_back(console: Served, desk: Home) -> None:
    before, ca = (desk.agent / "office.json").read_bytes(), console.ca.read_text()
    with pytest.raises(KeysError, match="does not know"):
        enrolment.renew(desk, console.url, ca, "x" * 40)
    other = console.world.office.machines.enrol("third", console.world.sysadmin).token
    with pytest.raises(UsageError, match="machine C") as caught:
        enrolment.renew(desk, console.url, ca, other)
    assert "终端 C" in caught.value.message.zh
    assert (desk.agent / "office.json").read_bytes() == before
    replace(file(desk), organisation="another").save(desk.agent / "office.json")
    with pytest.raises(UsageError):
        enrolment.renew(desk, console.url, ca, other)


class NoEditions:
    def known(self) -> int:
        return 2**62

    def take(self, raw: object, office: OfficeFile, told: int) -> None:
        raise AssertionError


def test_an_agent_that_runs_goes_on_by_itself_once_its_machine_is_let_back_in(
    console: Served, desk: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "LONGEST_PAUSE", 0.01)
    machines, heard = console.world.office.machines, threading.Event()
    machine = machines.authenticate(file(desk).token)
    assert machine is not None
    machines.revoke(console.world.sysadmin, machine.id)
    path = desk.agent / "office.json"
    journal = Journal.open(desk.agent / "journal.db")
    link = courier.Courier(journal, path, lambda _: heard.set(), lambda: None, lambda _: ("", ()), NoEditions())
    link.start()  # with the token of before
    try:
        token = machines.let_back_in(console.world.sysadmin, machine.id).token
        replace(file(desk), token=token, revision=0).save(path)
        assert heard.wait(30)
    finally:
        link.stop()
        journal.close()

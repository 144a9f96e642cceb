"""What cannot be taken back takes a reason and a second step, and the pages tell who did it, when and why."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from datetime import UTC, datetime

import pytest
from web_world import Served

from classifiers.model import Level
from dlp.model import Choice
from dlp.office import Role


def sealed(console: Served) -> str:
    digest = hashlib.sha256(console.world.sealed()).hexdigest()
    return console.world.office.sealed_files.show(console.world.secadmin, digest).id


def test_revoking_a_sealed_file_takes_a_reason_and_a_second_step_and_tells_who_and_why(console: Served) -> None:
    file = sealed(console)
    officer = console.visitor("secadmin")
    officer.get(f"/sealed/{file}")
    assert officer.submit(f"/sealed/{file}/revoke", reason="发错对象").status == 400  # not confirmed
    officer.get(f"/sealed/{file}")
    assert officer.submit(f"/sealed/{file}/revoke", ticked="1").status == 400  # no reason
    assert not console.world.office.sealed_files.show(console.world.secadmin, file).revoked
    officer.get(f"/sealed/{file}")
    assert officer.submit(f"/sealed/{file}/revoke", reason="发错对象-4711", ticked="1").status == 303
    words = officer.get(f"/sealed/{file}").words
    assert "发错对象-4711" in words and "secadmin" in words and "sealed file revoked" in words
    assert not officer.last.page.xpath("//form[contains(@action, 'revoke')]")
    auditor = console.visitor("auditor", "zh")
    page = auditor.get("/audit/?kind=sealed.revoked")
    assert "理由: 发错对象-4711" in page.words and "reason" not in page.words
    assert "发错对象-4711" in auditor.submit("/audit/export").text


def test_reasons_of_settings_and_holds_stand_on_their_pages_and_in_the_audit(console: Served) -> None:
    world = console.world
    body = {"record": "R1", "transfer": "T1", "object": "o", "header_digest": "ab" * 32, "sha256": "cd" * 32}
    world.tell("record", **body, name="收到.pdf", size=1, level="internal", at=world.office.ground.now())
    officer = console.visitor("secadmin")
    officer.get("/settings/")
    officer.post("/settings/", organisation="某公司", reason="改制-0815")
    assert "改制-0815" in officer.get("/settings/").words
    officer.get("/archive/R1")
    officer.submit("/archive/R1/hold", reason="诉讼-0816")
    assert "诉讼-0816" in officer.get("/archive/R1").words
    words = console.visitor("auditor").get("/audit/").words
    assert "改制-0815" in words and "诉讼-0816" in words and "name of the organisation" in words


def test_the_small_office_says_when_it_has_no_effect(console: Served) -> None:
    officer = console.visitor("secadmin", "zh")
    officer.get("/settings/")
    officer.post("/settings/", hours="24", reason="仅一名管理员")
    assert "已启用" in officer.get("/settings/").words
    console.world.person("second", Role.SECADMIN)
    words = officer.get("/settings/").words
    assert "已启用" not in words and "不生效" in words and "2 个账户" in words


def test_a_closed_group_takes_two_steps_and_its_name_stays_with_its_files(console: Served) -> None:
    world = console.world
    group = world.office.groups.create(world.secadmin, "客户甲", "交付", world.user.id, Level.SENSITIVE)
    officer = console.visitor("secadmin")
    officer.get(f"/groups/{group.id}")
    assert officer.submit(f"/groups/{group.id}/close", reason="项目结束").status == 400
    officer.get(f"/groups/{group.id}")
    assert officer.submit(f"/groups/{group.id}/close", reason="项目结束", ticked="1").status == 303
    officer.get("/groups/")
    taken = officer.submit("/groups/", name="客户甲", owner="user", highest="sensitive", purpose="x")
    assert taken.status == 409 and "closed group had this name" in taken.words
    assert "项目结束" in console.visitor("auditor").get("/audit/?kind=group.closed").words


@pytest.mark.parametrize("given", ["A-1042", "a-1042"])
def test_events_are_found_by_what_the_page_shows(console: Served, given: str) -> None:
    world = console.world
    incident = world.held()
    world.office.settings.allow_alone(world.secadmin, 24, "one officer only")
    auditor = console.visitor("auditor")
    for subject in (given, incident, incident[-8:]):
        words = auditor.get(f"/audit/?subject={subject}").words
        assert "incident opened" in words.split("Hash")[-1] and "setting changed" not in words.split("Hash")[-1], (
            subject
        )
    assert "A-1042" in words and "action:" not in words
    for subject in ("alone_after_hours", "small office: hours until alone"):
        found = auditor.get(f"/audit/?subject={subject.replace(' ', '+')}").words.split("Hash")[-1]
        assert "setting changed" in found and "incident opened" not in found
    assert "er_hours" not in auditor.get("/audit/").words.replace("alone_after_hours", "")
    assert "setting changed" in auditor.get("/audit/?actor=SecAdmin").words.split("Hash")[-1]


def test_from_and_to_are_days_of_the_visitor(console: Served) -> None:
    world = console.world
    world.clock.now = datetime(2026, 11, 29, 21, 37, tzinfo=UTC)  # the 30th, 05:37 in China
    auditor = console.visitor("auditor", "zh")
    world.office.settings.allow_alone(world.secadmin, 24, "夜间设置")
    for zone, day, other in (("Asia/Shanghai", "2026-11-30", "2026-11-29"), ("UTC", "2026-11-29", "2026-11-30")):
        auditor.cookies["__Host-zone"] = zone
        assert "夜间设置" in auditor.get(f"/audit/?since={day}&until={day}").words
        assert "夜间设置" not in auditor.get(f"/audit/?since={other}&until={other}").words
    assert auditor.get("/audit/?since=yesterday").status == 400


def test_the_evidence_says_whose_zone_its_times_are_of(console: Served) -> None:
    console.world.clock.now = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
    incident = console.world.held()
    officer = console.visitor("secadmin", "zh")
    officer.cookies["__Host-zone"] = "Asia/Shanghai"
    officer.get(f"/incidents/{incident}")
    raw = officer.submit(f"/incidents/{incident}/evidence").body
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        page = file.read("page.html").decode()
        told = file.read("events.jsonl").decode()
    assert "Asia/Shanghai" in page and "2026-11-25 01:30" in page and "+08:00" in page
    shown = re.sub(r'datetime="[^"]*"', "", page)
    assert not re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d", shown) and "Z" in told


def test_each_count_of_compliance_leads_to_what_it_counted(console: Served) -> None:
    world = console.world
    incident = world.held()
    world.office.incidents.decide(world.secadmin, incident, Choice.RETURN, "")
    world.held(number="A-1043", sha256="ef" * 32, send="0" * 26, name="b.txt")
    visitor = console.visitor("secadmin")
    page = visitor.get("/compliance").page
    links = {link.get("href"): int(link.text_content()) for link in page.xpath("//td//a")}
    assert links["/incidents/?state=all"] == 2
    assert len(visitor.get("/incidents/?state=all").page.xpath("//tbody/tr")) == 2
    received = next(count for href, count in links.items() if "direction=received" in href)
    assert received == 0 and not visitor.get("/transfers/?direction=received").page.xpath("//tbody/tr")

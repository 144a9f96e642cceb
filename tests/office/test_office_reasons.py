"""Every reason that is demanded stands in the event itself, under the hash of the chain, and is shown."""

from __future__ import annotations

import hashlib
import json

import pytest
from office_world import World
from sqlalchemy import text

from dlp.errors import UsageError
from dlp.model import Choice
from dlp.office import Conflict, Refused, Role
from dlp.office.epochs import Epochs
from dlp.office.password_rules import PasswordRules, Rules

RECORD = {"record": "R1", "transfer": "T1", "object": "o", "header_digest": "ab" * 32, "sha256": "cd" * 32}


def told(world: World, kind: str) -> list[str]:
    """The reasons in the events of a kind, newest first."""
    rows = [line for line in world.office.audit.lines() if line["kind"] == kind]
    return [json.loads(row["body"]).get("reason", "") for row in rows[::-1]]


def sealed(world: World) -> str:
    return hashlib.sha256(world.sealed()).hexdigest()


def test_each_reason_stands_in_its_event_and_in_the_export(world: World) -> None:
    office, officer = world.office, world.secadmin
    digest = sealed(world)
    world.tell("record", **RECORD, name="收到.pdf", size=1, level="internal", at=office.ground.now())
    office.settings.rename(officer, "某公司", "理由-改名")
    office.settings.allow_alone(officer, 24, "理由-单独")
    office.sealed_files.expire(officer, digest, "2099-01-01T00:00:00Z", "理由-期限")
    office.sealed_files.revoke(officer, digest, "理由-撤销")
    office.records.hold(officer, "R1", True, "理由-冻结")
    office.records.hold(officer, "R1", False, "理由-解冻")
    PasswordRules(office.ground).choose(world.sysadmin, Rules(90), "理由-密码")
    epochs = Epochs(office.ground)
    epochs.rotate(officer, "理由-轮换")
    assert told(world, "setting.changed") == ["理由-密码", "理由-单独", "理由-改名"]
    assert told(world, "sealed.expires") == ["理由-期限"] and told(world, "sealed.revoked") == ["理由-撤销"]
    assert told(world, "record.held") == ["理由-冻结"] and told(world, "record.unheld") == ["理由-解冻"]
    assert told(world, "epoch.rotating") == ["理由-轮换"]
    exported = "".join(line["body"] for line in office.audit.export(world.auditor))
    assert all(word in exported for word in ("理由-改名", "理由-撤销", "理由-解冻", "理由-轮换", "理由-密码"))
    assert office.audit.verify() is None


def test_a_reason_that_is_changed_afterwards_breaks_the_chain(world: World) -> None:
    world.office.settings.rename(world.secadmin, "某公司", "真实理由")
    with world.office.ground.store.writing() as session:
        session.execute(text("UPDATE events SET body = replace(body, '真实理由', '编造理由')"))
    assert world.office.audit.verify() is not None


@pytest.mark.parametrize("reason", ["", " \n"])
def test_without_a_reason_nothing_is_done(world: World, reason: str) -> None:
    office, officer, digest = world.office, world.secadmin, sealed(world)
    world.tell("record", **RECORD, name="收到.pdf", size=1, level="internal", at=office.ground.now())
    before = len(list(office.audit.lines()))
    for attempt in (
        lambda: office.sealed_files.revoke(officer, digest, reason),
        lambda: office.sealed_files.expire(officer, digest, "2099-01-01T00:00:00Z", reason),
        lambda: office.records.hold(officer, "R1", True, reason),
        lambda: office.settings.rename(officer, "某公司", reason),
        lambda: office.settings.allow_alone(officer, 24, reason),
        lambda: PasswordRules(office.ground).choose(world.sysadmin, Rules(90), reason),
    ):
        with pytest.raises(UsageError, match="reason"):
            attempt()
    assert len(list(office.audit.lines())) == before
    assert not office.sealed_files.show(officer, digest).revoked


def test_who_revoked_a_file_when_and_why_is_told_to_those_who_see_it(world: World) -> None:
    digest = sealed(world)
    person = world.person("sender")
    world.office.sealed_files.revoke(world.secadmin, digest, "发错对象")
    (deed,) = world.office.sealed_files.deeds(person, digest)
    assert (deed.kind, deed.by, deed.reason) == ("sealed.revoked", "secadmin", "发错对象") and deed.at
    with pytest.raises(Conflict, match="revoked already"):
        world.office.sealed_files.revoke(person, digest, "again")
    with pytest.raises(Refused):
        world.office.records.deeds(person, "R1")


def test_an_event_of_before_reasons_were_kept_still_holds(world: World) -> None:
    digest = sealed(world)
    row = world.office.sealed_files.show(world.secadmin, digest)
    with world.office.ground.writing() as writing:
        writing.note("sealed.revoked", "secadmin", row.id, reasoned=True)
    assert [one.reason for one in world.office.sealed_files.deeds(world.secadmin, digest)] == [""]
    assert world.office.audit.verify() is None


def test_how_many_can_be_the_second_of_two_is_known(world: World) -> None:
    assert world.office.settings.deciding() == 1
    world.person("second", Role.SECADMIN)
    assert world.office.settings.deciding() == 2


def test_of_a_reason_that_stays_with_its_incident_the_chain_holds_the_digest(world: World) -> None:
    second = world.person("second", Role.SECADMIN, clearance=world.secadmin.clearance)
    incident = world.held()
    world.office.incidents.decide(world.secadmin, incident, Choice.FALSE_POSITIVE, "仅引用规定原文")
    decided = world.office.incidents.decide(second, incident, Choice.FALSE_POSITIVE, "同意").decision
    bodies = {line["kind"]: line["body"] for line in world.office.audit.lines()}
    for kind, reason in (("incident.asked", "仅引用规定原文"), ("incident.decided", decided.reason)):
        body = json.loads(bodies[kind])
        assert body["reason_sha256"] == hashlib.sha256(reason.encode()).hexdigest() and reason not in bodies[kind]

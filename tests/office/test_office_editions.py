"""Editions as the office signs them, and what machines say of them."""

from __future__ import annotations

import pytest
from office_world import World
from sqlalchemy import select

from dlp import ulid
from dlp.edition import EditionError
from dlp.errors import UsageError
from dlp.language import Say
from dlp.model import Report
from dlp.office import Conflict, EventFilter, Refused, Role
from dlp.office.editions import Follows
from dlp.office.store.tables import EditionRow

TEXTS = ("policy: a\n", "policy: b\n")


def decide(world: World, text: str, name: str = "") -> str:
    if "second" not in world.people:
        world.person("second", Role.SECADMIN, clearance=world.secadmin.clearance)
    version = world.office.policies.draft(world.secadmin, text, "why", name)
    return again(world, version.id)


def again(world: World, version: str) -> str:
    world.office.policies.ask(world.secadmin, version)
    world.office.policies.confirm(world.people["second"], version)
    return version


def say(world: World, edition: int, policy: str, **more: object) -> None:
    body = {"policy": policy, "rules": "r" * 64, "edition": edition, "at": world.office.ground.now()}
    world.tell("force", **{**body, **more})


def follows(world: World) -> Follows:
    (force,) = world.office.editions.forces(world.secadmin)
    return force.follows


def test_what_two_people_confirm_is_signed_and_numbered(world: World) -> None:
    assert world.office.editions.current() is None and world.office.editions.newest() == 0
    first = decide(world, TEXTS[0])
    edition = world.office.editions.current()
    edition.verify(world.keystore.verify_key, world.office.ground.organisation)
    assert (edition.sequence, edition.policy, edition.by) == (1, TEXTS[0], ("secadmin", "second"))
    decide(world, TEXTS[1])
    again(world, first)  # to go back is a new edition of the old text
    edition = world.office.editions.current()
    assert (edition.sequence, edition.policy) == (3, TEXTS[0])
    edition.verify(world.keystore.verify_key, world.office.ground.organisation)
    with pytest.raises(EditionError):
        edition.verify(bytes(32), world.office.ground.organisation)
    issued = world.office.audit.events(world.auditor, EventFilter(kind="edition.issued"))
    assert [event.subject for event in issued] == ["3", "2", "1"]


def test_one_person_issues_nothing(world: World) -> None:
    version = world.office.policies.draft(world.secadmin, TEXTS[0], "why")
    world.office.policies.ask(world.secadmin, version.id)
    with pytest.raises(Refused):
        world.office.policies.confirm(world.secadmin, version.id)
    assert world.office.editions.newest() == 0


def test_packs_go_with_the_policy_each_by_its_own_versions(world: World) -> None:
    decide(world, TEXTS[0])
    first = decide(world, "schema: 1\n", "own")
    decide(world, "schema: 2\n", "more")
    assert world.office.editions.current().packs == (("more", "schema: 2\n"), ("own", "schema: 1\n"))
    decide(world, "schema: 3\n", "own")
    states = {(one.name, one.text): one.state for one in world.office.policies.all(world.secadmin)}
    assert states["own", "schema: 1\n"] == "old" and states["more", "schema: 2\n"] == "active"
    assert states["", TEXTS[0]] == "active"
    decide(world, "", "own")
    edition = world.office.editions.current()
    assert edition.packs == (("more", "schema: 2\n"),) and edition.policy == TEXTS[0]
    again(world, first)
    assert [name for name, _ in world.office.editions.current().packs] == ["more", "own"]


def test_what_is_no_pack_is_refused(world: World) -> None:
    draft = world.office.policies.draft
    for name in ("../own", "Own", "own.yaml", "x" * 41, "-a"):
        with pytest.raises(UsageError):
            draft(world.secadmin, "schema: 1", "why", name)

    def refuse(name: str, text: str) -> None:
        raise UsageError(Say(f"examples of {name} disagree: {text}", "示例不符"))

    with pytest.raises(UsageError, match="examples"):
        draft(world.secadmin, "schema: 1", "why", "own", refuse)
    assert world.office.policies.all(world.secadmin) == ()


def test_the_first_profile_is_one_person_s_and_later_editions_keep_it(world: World) -> None:
    world.office.policies.choose_profile(world.secadmin, "strict")
    decide(world, "schema: 1\n", "own")
    edition = world.office.editions.current()
    assert (edition.sequence, edition.profile, edition.policy) == (2, "strict", "")
    with pytest.raises(Conflict):
        world.office.policies.choose_profile(world.secadmin, "standard")
    with pytest.raises(Refused):
        world.office.policies.choose_profile(world.sysadmin, "standard")


def test_what_each_machine_judges_with_stands_with_since_when(world: World) -> None:
    assert follows(world) is Follows.SILENT
    say(world, 0, "0" * 64)
    assert follows(world) is Follows.FREE
    decide(world, TEXTS[0])
    assert follows(world) is Follows.LAGS
    digest = world.office.editions.current().policy_digest
    world.clock.pass_by(seconds=5)
    say(world, 1, digest)
    (force,) = world.office.editions.forces(world.secadmin)
    assert (force.follows, force.edition, force.policy) == (Follows.NEWEST, 1, digest)
    since = force.since
    world.clock.pass_by(seconds=5)
    say(world, 1, digest, problem_en="a file is broken", problem_zh="文件有误")
    (force,) = world.office.editions.forces(world.secadmin)
    assert force.since == since and force.problem.zh == "文件有误"
    say(world, 1, "f" * 64)
    assert follows(world) is Follows.OTHERWISE
    decide(world, TEXTS[1])
    world.clock.pass_by(seconds=5)
    say(world, 1, digest, refused=2, problem_en="examples", problem_zh="示例不符")
    assert follows(world) is Follows.REFUSED
    kinds = {event.kind for event in world.office.audit.events(world.auditor, EventFilter(kind="machine."))}
    assert {"machine.judges_with", "machine.edition_refused"} <= kinds


def test_reports_that_overtake_each_other_come_to_the_same_end(world: World) -> None:
    early, late = world.office.ground.now(), None
    world.clock.pass_by(seconds=5)
    late = world.office.ground.now()
    for at, edition in ((late, 2), (early, 1)):
        body = {"policy": f"{edition}" * 64, "rules": "", "edition": edition, "at": at}
        assert world.office.intake.take(world.machine, Report(ulid.new(), "force", at, body)).accepted
    (force,) = world.office.editions.forces(world.secadmin)
    assert force.edition == 2


def test_who_may_not_see_policy_sees_none_of_it(world: World) -> None:
    assert world.office.editions.forces(world.sysadmin)
    with pytest.raises(Refused):
        world.office.editions.forces(world.user)


def test_an_edition_spoilt_in_the_database_goes_down_as_none(world: World) -> None:
    decide(world, TEXTS[0])
    with world.office.ground.writing() as writing:
        row = writing.session.scalars(select(EditionRow)).one()
        row.content = {"nonsense": 1}
    assert world.office.editions.current() is None

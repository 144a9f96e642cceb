"""A version that is asked for ends in one of three ways, a draft is discarded, and the second person hears of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from office_world import World
from web_world import Served, Visitor, served

from dlp.config import Home
from dlp.office import Conflict, NotFound, Refused, Role
from keys.keystore import Keystore

TEXT = (Path(__file__).resolve().parents[2] / "dlp" / "policies" / "strict.yaml").read_text("utf-8")


@pytest.fixture
def at_home(world: World, keystore: Keystore, tmp_path: Path) -> Iterator[Served]:
    home = Home(tmp_path / "home")
    home.make()
    world.person("second", Role.SECADMIN)
    with served(world, keystore, home=home) as found:
        yield found


def asked(at_home: Served, note: str = "stricter") -> tuple[Visitor, Visitor, str]:
    """The two officers, and the address of a version that the first asks for."""
    officer, second = at_home.visitor("secadmin"), at_home.visitor("second")
    made = at_home.world.office.policies.draft(at_home.world.secadmin, TEXT, note)
    officer.get(f"/policy/{made.id}")
    assert officer.submit(f"/policy/{made.id}/ask").status == 303
    return officer, second, f"/policy/{made.id}"


def test_the_first_page_of_the_second_officer_names_the_version_that_waits(at_home: Served) -> None:
    officer, second, version = asked(at_home)
    assert "Waits for you" not in officer.get("/").words
    page = second.get("/")
    assert "Waits for you" in page.words and "secadmin asks that it becomes active" in page.words
    assert page.page.xpath(f"//a[@href='{version}']")
    second.get(version)
    second.submit(f"{version}/confirm")
    assert "Waits for you" not in second.get("/").words


def test_the_second_person_declines_with_a_reason_that_the_first_reads(at_home: Served) -> None:
    officer, second, version = asked(at_home)
    officer.get(version)
    assert officer.post(f"{version}/decline", reason="mine").status == 403
    second.get(version)
    assert second.submit(f"{version}/decline").status == 400
    second.get(version)
    assert second.submit(f"{version}/decline", reason="Regel 3 zu weit").status == 303
    words = officer.get(version).words
    assert "draft" in words and "policy declined" in words and "Regel 3 zu weit" in words and "second" in words
    assert "Waits for you" not in second.get("/").words
    assert "Regel 3 zu weit" in at_home.visitor("auditor").get("/audit/?kind=policy.declined").words


def test_who_asked_takes_it_back_and_nobody_else(at_home: Served) -> None:
    officer, second, version = asked(at_home)
    second.get(version)
    assert second.post(f"{version}/withdraw").status == 403
    officer.get(version)
    assert officer.submit(f"{version}/withdraw").status == 303
    assert "Ask that it becomes active" in officer.get(version).words
    second.get(version)
    assert second.post(f"{version}/confirm").status == 409


def test_a_draft_is_discarded_in_two_steps_and_its_number_is_not_given_again(at_home: Served) -> None:
    officer, _, version = asked(at_home)
    assert officer.get(version) and officer.post(f"{version}/discard", ticked="1").status == 409
    officer.get(version)
    officer.submit(f"{version}/withdraw")
    officer.get(version)
    assert officer.submit(f"{version}/discard").status == 400
    officer.get(version)
    assert officer.submit(f"{version}/discard", ticked="1").status == 303
    assert "stricter" not in officer.get("/policy/").words and officer.get(version).status == 404
    assert at_home.world.office.policies.draft(at_home.world.secadmin, TEXT, "again").number == 2
    kinds = [line["kind"] for line in at_home.world.office.audit.lines() if line["kind"].startswith("policy.")]
    assert kinds == ["policy.drafted", "policy.asked", "policy.withdrawn", "policy.discarded", "policy.drafted"]


def test_an_earlier_version_that_is_declined_is_an_earlier_version_again(world: World) -> None:
    policies, first, second = world.office.policies, world.secadmin, world.person("second", Role.SECADMIN)
    ids = []
    for note in ("one", "two"):
        ids.append(policies.draft(first, TEXT + f"# {note}\n", note).id)
        policies.ask(first, ids[-1])
        policies.confirm(second, ids[-1])
    policies.ask(first, ids[0])
    policies.decline(second, ids[0], "no")
    assert [one.state for one in policies.all(first)] == ["active", "old"]
    policies.ask(first, ids[0])
    other = policies.draft(first, TEXT + "# three\n", "three")
    policies.ask(first, other.id)  # another asking falls, back to what it was
    assert [one.state for one in policies.all(first)] == ["asked", "active", "old"]
    with pytest.raises(Conflict):
        policies.discard(first, ids[0])
    with pytest.raises(Refused):
        policies.withdraw(second, other.id)
    policies.withdraw(first, other.id)
    policies.discard(first, other.id)
    for attempt in (policies.ask, policies.discard, policies.show):
        with pytest.raises(NotFound):
            attempt(first, other.id)


def test_machines_are_compared_with_what_is_in_force_and_not_with_a_draft_of_the_same_text(at_home: Served) -> None:
    officer, second, version = asked(at_home)
    second.get(version)
    second.submit(f"{version}/confirm")
    world = at_home.world
    world.office.policies.draft(world.secadmin, TEXT, "a mere draft")
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    world.tell("force", policy=digest, rules="r" * 64, edition=1, at=world.office.ground.now())
    page = officer.get("/policy/").page
    (machine,) = [row.text_content() for row in page.xpath("//tr") if "as decided" in row.text_content()]
    assert "version 1" in machine and "version 2" not in machine

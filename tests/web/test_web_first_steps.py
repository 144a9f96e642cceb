"""From the first start to a file that was sent and opened: led step by step, each checks itself."""

from __future__ import annotations

from typing import Any

import pytest
from browser_day import person
from web_world import Served, Visitor

from dlp.link import protocol
from dlp.office import Conflict, Role
from keys.exchange import new_client_key


def coming(visitor: Visitor) -> str:
    """The title of the step that is next."""
    found = visitor.get("/first-steps/").page.xpath("//li[@aria-current='step']//h2/text()")
    return " ".join("".join(found).split())


def test_the_way_leads_through_every_step_and_ends(console: Served) -> None:
    world = console.world
    officer = console.visitor("secadmin")
    assert coming(officer) == "The system administrator signs in"
    keeper = console.visitor("sysadmin")
    assert coming(officer) == "The security auditor signs in"
    auditor = console.visitor("auditor")
    assert coming(auditor) == "Choose the policy profile"
    assert "for another person" in auditor.last.words and not auditor.last.page.xpath(
        "//form[contains(@action,'profile')]"
    )
    officer.get("/first-steps/")
    assert officer.submit("/first-steps/profile", profile="lax").status == 400
    officer.get("/first-steps/")
    officer.submit("/first-steps/profile", profile="strict")
    assert coming(officer).startswith("Choose the work accounts")
    refused = officer.submit("/first-steps/notice", accounts="wxid_a，wxid_b\n")
    assert refused.status == 400 and "not told yet" in refused.words and "wxid_b" in refused.text
    officer.get("/first-steps/")
    assert officer.submit("/first-steps/notice", accounts="../x", told="1").status == 400
    officer.get("/first-steps/")
    officer.submit("/first-steps/notice", accounts="wxid_b wxid_a", told="1")
    assert coming(keeper).startswith("Make accounts")
    world.person("reader")
    assert coming(officer).startswith("Make the first group")
    officer.submit(
        "/first-steps/group", name="客户A", purpose="交付", owner="user", readers="reader", highest="sensitive"
    )
    assert coming(keeper) == "A machine has reported"
    token = {"Authorization": f"Bearer {world.token}"}
    assert console.visitor().ask("GET", protocol.KEYS, None, token).told["accounts"] == ["wxid_a", "wxid_b"]
    chosen = console.visitor().ask("GET", protocol.EDITION, None, token).told
    assert (chosen["sequence"], chosen["profile"], chosen["policy"]) == (1, "strict", "")
    assert coming(officer) == "Drop the test file into the outbox folder"
    header = world.sealed(group="客户A", sender="user")
    assert coming(officer) == "Open its sealed copy"
    world.office.opening.release(world.people["reader"], header, new_client_key()[1], proven=True)
    assert coming(officer).startswith("Take a first checkpoint")
    auditor.get("/audit/")
    auditor.submit("/audit/checkpoint")
    assert "All of it is done" in officer.get("/first-steps/").words
    assert "First steps" not in officer.get("/").words


def test_what_is_wrong_with_the_group_is_said_at_the_step_and_nothing_is_made(console: Served) -> None:
    officer = console.visitor("secadmin", "zh")
    for readers in ("", "user", "nobody"):
        officer.get("/first-steps/")
        answer = officer.submit("/first-steps/group", name="客户A", purpose="x", owner="user", readers=readers)
        assert answer.status == 400 and "客户A" in answer.text
    assert console.world.office.groups.all(console.world.secadmin) == ()
    officer.get("/first-steps/")
    assert officer.submit("/first-steps/group", name="a/b", purpose="x", owner="user", readers="auditor").status == 400
    officer.get("/first-steps/")
    assert officer.post("/first-steps/nonsense").status == 400


def test_a_confirmation_of_something_else_is_none(console: Served) -> None:
    office, officer = console.world.office, console.world.secadmin
    office.settings.confirm_profile(officer, "standard")
    assert office.settings.show().accounts is None

    def done(profile: str, accounts: tuple[str, ...]) -> dict[str, bool]:
        return {step.key: step.done for step in office.steps(officer, profile, accounts)}

    assert done("standard", ("wxid_a",))["profile"] and not done("standard", ("wxid_a",))["notice"]
    assert not done("strict", ("wxid_a",))["profile"]
    office.settings.choose_accounts(officer, ("wxid_b",), told=True)
    assert done("standard", ("wxid_a",))["notice"] and office.settings.show().accounts == ("wxid_b",)
    office.settings.choose_accounts(officer, (), told=False)
    assert office.settings.show().accounts == ()


def test_the_first_profile_is_chosen_by_one_and_never_again_alone(console: Served) -> None:
    office, officer = console.world.office, console.world.secadmin
    office.policies.choose_profile(officer, "strict")
    with pytest.raises(Conflict):
        office.policies.choose_profile(officer, "standard")
    visitor = console.visitor("secadmin")
    visitor.get("/first-steps/")
    assert "takes two people" in visitor.last.words or office.steps(officer, "standard", ())[3].done
    assert visitor.post("/first-steps/profile", profile="standard").status == 400
    assert office.settings.show().profile == "strict"


def test_a_plain_person_has_only_their_own_two_steps(console: Served) -> None:
    person = console.visitor("user")
    assert coming(person) == "Drop the test file into the outbox folder"
    assert len(person.last.page.xpath("//ol[@class='guide']/li")) == 2
    file = person.get("/first-steps/test-file")
    assert file.status == 200 and "11010519491231002X" in file.text
    console.world.person("owner", Role.GROUP_OWNER)
    assert console.visitor("owner").get("/first-steps/").status == 200


@pytest.mark.browser
def test_the_security_administrator_s_steps_in_chromium(chromium: Any, console: Served) -> None:
    for name in ("sysadmin", "auditor"):
        console.visitor(name)
    console.world.person("reader")
    with person(chromium, console, "secadmin") as page:
        page.click("text=Go on")
        page.check("input[value=strict]")
        page.click("text=We want this profile")
        page.fill("[name=accounts]", "wxid_office")
        page.check("[name=told]")
        page.click("text=These are the work accounts")
        page.fill(".next [name=name]", "客户A")
        page.fill(".next [name=purpose]", "deliveries")
        page.fill(".next [name=owner]", "user")
        page.fill(".next [name=readers]", "reader")
        page.click("text=Make the group")
        page.wait_for_selector(".next:has-text('A machine has reported')")
    chosen = console.world.office.settings.show()
    assert (chosen.profile, chosen.accounts) == ("strict", ("wxid_office",))
    (group,) = console.world.office.groups.all(console.world.secadmin)
    assert group.members == ("reader", "user")

"""Deciding: alone, by two, never by who asked; and how it travels to the machine."""

from __future__ import annotations

import threading

import pytest
from office_world import World, transfer_body

from classifiers.model import Level
from dlp.errors import UsageError
from dlp.model import Choice
from dlp.office import Conflict, EventFilter, IncidentFilter, NotFound, Refused, Role, TransferFilter
from dlp.office.rulings import wire

FALSE, RETURN, KEEP = Choice.FALSE_POSITIVE, Choice.RETURN, Choice.KEEP


def offer(world: World, name: str, incident: str, choice: Choice) -> tuple[bool, bool]:
    (found,) = [
        one for one in world.office.incidents.offers(world.people[name], incident) if one.option.choice is choice
    ]
    return found.may, found.confirms


def test_one_person_returns_a_file_and_the_machine_hears_it(world: World) -> None:
    incident = world.held()
    decided = world.office.incidents.decide(world.secadmin, incident, RETURN, "")
    assert decided.state == "decided" and decided.decision and decided.decision.by == ("secadmin",)
    (ruling,) = world.office.rulings.after(world.machine, 0)
    assert (ruling.sequence, ruling.transfer, ruling.choice) == (1, decided.transfer.id, RETURN)
    assert wire(ruling)["choice"] == "return"
    assert world.office.rulings.after(world.machine, 1) == []
    with pytest.raises(Conflict):
        world.office.incidents.decide(world.secadmin, incident, KEEP, "again")


def test_two_people_take_two_accounts_and_who_asked_never_approves(world: World) -> None:
    world.person("second", Role.SECADMIN, clearance=Level.TOP_SECRET)
    incident = world.held()
    asked = world.office.incidents.decide(world.secadmin, incident, FALSE, "a quotation of the regulation")
    assert (asked.state, asked.asked_by, asked.asked_choice) == ("asked", "secadmin", "false_positive")
    assert world.office.rulings.after(world.machine, 0) == []
    assert offer(world, "secadmin", incident, FALSE) == (False, False)
    assert offer(world, "second", incident, FALSE) == (True, True)
    with pytest.raises(Refused, match="who asked never approves"):
        world.office.incidents.decide(world.secadmin, incident, FALSE, "me again")
    decided = world.office.incidents.decide(world.second, incident, FALSE, "")
    assert decided.decision and decided.decision.by == ("secadmin", "second")
    (ruling,) = world.office.rulings.after(world.machine, 0)
    assert ruling.by == ("secadmin", "second") and ruling.expires > decided.decision.at


def test_an_asking_can_be_declined_or_taken_back_and_then_asked_anew(world: World) -> None:
    world.person("second", Role.SECADMIN)
    incident = world.held()
    world.office.incidents.decide(world.secadmin, incident, FALSE, "why")
    assert world.office.incidents.withdraw(world.second, incident, "no").state == "open"
    world.office.incidents.decide(world.second, incident, FALSE, "why")
    assert offer(world, "secadmin", incident, FALSE) == (True, True)
    with pytest.raises(Conflict):
        world.office.incidents.withdraw(world.second, world.held(), "nothing asked")


def test_the_owner_of_the_group_confirms_for_that_group_only(world: World) -> None:
    owner = world.person("owner")
    world.office.groups.create(world.secadmin, "客户A", "delivery", owner.id, Level.SECRET)
    owner = world.again("owner")
    mine, other = world.held(group="客户A"), world.held(group="客户B")
    world.office.incidents.decide(world.secadmin, mine, FALSE, "why")
    assert [one.id for one in world.office.incidents.queue(owner).rows] == [mine]
    with pytest.raises(NotFound):
        world.office.incidents.decide(owner, other, RETURN, "")
    assert world.office.incidents.decide(owner, mine, FALSE, "").state == "decided"


def test_nobody_releases_their_own_file(world: World) -> None:
    incident = world.held(person="SecAdmin", options=[{"choice": "release", "people": 1}, {"choice": "return"}])
    with pytest.raises(Refused, match="own file"):
        world.office.incidents.decide(world.secadmin, incident, Choice.RELEASE, "mine")
    assert world.office.incidents.decide(world.secadmin, incident, RETURN, "mine").state == "decided"


def test_what_policy_does_not_offer_is_refused_and_a_reason_is_needed(world: World) -> None:
    incident = world.held()
    with pytest.raises(Refused, match="policy"):
        world.office.incidents.decide(world.secadmin, incident, Choice.RELEASE, "please")
    with pytest.raises(UsageError, match="reason"):
        world.office.incidents.decide(world.secadmin, incident, KEEP, "  ")


def test_others_neither_see_nor_decide(world: World) -> None:
    world.person("sender")
    incident = world.held()
    for name in ("sysadmin", "auditor", "user"):
        with pytest.raises((NotFound, Refused)):
            world.office.incidents.decide(world.people[name], incident, RETURN, "")
    assert world.office.incidents.show(world.sender, incident).state == "open"  # the sender sees, and does not decide
    with pytest.raises(Refused, match="officer"):
        world.office.incidents.decide(world.sender, incident, RETURN, "")


def test_an_officer_who_was_disabled_meanwhile_decides_nothing(world: World) -> None:
    second = world.person("second", Role.SECADMIN)
    incident = world.held()
    world.office.accounts.disable(world.sysadmin, second.id)
    with pytest.raises(Refused):
        world.office.incidents.decide(second, incident, RETURN, "")


def test_two_who_confirm_at_once_decide_once(world: World) -> None:
    for name in ("b", "c"):
        world.person(name, Role.SECADMIN)
    incident = world.held()
    world.office.incidents.decide(world.secadmin, incident, FALSE, "why")
    ends: list[str] = []
    start = threading.Barrier(2)

    def confirm(name: str) -> None:
        start.wait()
        try:
            ends.append(world.office.incidents.decide(world.people[name], incident, FALSE, "").state)
        except Conflict:
            ends.append("late")

    threads = [threading.Thread(target=confirm, args=(name,)) for name in ("b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["decided", "late"]
    assert len(world.office.rulings.after(world.machine, 0)) == 1


def test_waiting_for_a_ruling_ends_when_one_is_made_here_or_by_another_process(world: World) -> None:
    from dlp.office import Office

    elsewhere = Office.open(world.url, world.keystore, world.clock)
    for sequence, office in enumerate((world.office, elsewhere)):
        incident = world.held()
        found: list[object] = []
        waiting = threading.Thread(
            target=lambda after=sequence, to=found: to.extend(world.office.rulings.after(world.machine, after, 30))
        )
        waiting.start()
        office.incidents.decide(world.secadmin, incident, RETURN, "")
        waiting.join(timeout=20)
        assert not waiting.is_alive() and len(found) == 1
    elsewhere.close()


def test_each_machine_has_its_own_row_of_rulings(world: World) -> None:
    world.office.incidents.decide(world.secadmin, world.held(), RETURN, "")
    other = world.office.machines.enrol("other").machine
    assert world.office.rulings.after(other, 0) == []


def test_a_received_secret_is_an_incident_without_a_ruling(world: World) -> None:
    incident = world.held(direction="received", state="archived", options=[])
    assert world.office.incidents.decide(world.secadmin, incident, KEEP, "sender was told").state == "decided"
    assert world.office.rulings.after(world.machine, 0) == []


def test_lists_go_page_by_page_and_filter(world: World) -> None:
    for number in range(7):
        world.tell("transfer", **transfer_body(name=f"100%_{number}.txt", level="public" if number % 2 else "secret"))
    seen, after = [], ""
    while True:
        page = world.office.transfers.page(world.secadmin, after=after, size=3)
        seen += [row.name for row in page.rows]
        after = page.next
        if not after:
            break
    assert seen == [f"100%_{number}.txt" for number in reversed(range(7))]
    count = lambda **wanted: len(world.office.transfers.page(world.secadmin, TransferFilter(**wanted)).rows)  # noqa: E731
    assert count(text="%_3") == 1 and count(text="%3") == 0
    assert count(level="sensitive") == 4 and count(action="hold") == 7 and count(group="x") == 0
    assert len(world.office.incidents.queue(world.secadmin, IncidentFilter(level="secret")).rows) == 4
    with pytest.raises(UsageError):
        world.office.incidents.queue(world.secadmin, IncidentFilter(state="lost"))


def test_invariant_5_events_hold_no_name_and_no_reason(world: World) -> None:
    incident = world.held(name="王小明离职.docx")
    world.office.incidents.decide(world.secadmin, incident, KEEP, "王小明 asked")
    world.sealed(name="王小明合同.docx")
    text = str([event.body for event in world.office.audit.events(world.auditor, EventFilter(), size=1000)])
    assert "王小明" not in text and "机密" not in text and "AGE-SECRET" not in text


def test_the_only_officer_of_a_small_office_confirms_alone_after_a_day_where_that_was_chosen(world: World) -> None:
    incident = world.held()
    with pytest.raises(UsageError):
        world.office.settings.allow_alone(world.secadmin, 1, "too quick")
    with pytest.raises(Refused):
        world.office.settings.allow_alone(world.sysadmin, 24, "not mine")
    world.office.incidents.decide(world.secadmin, incident, FALSE, "why")
    world.clock.pass_by(hours=25)
    assert offer(world, "secadmin", incident, FALSE) == (False, False)  # nobody chose it
    world.office.settings.allow_alone(world.secadmin, 24, "one officer only")
    assert world.office.settings.show().alone_after_hours == 24
    with pytest.raises(UsageError, match="reason"):
        world.office.incidents.decide(world.secadmin, incident, FALSE, "")
    decided = world.office.incidents.decide(world.secadmin, incident, FALSE, "a day later, still")
    assert decided.decision and decided.decision.by == ("secadmin",)
    event = world.office.audit.events(world.auditor, EventFilter(kind="incident.decided"))[0]
    assert event.body["alone"] is True


def test_with_a_second_officer_nobody_confirms_alone(world: World) -> None:
    world.office.settings.allow_alone(world.secadmin, 24, "one officer only")
    incident = world.held()
    world.office.incidents.decide(world.secadmin, incident, FALSE, "why")
    assert offer(world, "secadmin", incident, FALSE) == (False, False)  # a day has not passed
    world.clock.pass_by(hours=25)
    assert offer(world, "secadmin", incident, FALSE) == (True, True)
    world.person("second", Role.SECADMIN)
    assert offer(world, "secadmin", incident, FALSE) == (False, False)

"""The office is never left without one of its three officers, by whatever change."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from office_world import World

from classifiers.model import Level
from dlp.office import Account, AccountState, Conflict, Role
from dlp.office.careers import CHECKS

U, SYS, SEC, AUD = Role.USER, Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR
Change = Callable[[World, Account], object]
BY_SYSADMIN: dict[str, Change] = {
    "disable": lambda w, one: w.office.accounts.disable(w.sysadmin, one.id),
    "close": lambda w, one: w.office.careers.close(w.sysadmin, one.id),
}
BY_SECADMIN: dict[str, Change] = {
    "grant": lambda w, one: w.office.accounts.grant(w.secadmin, one.id, [U], Level.INTERNAL),
    "hand over": lambda w, one: w.office.careers.hand_over(w.secadmin, one.id, w.user.id, list(CHECKS)),
}
LAST = [
    *((how, name) for how in BY_SYSADMIN for name in ("secadmin", "auditor")),
    *((how, name) for how in BY_SECADMIN for name in ("sysadmin", "auditor")),
]


@pytest.mark.parametrize(("how", "name"), LAST)
def test_the_only_officer_of_a_kind_stays(world: World, how: str, name: str) -> None:
    act = {**BY_SYSADMIN, **BY_SECADMIN}[how]
    with pytest.raises(Conflict, match="the only active") as caught:
        act(world, world.people[name])
    assert name in caught.value.message.zh and "唯一" in caught.value.message.zh and caught.value.hint
    before = world.people[name]
    after = world.again(name)
    assert (after.state, after.roles) == (AccountState.ACTIVE, before.roles)


def test_an_officer_goes_once_another_signed_in_for_the_same_office(world: World) -> None:
    invited = world.office.accounts.create(world.sysadmin, "next")
    world.office.accounts.grant(world.secadmin, invited.account.id, [SEC], Level.TOP_SECRET)
    with pytest.raises(Conflict):  # a link that may never be used is no officer yet
        world.office.accounts.disable(world.sysadmin, world.secadmin.id)
    world.person("second", SEC)
    assert world.office.careers.close(world.sysadmin, world.secadmin.id).state is AccountState.CLOSED
    with pytest.raises(Conflict):
        world.office.careers.close(world.sysadmin, world.second.id)


def test_an_officer_who_is_out_already_and_alone_is_kept_for_coming_back(world: World) -> None:
    """Closing the one secadmin that was disabled would end the way back."""
    from dlp.office.store.tables import AccountRow

    with world.office.ground.store.writing() as session:
        session.get_one(AccountRow, world.secadmin.id).state = "disabled"
    with pytest.raises(Conflict):
        world.office.careers.close(world.sysadmin, world.secadmin.id)
    assert world.office.accounts.enable(world.sysadmin, world.secadmin.id).state is AccountState.ACTIVE


def test_what_ended_for_good_gets_no_roles_and_is_not_woken_by_a_detour(world: World) -> None:
    world.office.careers.close(world.sysadmin, world.user.id)
    with pytest.raises(Conflict):
        world.office.accounts.grant(world.secadmin, world.user.id, [U, SEC], Level.SECRET)
    with pytest.raises(Conflict):
        world.office.accounts.disable(world.sysadmin, world.user.id)
    assert world.again("user").state is AccountState.CLOSED

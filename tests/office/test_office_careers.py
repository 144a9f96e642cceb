"""Accounts over time: asked for, granted, described, handed over, closed; sanctions; groups asked for."""

from __future__ import annotations

import pytest
from office_world import PASSWORD, World

from classifiers.model import Level
from dlp.errors import KeysError, UsageError
from dlp.office import AccountState, Conflict, Refused, Role
from dlp.office.careers import CHECKS


def test_an_account_and_a_group_are_asked_for_by_one_and_granted_by_another(world: World) -> None:
    requests = world.office.requests
    requests.make(world.user, "account", "li.lei", "李雷，销售部")
    requests.make(world.user, "group", "客户B", "交付")
    with pytest.raises(UsageError):
        requests.make(world.user, "group", "客户C", " ")
    (account,) = requests.all(world.sysadmin)
    (group,) = requests.all(world.secadmin)
    assert account.may and group.may and not any(one.may for one in requests.all(world.user))
    with pytest.raises(Refused):
        requests.approve_account(world.secadmin, account.id, Level.INTERNAL)
    invited = requests.approve_account(world.sysadmin, account.id, Level.INTERNAL)
    assert world.office.accounts.redeem(invited.token, PASSWORD).name == "li.lei"
    requests.approve_group(world.secadmin, group.id, Level.SENSITIVE)
    assert [one.owner for one in world.office.groups.all(world.secadmin)] == ["user"]
    with pytest.raises(Conflict):
        requests.decline(world.secadmin, group.id)


def test_who_asks_does_not_grant(world: World) -> None:
    world.office.requests.make(world.sysadmin, "account", "mine", "my friend")
    (mine,) = world.office.requests.all(world.sysadmin)
    with pytest.raises(Refused):
        world.office.requests.approve_account(world.sysadmin, mine.id, Level.INTERNAL)
    world.person("sys2", Role.SYSADMIN)
    world.office.requests.decline(world.sys2, mine.id)
    assert world.office.requests.all(world.sysadmin)[0].state == "declined"


def test_hand_over_moves_groups_shuts_the_account_and_needs_every_check(world: World) -> None:
    owner, heir = world.person("owner"), world.person("heir")
    world.office.groups.create(world.secadmin, "客户A", "x", owner.id, Level.SECRET)
    signed = world.office.sessions.sign_in("owner", PASSWORD, "")
    careers = world.office.careers
    with pytest.raises(UsageError):
        careers.hand_over(world.secadmin, owner.id, heir.id, list(CHECKS)[1:])
    with pytest.raises(Refused):
        careers.hand_over(world.sysadmin, owner.id, heir.id, list(CHECKS))
    with pytest.raises(Refused):
        careers.hand_over(world.secadmin, owner.id, world.auditor.id, list(CHECKS))
    with pytest.raises(Conflict):
        careers.close(world.sysadmin, owner.id)
    done = careers.hand_over(world.secadmin, owner.id, heir.id, list(CHECKS))
    assert done.state is AccountState.HANDED_OVER
    assert world.office.sessions.resume(signed.token) is None
    with pytest.raises(KeysError):
        world.office.sessions.sign_in("owner", PASSWORD, "")
    (group,) = world.office.groups.all(world.again("heir"))
    assert (group.owner, group.members) == ("heir", ("heir",)) and Role.GROUP_OWNER in world.again("heir").roles
    assert careers.close(world.sysadmin, owner.id).state is AccountState.CLOSED
    with pytest.raises(Conflict):
        world.office.accounts.enable(world.sysadmin, owner.id)
    with pytest.raises(Conflict):
        world.office.accounts.invite(world.sysadmin, owner.id)


def test_the_inventory_names_dormant_accounts(world: World) -> None:
    world.office.sessions.sign_in("user", PASSWORD, "")
    world.clock.pass_by(days=91)
    world.office.sessions.sign_in("secadmin", PASSWORD, "")
    world.office.careers.describe(world.sysadmin, world.user.id, "王芳", "财务部")
    listed = {one.account.name: one for one in world.office.careers.inventory(world.sysadmin)}
    assert listed["user"].dormant and not listed["secadmin"].dormant and listed["user"].department == "财务部"


def test_sanctions_are_a_ledger_and_a_suspension_reaches_the_machines(world: World) -> None:
    before = world.office.revision()
    careers = world.office.careers
    for grade, basis, days in (("warning", "", 0), ("nonsense", "x", 0), ("suspension", "x", 0), ("warning", "x", 3)):
        with pytest.raises(UsageError):
            careers.sanction(world.secadmin, world.user.id, grade, basis, days)
    careers.sanction(world.secadmin, world.user.id, "suspension", "制度第十条", 7)
    assert careers.suspended() == ("user",) and world.office.revision() > before
    world.clock.pass_by(days=8)
    assert careers.suspended() == ()
    assert [one.grade for one in careers.ledger(world.auditor)] == ["suspension"]
    assert careers.ledger(world.user, world.user.id) and careers.ledger(world.secadmin, world.auditor.id) == ()
    with pytest.raises(Refused):
        careers.ledger(world.user)


def test_a_compromise_ends_every_session_at_once(world: World) -> None:
    signed = world.office.sessions.sign_in("user", PASSWORD, "")
    world.office.careers.compromised(signed.account)
    assert world.office.sessions.resume(signed.token) is None


def test_only_the_security_administrator_raises_what_a_group_gets(world: World) -> None:
    group = world.office.groups.create(world.secadmin, "客户A", "x", world.user.id, Level.SENSITIVE)
    with pytest.raises(Refused):
        world.office.groups.describe(world.again("user"), group.id, "more", Level.TOP_SECRET)
    assert world.office.groups.describe(world.secadmin, group.id, "more", Level.SECRET).highest is Level.SECRET

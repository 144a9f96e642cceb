"""Who may do what; passwords, links, sessions, lockout; machines."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from office_world import PASSWORD, World

from classifiers.model import Level
from dlp.errors import DlpError, KeysError, UsageError
from dlp.office import AccountState, Conflict, Office, Refused, Right, Role, allowed, first_start
from dlp.office.rights import RIGHTS, keeps_offices_apart

U, G, SYS, SEC, AUD = Role
TABLE = {
    Right.SEE_OWN: {U, G},
    Right.OPEN_FILES: {U, G, SEC},
    Right.FETCH_ARCHIVE: {U, SEC},
    Right.SEE_GROUP: {G},
    Right.DECIDE_GROUP: {G},
    Right.KEEP_ACCOUNTS: {SYS},
    Right.KEEP_MACHINES: {SYS},
    Right.SEE_ALL: {SEC},
    Right.DECIDE: {SEC},
    Right.GRANT: {SEC},
    Right.KEEP_GROUPS: {SEC},
    Right.REVOKE_FILES: {SEC},
    Right.KEEP_KEYS: {SEC},
    Right.SEE_POLICY: {SEC},
    Right.READ_EVENTS: {SEC, AUD},
    Right.EXPORT_EVENTS: {AUD},
    Right.SEE_OVERVIEW: {SYS, SEC, AUD},
}


class Someone:
    def __init__(self, *roles: Role) -> None:
        self.roles = frozenset(roles)


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize("role", Role)
def test_the_table_of_roles_and_rights(role: Role, right: Right) -> None:
    assert allowed(Someone(role), right) is (role in TABLE[right])
    assert not allowed(Someone(), right)


def test_who_acts_and_who_watches_are_never_one() -> None:
    assert set(RIGHTS) == set(Role)
    assert keeps_offices_apart([U, G, SEC]) and not keeps_offices_apart([SEC, AUD])
    assert not RIGHTS[SYS] & (RIGHTS[SEC] - {Right.SEE_OVERVIEW})


# What each call needs, tried by every role on the real database.
CALLS: dict[str, tuple[set[Role], Callable[[World, object], object]]] = {
    "create": ({SYS}, lambda w, a: w.office.accounts.create(a, "new")),
    "disable": ({SYS}, lambda w, a: w.office.accounts.disable(a, w.victim.id)),
    "enable": ({SYS}, lambda w, a: w.office.accounts.enable(a, w.victim.id)),
    "invite": ({SYS}, lambda w, a: w.office.accounts.invite(a, w.victim.id)),
    "invite officer": ({SEC}, lambda w, a: w.office.accounts.invite(a, w.officer.id)),
    "grant": ({SEC}, lambda w, a: w.office.accounts.grant(a, w.victim.id, [U], Level.SECRET)),
    "accounts": ({SYS, SEC, AUD}, lambda w, a: w.office.accounts.all(a)),
    "enrol": ({SYS}, lambda w, a: w.office.machines.enrol("m", a)),
    "revoke": ({SYS}, lambda w, a: w.office.machines.revoke(a, w.office.machines.enrol("m").machine.id)),
    "machines": ({SYS, SEC, AUD}, lambda w, a: w.office.machines.all(a)),
    "group": ({SEC}, lambda w, a: w.office.groups.create(a, "g", "p", w.victim.id, Level.SECRET)),
    "events": ({SEC, AUD}, lambda w, a: w.office.audit.events(a)),
    "export": ({AUD}, lambda w, a: list(w.office.audit.export(a))),
    "records": ({U, SEC}, lambda w, a: w.office.records.page(a)),
    "queue": ({U, G, SEC}, lambda w, a: w.office.incidents.queue(a)),
}


@pytest.mark.parametrize("call", CALLS)
def test_every_call_refuses_every_role_that_has_no_right_to_it(world: World, call: str) -> None:
    officer = world.auditor  # an officer other than the caller in each case below
    may, act = CALLS[call]
    victim = world.office.accounts.create(world.sysadmin, "victim").account
    other = world.office.accounts.create(world.sysadmin, "other officer").account
    other = world.office.accounts.grant(world.secadmin, other.id, [Role.AUDITOR], Level.INTERNAL)
    world.people.update(victim=victim, officer=other)
    plain = world.office.accounts.create(world.sysadmin, "plain").account
    with world.office.ground.store.writing() as session:  # a password takes half a second; this test needs none
        from dlp.office.store.tables import AccountRow

        session.get_one(AccountRow, plain.id).state = "active"
    owner = world.office.accounts.grant(world.secadmin, plain.id, [Role.GROUP_OWNER], Level.INTERNAL)
    callers = {U: world.user, G: owner, SYS: world.sysadmin, SEC: world.secadmin, AUD: officer}
    for role, caller in callers.items():
        if role not in may:
            with pytest.raises(Refused):
                act(world, caller)
    for role in may:
        act(world, callers[role])


def test_the_first_start_makes_four_accounts_once(world: World) -> None:
    assert world.office.set_up
    assert {name: set(one.roles) for name, one in world.people.items()} == {
        "sysadmin": {SYS},
        "secadmin": {SEC},
        "auditor": {AUD},
        "user": {U},
    }
    assert (world.secadmin.clearance, world.user.clearance) == (Level.TOP_SECRET, Level.SENSITIVE)
    with pytest.raises(Conflict):
        first_start.set_up(world.office, "again")
    assert len(world.office.accounts.all(world.sysadmin)) == 4


def test_a_first_start_with_a_bad_name_leaves_nothing(fresh: Callable[[], Office]) -> None:
    office = fresh()
    with pytest.raises(DlpError):
        first_start.set_up(office, "x", user="SYSADMIN")
    assert not office.set_up
    assert len(first_start.set_up(office, "x").links) == 4


def test_a_link_sets_a_password_once_and_weak_ones_are_refused(world: World) -> None:
    invited = world.office.accounts.create(world.sysadmin, "wangxiaoming", "王小明")
    peeked = world.office.accounts.peek(invited.token)
    assert peeked and peeked.name == "wangxiaoming" and invited.token not in repr(invited)
    for weak in ("short", "wangxiaoming19900101", "13812345678901234"):
        with pytest.raises(UsageError):
            world.office.accounts.redeem(invited.token, weak)
    assert world.office.accounts.redeem(invited.token, PASSWORD).state is AccountState.ACTIVE
    assert world.office.accounts.peek(invited.token) is None
    with pytest.raises(KeysError):
        world.office.accounts.redeem(invited.token, PASSWORD)


def test_a_link_expires_and_a_new_one_kills_the_old(world: World) -> None:
    invited = world.office.accounts.create(world.sysadmin, "x")
    second = world.office.accounts.invite(world.sysadmin, invited.account.id)
    assert world.office.accounts.peek(invited.token) is None and world.office.accounts.peek(second.token)
    world.clock.pass_by(days=4)
    assert world.office.accounts.peek(second.token) is None


def test_signing_in_resuming_and_ending(world: World) -> None:
    signed = world.office.sessions.sign_in("ＵSER", PASSWORD, "127.0.0.1")
    assert signed.account.name == "user" and signed.token not in repr(signed)
    resumed = world.office.sessions.resume(signed.token)
    assert resumed and resumed.id == signed.account.id
    assert world.office.sessions.resume("x") is None and world.office.sessions.resume("") is None
    world.office.sessions.end(signed.token)
    assert world.office.sessions.resume(signed.token) is None


def test_a_session_idles_out_and_grows_too_old(world: World) -> None:
    signed = world.office.sessions.sign_in("user", PASSWORD, "")
    for _ in range(26):  # used every 25 minutes: not idle, and after 12 hours too old
        world.clock.pass_by(minutes=25)
        alive = world.office.sessions.resume(signed.token)
    assert world.clock and alive
    world.clock.pass_by(hours=1, minutes=30)
    assert world.office.sessions.resume(signed.token) is None
    signed = world.office.sessions.sign_in("user", PASSWORD, "")
    world.clock.pass_by(minutes=31)
    assert world.office.sessions.resume(signed.token) is None


def test_sessions_grow_too_old_even_when_used(world: World) -> None:
    signed = world.office.sessions.sign_in("user", PASSWORD, "")
    for _ in range(29):
        world.clock.pass_by(minutes=25)
        resumed = world.office.sessions.resume(signed.token)
    assert resumed is None


def test_wrong_unknown_and_disabled_sound_the_same_and_many_tries_lock(world: World) -> None:
    told = set()
    for name in ("user", "nobody"):
        with pytest.raises(KeysError) as caught:
            world.office.accounts.check(name, "wrong", "10.0.0.1")
        told.add(caught.value.message)
    world.person("gone")
    world.office.accounts.disable(world.sysadmin, world.gone.id)
    with pytest.raises(KeysError) as caught:
        world.office.accounts.check("gone", PASSWORD, "")
    assert told == {caught.value.message}
    for _ in range(4):
        with pytest.raises(KeysError):
            world.office.accounts.check("user", "wrong", "")
    with pytest.raises(KeysError, match="locked"):
        world.office.accounts.check("user", PASSWORD, "")
    world.clock.pass_by(seconds=31)
    assert world.office.accounts.check("user", PASSWORD, "").name == "user"


def test_a_disabled_account_is_out_at_once(world: World) -> None:
    signed = world.office.sessions.sign_in("user", PASSWORD, "")
    world.office.accounts.disable(world.sysadmin, world.user.id)
    assert world.office.sessions.resume(signed.token) is None
    world.office.accounts.enable(world.sysadmin, world.user.id)
    assert world.office.sessions.resume(signed.token) is None  # the session is gone, not asleep


def test_a_new_password_ends_the_other_sessions(world: World) -> None:
    here, there = (world.office.sessions.sign_in("user", PASSWORD, "") for _ in range(2))
    with pytest.raises(KeysError):
        world.office.accounts.change_password(world.user, "wrong", "nine violet otters hum 八音", keep=here.token)
    world.office.accounts.change_password(world.user, PASSWORD, "nine violet otters hum 八音", keep=here.token)
    assert world.office.sessions.resume(here.token) and not world.office.sessions.resume(there.token)


def test_rights_end_the_sessions_that_had_the_old_ones(world: World) -> None:
    signed = world.office.sessions.sign_in("user", PASSWORD, "")
    with pytest.raises(Refused, match="at most one"):
        world.office.accounts.grant(world.secadmin, world.user.id, [SYS, AUD], Level.INTERNAL)
    world.office.accounts.grant(world.secadmin, world.user.id, [U, SYS], Level.INTERNAL)
    assert world.office.sessions.resume(signed.token) is None
    with pytest.raises(Refused, match="own account"):
        world.office.accounts.grant(world.secadmin, world.secadmin.id, [SEC], Level.TOP_SECRET)


def test_names_are_one_person_whatever_the_case_and_width(world: World) -> None:
    with pytest.raises(Conflict):
        world.office.accounts.create(world.sysadmin, "ＵＳＥＲ")
    for bad in ("", " ", "a|b", "a\nb", "x" * 65):
        with pytest.raises(UsageError):
            world.office.accounts.create(world.sysadmin, bad)
    with pytest.raises(Refused, match="at most"):
        world.office.accounts.create(world.sysadmin, "spy", clearance=Level.SECRET)


def test_a_machine_is_known_by_its_token_until_it_is_revoked(world: World) -> None:
    known = world.office.machines.authenticate(world.token)
    assert known and known.id == world.machine.id and known.letter == "A"
    assert world.office.machines.authenticate("x") is None
    two = world.office.machines.enrol("two", world.sysadmin)
    assert two.machine.letter == "B" and world.office.machines.authenticate(two.token) is not None
    world.office.machines.revoke(world.sysadmin, two.machine.id)
    assert world.office.machines.authenticate(two.token) is None


def test_the_database_holds_no_token_and_no_password(world: World) -> None:
    signed = world.office.sessions.sign_in("user", PASSWORD, "")
    invited = world.office.accounts.create(world.sysadmin, "x")
    path = world.url.removeprefix("sqlite:///")
    dump = "\n".join(sqlite3.connect(path).iterdump())
    for secret in (signed.token, invited.token, world.token, PASSWORD):
        assert secret not in dump


def test_groups_have_people_an_owner_and_a_name_that_a_folder_can_have(world: World) -> None:
    with pytest.raises(UsageError):
        world.office.groups.create(world.secadmin, "a/b", "", world.user.id, Level.SECRET)
    group = world.office.groups.create(world.secadmin, "客户A", "delivery", world.user.id, Level.SECRET)
    assert (group.owner, group.members) == ("user", ("user",))
    owner = world.again("user")
    assert Role.GROUP_OWNER in owner.roles
    assert world.office.groups.add(owner, group.id, world.auditor.id).members == ("auditor", "user")
    assert world.office.groups.remove(owner, group.id, world.auditor.id).members == ("user",)
    with pytest.raises(Conflict):
        world.office.groups.create(world.secadmin, "客户a", "", world.user.id, Level.SECRET)
    assert world.office.groups.close(owner, group.id, "project ended").closed
    assert world.office.groups.all(world.sysadmin) == ()

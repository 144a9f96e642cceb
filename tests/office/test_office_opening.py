"""Opening sealed files: who, and never before it is written down."""

from __future__ import annotations

import hashlib
import io
import sqlite3
from datetime import timedelta

import pytest
from office_world import PASSWORD, World, sealed_body

from classifiers.model import Level
from dlp import ulid
from dlp.errors import KeysError, UsageError
from dlp.office import EventFilter, NotFound, Office, Refused, Role
from dlp.office.epochs import Epochs
from dlp.office.opening import BULK, MOST_OPENINGS, MOST_TRIES, PasswordAgain, TooMany, context
from keys import age, exchange
from keys.keystore import Keystore


def seal(world: World, content: bytes) -> tuple[age.SealedHeader, bytes]:
    target = io.BytesIO()
    made = age.seal(
        io.BytesIO(content), target, [world.keystore.epoch_recipient(), world.keystore.recovery_recipient()]
    )
    return made, target.getvalue()


def opens(world: World, name: str, header: bytes, reason: str = "") -> bool:
    _private, public = exchange.new_client_key()
    try:
        world.office.opening.release(world.office.accounts.get(world.people[name].id), header, public, reason)
    except KeysError:
        return False
    return True


def why(world: World) -> list[str]:
    events = world.office.audit.events(world.auditor, EventFilter(kind="opening."))
    return [event.body["why"] or event.kind for event in events]


def test_a_reader_gets_the_key_of_this_file_and_reads_it(world: World) -> None:
    made, sealed = seal(world, b"the content")
    world.tell("sealed", **sealed_body(made.digest, b"the content"))
    private, public = exchange.new_client_key()
    release = world.office.opening.release(world.user, made.header, public, name="User")
    file_key = exchange.unwrap(private, release.wrapped, context(made.header, "User"))
    target = io.BytesIO()
    age.open_with_file_key(io.BytesIO(sealed), target, file_key)
    assert target.getvalue() == b"the content"
    assert release.sha256 == hashlib.sha256(b"the content").hexdigest() and release.wrapped not in repr(release)
    (opening,) = world.office.sealed_files.openings(world.secadmin, made.digest)
    assert (opening.account, opening.outcome) == ("user", "released")
    assert world.office.sealed_files.show(world.secadmin, made.digest).openings == 1


class Watching:
    """The real keystore, which looks at the database file through a second connection before it unwraps."""

    def __init__(self, keystore: Keystore, path: str, broken: bool = False) -> None:
        self.keystore, self.path, self.broken, self.seen = keystore, path, broken, []

    def __getattr__(self, name: str) -> object:
        return getattr(self.keystore, name)

    def unwrap(self, header: bytes) -> bytes:
        with sqlite3.connect(self.path) as other:
            self.seen += other.execute("SELECT kind FROM events WHERE kind LIKE 'opening.%'").fetchall()
        return self.keystore.unwrap(header)


def test_invariant_7_no_key_is_released_before_its_event_is_durable(world: World) -> None:
    header = world.sealed()
    path = world.url.removeprefix("sqlite:///")
    watching = Watching(world.keystore, path)
    office = Office.open(world.url, watching, world.clock)  # type: ignore[arg-type]
    office.opening.release(world.user, header, exchange.new_client_key()[1])
    assert watching.seen == [("opening.released",)]
    office.close()


def test_invariant_7_where_the_event_cannot_be_written_no_key_is_released(world: World) -> None:
    header = world.sealed()
    path = world.url.removeprefix("sqlite:///")
    watching = Watching(world.keystore, path)
    office = Office.open(world.url, watching, world.clock)  # type: ignore[arg-type]
    with sqlite3.connect(path) as other:
        other.execute(
            "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    with pytest.raises(Exception, match="full"):
        office.opening.release(world.user, header, exchange.new_client_key()[1])
    assert watching.seen == []
    office.close()


def test_invariant_7_a_revoked_reader_is_refused_at_once(world: World) -> None:
    header, reader = world.sealed(), world.user
    assert opens(world, "user", header)
    world.office.accounts.disable(world.sysadmin, reader.id)
    with pytest.raises(KeysError):  # also with an account that the caller read before
        world.office.opening.release(reader, header, exchange.new_client_key()[1])
    assert why(world)[0] == "account_disabled"


def test_a_revoked_or_expired_file_opens_for_nobody(world: World) -> None:
    header = world.sealed()
    digest = hashlib.sha256(header).hexdigest()
    world.office.sealed_files.expire(world.secadmin, digest, "2099-01-01T00:00:00+08:00", "project")
    assert opens(world, "user", header)
    world.office.sealed_files.expire(world.secadmin, digest, "2020-01-01T00:00:00Z", "over")
    assert not opens(world, "user", header)
    world.office.sealed_files.expire(world.secadmin, digest, "2099-01-01T00:00:00Z", "again")
    world.office.sealed_files.revoke(world.secadmin, digest, "sent to the wrong people")
    assert not opens(world, "secadmin", header)
    assert why(world)[:3] == ["revoked", "expired", "opening.released"]


def test_who_may_open_without_a_group(world: World) -> None:
    world.person("low", clearance=Level.INTERNAL)
    world.person("sender", clearance=Level.PUBLIC)
    header = world.sealed(level="sensitive")
    allowed = {name for name in world.people if opens(world, name, header)}
    assert allowed == {"user", "secadmin", "sender"}


def test_who_may_open_within_a_group(world: World) -> None:
    for name in ("member", "stranger", "owner"):
        world.person(name, clearance=Level.HIGHLY_SECRET)
    group = world.office.groups.create(world.secadmin, "客户A", "", world.owner.id, Level.SECRET)
    world.office.groups.add(world.secadmin, group.id, world.member.id)
    fits = world.sealed(group="客户A", level="secret")
    above = world.sealed(group="客户A", level="highly_secret")
    unknown = world.sealed(group="客户B", level="internal")
    names = ("member", "stranger", "owner")
    assert [opens(world, name, fits) for name in names] == [True, False, True]
    assert [opens(world, name, above) for name in names] == [False, False, False]
    assert [opens(world, name, unknown) for name in names] == [False, False, False]
    seen = world.office.sealed_files.page(world.again("member")).rows
    assert {row.group for row in seen} == {"客户A"} and not world.office.sealed_files.page(world.stranger).rows
    world.office.groups.remove(world.secadmin, group.id, world.member.id)
    assert not opens(world, "member", fits)


def test_only_registered_headers_count(world: World) -> None:
    made, _ = seal(world, b"made by anybody with the public key")
    with pytest.raises(KeysError, match="not sealed by this office"):
        world.office.opening.release(world.user, made.header, exchange.new_client_key()[1])
    assert why(world) == ["unregistered_to_our_key"]
    foreign = age.seal(io.BytesIO(b"x"), io.BytesIO(), [str(age.generate().recipient)])
    assert not opens(world, "user", foreign.header)
    assert why(world)[0] == "unregistered"


@pytest.mark.parametrize(("header", "key"), [(b"", "x"), (b"x" * 70_000, "x")])
def test_a_header_that_is_none_is_a_usage_error(world: World, header: bytes, key: str) -> None:
    with pytest.raises(UsageError):
        world.office.opening.release(world.user, header, key)


def test_a_bad_client_key_is_an_event_and_a_clear_error(world: World) -> None:
    with pytest.raises(KeysError, match="handed out"):
        world.office.opening.release(world.user, world.sealed(), "not base64!")
    assert why(world)[0] == "ExchangeError"


def tried(world: World, count: int, outcome: str = "released") -> None:
    """As if the user had opened so many files a moment ago."""
    from dlp.office.store.tables import OpeningRow

    with world.office.ground.store.writing() as session:
        for _ in range(count):
            session.add(
                OpeningRow(
                    id=ulid.new(),
                    organisation="",
                    header_digest="x",
                    account=world.user.id,
                    name="user",
                    outcome=outcome,
                    why="",
                    at=world.office.ground.now(),
                )
            )


def ask(world: World, header: bytes, proven: bool = True) -> None:
    world.office.opening.release(world.user, header, exchange.new_client_key()[1], proven=proven)


def test_opening_the_whole_archive_in_one_go_is_stopped(world: World) -> None:
    header = world.sealed()
    tried(world, MOST_OPENINGS)
    with pytest.raises(TooMany):
        ask(world, header)
    world.clock.pass_by(minutes=11)
    ask(world, header)


def test_a_session_that_opens_many_files_proves_the_password_again(world: World) -> None:
    header = world.sealed()
    world.clock.pass_by(minutes=1)
    tried(world, BULK)
    with pytest.raises(PasswordAgain):
        ask(world, header, proven=False)
    assert why(world)[0] == "password_again"
    ask(world, header)  # where the password came with the request
    world.clock.pass_by(seconds=1)
    world.office.opening.proved(world.user)
    world.clock.pass_by(seconds=1)
    ask(world, header, proven=False)
    tried(world, BULK - 1)
    with pytest.raises(PasswordAgain):
        ask(world, header, proven=False)
    world.clock.pass_by(seconds=1)
    world.office.sessions.sign_in("user", PASSWORD, "")
    world.clock.pass_by(seconds=1)
    ask(world, header, proven=False)


def test_endless_tries_are_refused_and_do_not_fill_the_disk(world: World) -> None:
    header = world.sealed()
    tried(world, MOST_TRIES, "refused")
    before = len(why(world))
    for _ in range(5):
        with pytest.raises(TooMany):
            ask(world, header)
    assert len(why(world)) == before + 1 and why(world)[0] == "too_many"


def test_a_revoked_epoch_opens_nothing_from_the_next_request_on(world: World, keystore: Keystore) -> None:
    epochs = Epochs(world.office.ground)
    header = world.sealed()
    number = epochs.all(world.secadmin)[-1].number
    assert opens(world, "user", header)
    with pytest.raises(Refused):
        epochs.revoke(world.sysadmin, number, "stolen disk")
    with pytest.raises(UsageError, match="reason"):
        epochs.revoke(world.secadmin, number, " ")
    assert epochs.revoke(world.secadmin, number, "stolen disk").revoked
    try:
        with pytest.raises(KeysError, match="was revoked"):
            ask(world, header)
        later = world.sealed(b"sealed after it")
        assert opens(world, "user", later)
        digest = hashlib.sha256(header).hexdigest()
        outcomes = {one.outcome for one in world.office.sealed_files.openings(world.secadmin, digest)}
        assert outcomes == {"refused", "released"}
        assert why(world)[1] == "epoch_revoked"
    finally:
        epochs.allow_again(world.secadmin, number, "found again")
    assert opens(world, "user", header)
    kinds = [event.kind for event in world.office.audit.events(world.auditor, EventFilter(kind="epoch."))]
    assert kinds[::-1] == ["epoch.revoking", "epoch.revoked", "epoch.allowing", "epoch.allowed"]
    with pytest.raises(KeysError, match="no epoch 999"):
        epochs.revoke(world.secadmin, 999, "typing")


def test_rotation_leaves_older_files_opening(world: World) -> None:
    old, before = world.sealed(), world.keystore.epoch_recipient()
    revision = world.office.keys()["revision"]
    epoch = Epochs(world.office.ground).rotate(world.secadmin, "yearly")
    assert epoch.recipient == world.office.keys()["epoch"] != before
    assert world.office.keys()["revision"] != revision  # agents look at this
    assert opens(world, "user", old) and opens(world, "user", world.sealed(b"new"))


def test_a_clock_that_was_set_back_opens_nothing_that_has_expired(world: World) -> None:
    header = world.sealed()
    digest = hashlib.sha256(header).hexdigest()
    soon = world.clock.now + timedelta(minutes=5)
    world.office.sealed_files.expire(world.secadmin, digest, soon.isoformat(), "project")
    assert opens(world, "user", header)
    world.clock.pass_by(minutes=6)
    assert not opens(world, "user", header)
    world.clock.pass_by(minutes=-60)
    assert not opens(world, "user", header) and why(world)[0] == "expired"


def test_invariant_7_disabling_ends_open_sessions_too(world: World) -> None:
    header = world.sealed()
    signed = world.office.sessions.sign_in("user", PASSWORD, "")
    assert world.office.sessions.resume(signed.token) is not None
    world.office.accounts.disable(world.sysadmin, world.user.id)
    assert world.office.sessions.resume(signed.token) is None
    assert not opens(world, "user", header)


def test_an_archived_file_opens_with_a_reason_and_enough_clearance(world: World) -> None:
    made, _ = seal(world, b"received")
    world.tell(
        "record", record=ulid.new(), transfer=ulid.new(), object="o", header_digest=made.digest, file_id="f",
        sha256=hashlib.sha256(b"received").hexdigest(), name="通知.pdf", size=8, level="sensitive", account="wxid",
        path_digest="d", retain_until="", at=world.office.ground.now(),
    )  # fmt: skip
    assert not opens(world, "user", made.header)
    assert opens(world, "user", made.header, reason="the customer called")
    (event,) = world.office.audit.events(world.auditor, EventFilter(kind="opening.released"))
    assert event.body["reason"] == "the customer called"
    assert not opens(world, "auditor", made.header, reason="curious")
    (row,) = world.office.records.page(world.user).rows
    assert world.office.records.show(world.user, row.id).name == "通知.pdf"
    with pytest.raises(Refused):
        world.office.records.page(world.auditor)


def test_others_do_not_see_who_opened_what(world: World) -> None:
    header = world.sealed()
    digest = hashlib.sha256(header).hexdigest()
    with pytest.raises(NotFound):
        world.office.sealed_files.openings(world.user, digest)
    world.person("sender", Role.USER)
    assert opens(world, "user", header)
    assert len(world.office.sealed_files.openings(world.sender, digest)) == 1
    assert world.office.sealed_files.revoke(world.sender, digest, "mine").revoked

"""Editions of policy and packs as a machine takes them: signed, newer, agreeing with their examples; or not at all."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from classifiers.pack import shipped as packs
from dlp.agent import editions
from dlp.agent.editions import Editions, mend
from dlp.agent.force import InForce
from dlp.config import Home, Settings
from dlp.edition import Edition, EditionError
from dlp.inspection import edition_folder, edition_pointer, pack_files, policy_file
from dlp.journal import Journal
from dlp.link.office_file import OfficeFile
from dlp.model import Limits
from dlp.policy_file import shipped
from dlp.read.sandbox import Workers

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRICT = shipped("strict").read_text("utf-8").replace("Strict", "Ours")
PACK = """schema: 1
pack: own
title: {en: Own, zh: 自有}
rules:
  - id: own.project
    title: {en: Project, zh: 项目}
    category: trade_secret
    level: sensitive
    pattern: '北斗星计划'
    needs: [北斗星]
    base: 90
    matching: [关于北斗星计划的会议]
    not_matching: [北斗导航]
"""


def signed(sequence: int, key: Ed25519PrivateKey = KEY, **change: object) -> Edition:
    edition = Edition("ORG", sequence, "2026-11-25T00:00:00.000000Z", ("wang", "li"), **change)
    return edition.with_signature(key.sign(edition.signed()))


@dataclass
class World:
    """One machine with its journal, and the office as it knows it."""

    home: Home
    journal: Journal
    office: OfficeFile
    force: InForce
    taken: Editions

    def take(self, edition: Edition, told: int = 0) -> None:
        self.taken.take(edition.to_json(), self.office, told or edition.sequence)

    def again(self) -> Editions:
        """The same after a start."""
        mend(self.home, self.journal, self.office)
        self.force.reload()
        self.taken = Editions(self.force, self.journal)
        return self.taken

    def told(self) -> dict:
        return [one.body for one in self.journal.pending(50) if one.kind == "force"][-1]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the agent prepares of the shipped packs at its first start, made once: it takes seconds."""
    cache = tmp_path_factory.mktemp("prepared")
    with Workers(1, Limits(), packs(), bytes(32), cache) as workers:
        workers.warm()
    return cache


@pytest.fixture
def world(tmp_path: Path, prepared: Path) -> Iterator[World]:
    home = Home(tmp_path / "home")
    home.make()
    shutil.copytree(prepared, home.agent / "cache")
    journal = Journal.open(home.agent / "journal.db")
    office = OfficeFile("https://localhost", "", "t", "A", "age1", "age1")
    office = replace(office, verify=KEY.public_key().public_bytes_raw().hex(), organisation="ORG")
    force = InForce(home, Settings(), lambda _: False)
    force.begin(warm=True)
    try:
        yield World(home, journal, office, force, Editions(force, journal))
    finally:
        force.end()
        journal.close()


def test_a_signed_edition_comes_into_force_and_is_told(world: World) -> None:
    world.take(signed(3, policy=STRICT, packs=(("own", PACK),)))
    assert world.force.policy.title_en.startswith("Ours") and world.force.edition == 3
    assert policy_file(world.home, Settings()).read_text("utf-8") == STRICT
    assert pack_files(world.home)[-1].read_text("utf-8") == PACK
    told = world.told()
    assert (told["edition"], told["refused"], told["policy"]) == (3, 0, world.force.policy.digest)
    assert told["rules"] == world.force.rules != ""
    kinds = [event.kind for event in world.journal.events()]
    assert kinds == ["edition.taken"]
    world.take(signed(4, profile="strict"))  # back to a shipped one: the texts of before are gone
    assert policy_file(world.home, Settings()) == shipped("strict")
    assert not any(path.name == "own.yaml" for path in pack_files(world.home))


def stranger(edition: Edition) -> Edition:
    return edition.with_signature(Ed25519PrivateKey.generate().sign(edition.signed()))


FORGED = {
    "another key": lambda: stranger(signed(9, policy=STRICT)),
    "another text": lambda: replace(signed(9, policy=STRICT), policy=STRICT + "# x\n"),
    "another number": lambda: replace(signed(2, policy=STRICT), sequence=9),
    "another pack": lambda: replace(signed(9, packs=(("own", PACK),)), packs=(("own", PACK + "# x\n"),)),
    "another profile": lambda: replace(signed(9, profile="strict"), profile="standard"),
    "another office": lambda: replace(signed(9), organisation="OTHER").with_signature(
        KEY.sign(replace(signed(9), organisation="OTHER").signed())
    ),
    "no signature": lambda: replace(signed(9), signature=""),
}


@pytest.mark.parametrize("how", sorted(FORGED))
def test_what_the_office_did_not_sign_is_refused_and_told(world: World, how: str) -> None:
    world.take(signed(2, policy=STRICT))
    before = world.force.policy.digest
    world.take(FORGED[how]())
    assert world.force.policy.digest == before and edition_folder(world.home).number == 2
    told = world.told()
    assert told["refused"] == 9 and told["edition"] == 2 and "signed" in told["problem_en"] and told["problem_zh"]
    assert world.taken.known() == 9, "it is not asked for again at once"
    assert [event.kind for event in world.journal.events()] == ["edition.taken", "edition.refused"]
    world.take(signed(3))  # the true next one still comes in
    assert world.force.edition == 3 and world.told()["problem_en"] == ""


def test_an_unsigned_one_is_looked_at_again_after_a_while(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.take(stranger(signed(9)))
    assert world.taken.known() == 9
    later = time.monotonic() + editions.AGAIN_SECONDS + 1
    monkeypatch.setattr(editions.time, "monotonic", lambda: later)
    assert world.taken.known() == 0


def test_an_older_edition_is_never_put_in_force_again(world: World) -> None:
    old, new = signed(4, policy=STRICT), signed(5, profile="standard")
    world.take(old)
    world.take(new)
    world.take(old, told=6)
    assert world.force.edition == 5 and "not newer" in world.told()["problem_en"]
    world.again()
    world.take(old, told=6)
    world.take(new, told=6)
    assert world.force.edition == 5
    world.take(signed(6, policy=STRICT))  # to go back is a new edition
    assert world.force.edition == 6 and world.force.policy.title_en.startswith("Ours")


BROKEN = {
    "policy": {"policy": STRICT.replace("action: block", "action: blok", 1)},
    "examples": {"policy": STRICT.replace("expect: ", "expect: not-", 1)},
    "pack": {"packs": (("own", PACK.replace("[北斗导航]", "[北斗星计划书]")),)},
    "yaml": {"packs": (("own", "rules: nonsense"),)},
}


@pytest.mark.parametrize("what", sorted(BROKEN))
def test_what_disagrees_with_its_own_examples_leaves_the_old_in_force(world: World, what: str) -> None:
    world.take(signed(1, policy=STRICT))
    before = (world.force.policy.digest, world.force.rules)
    world.take(signed(2, **BROKEN[what]))
    assert (world.force.policy.digest, world.force.rules) == before and world.force.edition == 1
    told = world.told()
    assert (told["edition"], told["refused"]) == (1, 2) and told["problem_en"] and told["problem_zh"]
    assert world.taken.known() == 2, "only a newer one helps"
    assert world.again().known() == 1, "a newer program may be able to use it: each start tries once more"


class Killed(BaseException):
    pass


@pytest.mark.parametrize("point", ["write", "adopt", "pointer", "note"])
def test_a_kill_leaves_the_old_or_the_new_and_the_next_start_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    world.take(signed(1, policy=STRICT))

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as at:
        if point == "adopt":
            at.setattr(InForce, "adopt", killed)
        elif point == "pointer":
            at.setattr(editions, "write_whole", lambda path, *_: killed() if path.name == "edition" else None)
        else:
            at.setattr(editions, f"_{point}", killed)
        with pytest.raises(Killed):
            world.take(signed(2, profile="standard"))
    assert world.force.edition == 1, "nothing is judged by what is not durable"
    after = world.again()
    assert world.force.edition == (2 if point == "note" else 1)
    assert after.known() == world.force.edition
    world.take(signed(2, profile="standard"))
    assert world.force.edition == 2 and edition_folder(world.home).number == 2
    assert [event.subject for event in world.journal.events() if event.kind == "edition.taken"] == ["1", "2"]


def test_texts_that_somebody_changes_on_disk_are_put_right(world: World) -> None:
    world.take(signed(1, policy=STRICT, packs=(("own", PACK),)))
    digest = world.force.policy.digest
    folder = edition_folder(world.home).path
    (folder / "policy.yaml").write_text(shipped("standard").read_text("utf-8"), "utf-8")
    (folder / "packs" / "more.yaml").write_text("rules: nonsense", "utf-8")
    (folder / "packs" / "own.yaml").unlink()
    world.again()
    assert world.force.policy.digest == digest and not (folder / "packs" / "more.yaml").exists()
    assert pack_files(world.home)[-1].read_text("utf-8") == PACK


def test_an_edition_changed_on_disk_is_not_used_and_comes_again(world: World) -> None:
    edition = signed(7, policy=STRICT)
    world.take(edition)
    manifest = edition_folder(world.home).path / "edition.json"
    raw = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps({**raw, "policy": shipped("standard").read_text("utf-8")}), "utf-8")
    after = world.again()
    assert edition_folder(world.home) is None and world.force.edition == 0 and after.known() == 6
    world.take(signed(6, policy=STRICT), told=7)  # not even then an older one
    assert world.force.edition == 0
    world.take(edition)
    assert world.force.edition == 7


def test_a_pointer_to_elsewhere_is_none(world: World, tmp_path: Path) -> None:
    for name in ("../../../etc", "", "00000001-x", "/etc"):
        edition_pointer(world.home).write_text(name, "ascii")
        assert edition_folder(world.home) is None


def test_the_machine_s_own_files_hold_beside_and_below_the_office_s(world: World) -> None:
    world.home.policy.write_text(STRICT.replace("Ours", "Mine"), "utf-8")
    world.home.packs.joinpath("own.yaml").write_text("rules: nonsense", "utf-8")
    world.take(signed(1, packs=(("own", PACK),)))
    assert policy_file(world.home, Settings()) == world.home.policy
    assert [path.parent.parent.name[:8] for path in pack_files(world.home) if path.name == "own.yaml"] == ["00000001"]
    world.take(signed(2, policy=STRICT, packs=(("own", PACK),)))
    assert world.force.policy.title_en.startswith("Ours")


def test_the_first_signing_key_that_was_heard_stays(world: World) -> None:
    recipient = "age1" + "q" * 58
    bare = replace(world.office, verify="", organisation="")
    keys = {"epoch": recipient, "recovery": recipient, "revision": 2, "verify": "aa", "organisation": "ORG"}
    heard = bare.heard(keys)
    assert (heard.verify, heard.organisation) == ("aa", "ORG") and heard.accounts is None
    again = heard.heard({**keys, "verify": "bb", "organisation": "OTHER", "accounts": ["wxid_a"]})
    assert (again.verify, again.organisation, again.accounts) == ("aa", "ORG", ("wxid_a",))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=6),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["organisation", "sequence", "at", "by", "profile", "policy", "packs", "signature"]),
                inner,
            )
        ),
        max_leaves=20,
    )
)
def test_what_is_no_edition_is_said_and_never_crashes(raw: object) -> None:
    try:
        edition = Edition.from_json(raw)
    except EditionError:
        return
    assert Edition.from_json(json.loads(json.dumps(edition.to_json()))) == edition


def test_an_edition_travels_whole() -> None:
    edition = signed(5, policy=STRICT, packs=(("a", PACK), ("b", "x")), profile="strict")
    assert Edition.from_json(json.loads(json.dumps(edition.to_json()))) == edition
    for wrong in ([["b", "x"], ["a", "x"]], [["a", "x"], ["a", "y"]], [["../a", "x"]], [["a"]], ["a"]):
        with pytest.raises(EditionError):
            Edition.from_json({**edition.to_json(), "packs": wrong})

"""Policies are data that prove themselves: both shipped ones, and every way a bad one is refused by name."""

from dataclasses import replace

import pytest

from classifiers.model import Category, Classification, Finding, Gap, GapKind, GapReason, Level, Place
from dlp.model import Action, Choice, Document, Origin
from dlp.policy_file import PROFILES, PolicyError, load, shipped

DOCUMENT = Document("a.txt", 10, "0" * 64, "text/plain")


def classification(*parts):
    findings = tuple(p for p in parts if isinstance(p, Finding))
    level = max((f.level for f in findings if f.score >= 65), default=Level.PUBLIC)
    return Classification(level, findings, tuple(p for p in parts if isinstance(p, Gap)), "")


def finding(level, category, score):
    return Finding("r", level, category, score, Place(), "", "")


SECRET = finding(Level.SECRET, Category.STATE_SECRET, 90)
PERSONAL = finding(Level.SENSITIVE, Category.PERSONAL_INFO, 90)
ENCRYPTED = Gap(GapKind.UNREADABLE, GapReason.ENCRYPTED)


@pytest.mark.parametrize("name", PROFILES)
def test_shipped_policies_run_their_own_examples(name):
    assert load(shipped(name)).name == name


@pytest.mark.parametrize(
    ("parts", "standard", "strict"),
    [
        ((), Action.ALLOW, Action.ENCRYPT),
        ((SECRET,), Action.BLOCK, Action.BLOCK),
        ((replace(SECRET, score=70),), Action.HOLD, Action.HOLD),
        ((PERSONAL,), Action.ENCRYPT, Action.ENCRYPT),
        ((PERSONAL, ENCRYPTED), Action.HOLD, Action.HOLD),
        ((SECRET, ENCRYPTED), Action.BLOCK, Action.BLOCK),
        ((Gap(GapKind.UNSEEN, GapReason.PICTURE, coverage=0.1),), Action.ALLOW, Action.HOLD),
        ((Gap(GapKind.UNSEEN, GapReason.PICTURE),), Action.HOLD, Action.HOLD),
        ((Gap(GapKind.UNSEEN, GapReason.PICTURE_IN_PART),), Action.ALLOW, Action.HOLD),
    ],
)
def test_table_of_design_5_3(parts, standard, strict):
    got = [load(shipped(name)).decide(DOCUMENT, classification(*parts), Origin()).action for name in PROFILES]
    assert got == [standard, strict]


@pytest.mark.parametrize("name", PROFILES)
def test_encrypting_is_never_a_way_out_for_a_secret_file(name):
    verdict = load(shipped(name)).decide(DOCUMENT, classification(SECRET), Origin())
    assert {o.choice for o in verdict.options}.isdisjoint({Choice.RELEASE, Choice.RELEASE_SEALED})
    assert next(o for o in verdict.options if o.choice is Choice.FALSE_POSITIVE).people == 2


def test_two_findings_that_are_each_half_secret_and_half_certain_do_not_block():
    parts = classification(replace(SECRET, score=70), finding(Level.INTERNAL, Category.INTERNAL, 95))
    assert load(shipped("standard")).decide(DOCUMENT, parts, Origin()).action is Action.HOLD


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("action: block", "action: blok", ["state-secret", "action"]),
        ("min_level: secret, certainty: high", "min_level: secrt, certainty: high", ["state-secret", "min_level"]),
        ("certainty: high", "certanty: high", ["state-secret", "certanty", "no effect"]),
        ("id: unseen", "id: unreadable", ["unreadable", "twice"]),
        ("when: {level: internal}", "when: {}", ["name-lies", "ever reached"]),
        ("expect: internal}", "expect: sensitive}", ["met rule internal", "expected sensitive"]),
        ("people: 2", "people: 3", ["people", "expected 1 or 2"]),
        ("schema: 1", "schema: 9", ["schema", "expected 1"]),
        ("rules:", "rules: [", ["not YAML"]),
    ],
)
def test_a_bad_policy_is_refused_and_named(tmp_path, old, new, says):
    text = shipped("standard").read_text("utf-8")
    assert old in text
    bad = tmp_path / "bad.yaml"
    bad.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(PolicyError) as caught:
        load(bad)
    for word in says:
        assert word in caught.value.message.en
    assert caught.value.message.zh != caught.value.message.en


def test_a_policy_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(PolicyError, match="cannot be read"):
        load(tmp_path / "none.yaml")


def test_what_may_leave_as_a_zip_is_a_row_of_the_policy(tmp_path):
    standard, strict = load(shipped("standard")), load(shipped("strict"))
    assert strict.outsiders is None
    for parts, may in (((), True), ((PERSONAL,), True), ((SECRET,), False), ((PERSONAL, ENCRYPTED), False)):
        verdict = standard.decide(DOCUMENT, classification(*parts), Origin())
        assert standard.outsiders.permits(verdict) == may
    text = shipped("standard").read_text("utf-8")
    own = tmp_path / "own.yaml"
    own.write_text(text.replace("{highest: sensitive}", "{highest: internal, groups: [伙伴]}"), "utf-8")
    outsiders = load(own).outsiders
    assert outsiders.permits_group("伙伴") and not outsiders.permits_group("")
    assert not outsiders.permits(load(own).decide(DOCUMENT, classification(PERSONAL), Origin()))
    for bad in (
        "{highest: secret}",
        "{highest: nonsense}",
        "{}",
        "{highest: internal, groups: all}",
        "{lowest: public}",
    ):
        own.write_text(text.replace("{highest: sensitive}", bad), "utf-8")
        with pytest.raises(PolicyError, match="outsiders"):
            load(own)

"""What changes between two policies is told rule by rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlp.office.differences import Change, between

SHIPPED = Path(__file__).resolve().parents[2] / "dlp" / "policies"
TEXT = """policy: a
# a word before

rules:
  - id: first
    action: block

  - id: second
    action: hold

  - id: "third"
    action: allow
"""


def told(before: str, after: str) -> list[tuple[str, Change]]:
    return [(part.name, part.change) for part in between(before, after)]


@pytest.mark.parametrize(
    "same", [TEXT, TEXT.replace("\n", "\r\n"), TEXT + "\n\n", TEXT.replace("block\n", "block  \n")]
)
def test_line_ends_and_blanks_are_no_change(same: str) -> None:
    assert between(TEXT, same) == ()


def test_each_kind_of_change() -> None:
    assert told(TEXT, TEXT.replace("policy: a", "policy: b")) == [("", Change.CHANGED)]
    (part,) = between(TEXT, TEXT.replace("action: hold", "action: allow"))
    assert (part.name, part.change) == ("second", Change.CHANGED)
    assert [(line.sign, line.text.strip()) for line in part.lines if line.sign in "+-" and line.sign] == [
        ("-", "action: hold"),
        ("+", "action: allow"),
    ]
    shorter = TEXT.replace("  - id: second\n    action: hold\n\n", "")
    assert told(TEXT, shorter) == [("second", Change.REMOVED)]
    assert told(shorter, TEXT) == [("second", Change.ADDED)]


def test_a_rule_that_only_moved_is_said_because_the_first_that_fits_decides() -> None:
    first, second = "  - id: first\n    action: block\n", "  - id: second\n    action: hold\n"
    moved = TEXT.replace(first, "@").replace(second, first).replace("@", second)
    assert [change for _, change in told(TEXT, moved)] == [Change.MOVED]


def test_the_two_shipped_policies_differ_and_agree_with_themselves() -> None:
    standard, strict = ((SHIPPED / f"{name}.yaml").read_text("utf-8") for name in ("standard", "strict"))
    assert between(standard, standard) == ()
    assert between(standard, strict)


def test_what_stands_before_the_rules_is_told_by_its_fields() -> None:
    standard = (SHIPPED / "standard.yaml").read_text("utf-8")
    (part,) = between(standard, standard.replace("public: 365", "public: 30"))
    assert (part.name, part.fields) == ("", ("retention",))
    (part,) = between(
        standard, standard.replace("  zh: 本单位指定", "  zh: 我司指定").replace("outsiders: {highest: sensitive}", "")
    )
    assert part.fields == ("channel", "outsiders")

"""Names that files get: the next free one, cut to what a file system takes, and never without their ending."""

from __future__ import annotations

import os

import pytest

from dlp.custody.drafts import sealed_name
from dlp.naming import LONGEST_NAME, numbered


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("plain.txt", 1, "plain.txt"),
        ("plain.txt", 2, "plain (2).txt"),
        ("ids.csv.age", 2, "ids (2).csv.age"),
        ("ids.age", 2, "ids (2).age"),
        (".age", 2, ".age (2)"),
        ("notes", 3, "notes (3)"),
        (".bashrc", 2, ".bashrc (2)"),
        ("a.what is this but no ending", 2, "a.what is this but no ending (2)"),
        ("字" * 85 + ".docx", 1, "字" * 83 + ".docx"),
        ("字" * 85 + ".docx", 12, "字" * 81 + " (12).docx"),
    ],
)
def test_the_next_name(name: str, number: int, expected: str) -> None:
    assert numbered(name, number) == expected
    assert len(os.fsencode(expected)) <= LONGEST_NAME


@pytest.mark.parametrize(
    ("name", "expected"),
    [("ids.csv", "ids.csv.age"), ("ids", "ids.age"), ("字" * 83 + ".xlsx", "字" * 82 + ".xlsx.age")],
)
def test_a_sealed_copy_keeps_the_ending_of_what_is_in_it(name: str, expected: str) -> None:
    assert sealed_name(name) == expected

"""A file that a limit cut short says how far it was read, in both languages, and keeps what was found until there."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from reading import read_bytes

from dlp.coverage_words import read_so_far
from dlp.demo import papers
from dlp.language import Language
from dlp.model import Limits
from dlp.verdict_words import gap_line


def many_pages(count: int) -> bytes:
    import pikepdf

    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(papers.all_files()["红头文件.pdf"])) as one, pikepdf.new() as book:
        for _ in range(count):
            book.pages.append(one.pages[0])
        book.save(made)
    return made.getvalue()


def test_pages_that_were_read_are_named() -> None:
    found = read_bytes(many_pages(6), "a.pdf", replace(Limits(), pages=4))
    assert {block.place.page for block in found.blocks} >= {1, 2, 3, 4}
    (gap,) = (gap for gap in found.gaps if gap.detail.startswith("pages"))
    assert gap.coverage == pytest.approx(2 / 6)
    assert "pages 1–4 of 6 were read" in gap_line(gap, Language.EN)
    assert "已读第 1–4 页，共 6 页" in gap_line(gap, Language.ZH)


def test_a_long_log_says_its_share() -> None:
    found = read_bytes(b"a line of text\n" * 100_000, "a.log", replace(Limits(), expanded_characters=600_000))
    (gap,) = found.gaps
    assert "of it was read" in gap_line(gap, Language.EN)
    assert 0.4 < gap.coverage < 0.8


@pytest.mark.parametrize("detail", ["", "seconds", "syntax", "seconds: 3 of 0 pages read"])
def test_other_details_say_nothing(detail: str) -> None:
    assert read_so_far(detail) is None

"""The report counts what it should, and says where a figure falls short."""

from __future__ import annotations

import pytest

pytest.importorskip("cv2", reason="the generator's libraries are those of the extra [ocr]")
pytest.importorskip("PIL", reason="the generator's libraries are those of the extra [ocr]")

from benchmarks.pictures.judge import Result
from benchmarks.pictures.label import Label, Want
from benchmarks.pictures.page import BEGIN, END, part_of, written_into
from benchmarks.pictures.report import Report


def result(want: Want, right: bool, action: str = "block", px: int = 16, number: int = 0) -> Result:
    label = Label(
        want,
        "official" if want is Want.MARK else "receipt",
        level="secret",
        px=px,
        number=number,
        wear=("blur", "JPEG 40"),
    )
    return Result(label, right, action, "state-secret", ("cn.mark.star secret 90 term",), (), 120.0)


def report(*results: Result) -> Report:
    made = Report(1, 8)
    for one in results:
        made.add(one)
    return made


def test_a_run_that_reaches_all_is_good() -> None:
    made = report(
        *[result(Want.MARK, True)] * 99, result(Want.MARK, False), *[result(Want.NOTHING, True, "allow")] * 50
    )
    assert made.good()
    assert "99.00%" in made.text()


@pytest.mark.parametrize(
    "worse",
    [
        [result(Want.MARK, False, "allow")] * 4,
        [result(Want.NUMBER, False, "allow")] * 2,
        [result(Want.NOTHING, False, "block")],
        [result(Want.NOTHING, False, "hold")],
    ],
)
def test_a_run_that_falls_short_is_not_good_and_names_the_miss(worse: list[Result]) -> None:
    made = report(*[result(Want.MARK, True)] * 90, *[result(Want.NOTHING, True, "allow")] * 90, *worse)
    assert not made.good()
    assert "- number 0:" in made.text()


def test_type_below_sixteen_pixels_is_shown_apart() -> None:
    made = report(result(Want.MARK, False, "allow", px=12), result(Want.MARK, True))
    assert made.share(Want.MARK) == 1
    assert made.share(Want.MARK, "all") == 0.5
    assert "| 12 | 1 | 0.0% |" in made.text()


def test_a_result_is_kept_and_read_again() -> None:
    one = result(Want.MARK, True)
    assert Result.of(one.json()) == one


def test_the_page_keeps_its_other_parts() -> None:
    part = report(result(Want.MARK, True)).text()
    page = "# Page\n\n## First\n\n## Papers written apart from the generator\n\nrest\n"
    once = written_into(page, part)
    assert once.index("## First") < once.index(BEGIN) < once.index("## Papers written apart")
    assert written_into(once, part) == once
    assert once.count(BEGIN) == once.count(END) == 1
    assert part_of(once) == part
    assert part_of(page) == ""
    assert written_into(page, part_of(page)) == page

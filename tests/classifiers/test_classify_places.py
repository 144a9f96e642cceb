"""What a region allows: misread stars in pictures only, a level at the start of a footer, a name that lies."""

from __future__ import annotations

import io
import tempfile
import zipfile

import pytest

from classifiers.engine import classify
from classifiers.model import Block, Category, Certainty, Finding, Level, Place, Region
from classifiers.pack import load, shipped
from classifiers.rules import Rules
from dlp.model import Limits
from dlp.read import document


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load(shipped())


def level(text: str, region: Region, rules: Rules) -> Level:
    return classify([Block(text, Place(region, page=1)), Block("正文")], rules, b"k").level


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("机密女10年", Level.HIGHLY_SECRET),
        ("秘窑友5年\n某某省统计局", Level.SECRET),
        ("绝密太长期", Level.TOP_SECRET),
        ("机密10年", Level.HIGHLY_SECRET),
        ("机 密 大 20 年", Level.HIGHLY_SECRET),
        ("机案★10年", Level.HIGHLY_SECRET),
    ],
)
def test_a_misread_star_or_word_is_a_mark_in_a_picture_and_nowhere_else(
    text: str, expected: Level, rules: Rules
) -> None:
    assert level(text, Region.PICTURE, rules) is expected
    for region in (Region.BODY, Region.HEADER, Region.CELL):
        assert level(text, region, rules) is Level.PUBLIC, region


@pytest.mark.parametrize("text", ["机密女特工", "秘密花园十年", "这个秘密女友10年后才知道", "机密文件10年"])
def test_text_in_a_picture_that_only_looks_like_a_mark_is_none(text: str, rules: Rules) -> None:
    assert level(text, Region.PICTURE, rules) is Level.PUBLIC


def read(content: bytes, name: str, rules: Rules) -> list[Finding]:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        return list(classify(document.read(file.fileno(), name, Limits()).parts, rules, b"k").findings)


def test_a_name_that_lies_about_the_type_is_a_finding_of_a_real_file(rules: Rules) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.txt", "一般通知")
    lies = [one for one in read(made.getvalue(), "holiday.jpg", rules) if one.rule == "file.type.lies"]
    assert [(one.level, one.category, one.masked) for one in lies] == [
        (Level.INTERNAL, Category.INTERNAL, "jpg: application/zip")
    ]
    assert lies[0].score >= Certainty.MEDIUM
    assert not [one for one in read(made.getvalue(), "holiday.zip", rules) if one.rule == "file.type.lies"]

"""What classification forgives in pictures: a lost star, a misread character, a broken number; and nowhere else."""

from __future__ import annotations

import pytest

from classifiers.engine import classify
from classifiers.model import Block, Certainty, Classification, Level, Place, Region
from classifiers.pack import load, shipped
from classifiers.rules import Rules

TITLE = "关于报送某项目材料的函"
ALLOWANCES = (
    "cn.mark.picture",
    "cn.mark.picture_word",
    "cn.mark.picture_star",
    "cn.mark.picture_bare",
    "cn.id.resident_read",
)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load(shipped())


def seen(*lines: str, rules: Rules, region: Region = Region.PICTURE, top: float = 0.05) -> Classification:
    """Lines of a picture from ``top`` on downwards."""
    parts = [Block(text, Place(region, x=0.1, y=top + 0.04 * n)) for n, text in enumerate(lines)]
    return classify(parts, rules, b"k")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("机密10年", Level.HIGHLY_SECRET),  # the star is lost
        ("机 密 1 0 年", Level.HIGHLY_SECRET),
        ("（秘密，5年）", Level.SECRET),
        ("秘密长期", Level.SECRET),
        ("绝密水久", Level.TOP_SECRET),
        ("绝密启用前", Level.TOP_SECRET),
        ("机密2031年12月", Level.HIGHLY_SECRET),
        ("机密食l0年", Level.HIGHLY_SECRET),  # star and digit misread
        ("秘密会2O年", Level.SECRET),
        ("密级：绝密占29年 编号：X-2026-008", Level.TOP_SECRET),
        ("机宙★用前", Level.HIGHLY_SECRET),  # a character of the term lost
        ("机宙★10年", Level.HIGHLY_SECRET),  # 密
        ("秘出★5年", Level.SECRET),
        ("私密★5年", Level.SECRET),  # 秘
        ("纯密★30年", Level.TOP_SECRET),  # 绝
        ("杭密★10年", Level.HIGHLY_SECRET),  # 机
        ("地密★长期", Level.TOP_SECRET),
        ("绝★2031年12月", Level.TOP_SECRET),  # 密 lost, or read as anything
        ("机座★10年", Level.HIGHLY_SECRET),
        ("秘 离 ★ 6 个 月", Level.SECRET),
        ("密★5年", Level.SECRET),
        ("秘密", Level.SECRET),  # star at the line's end, lost
    ],
)
def test_a_misread_mark_at_the_head_of_a_picture_is_found_and_a_person_decides(
    line: str, expected: Level, rules: Rules
) -> None:
    found = seen(line, TITLE, rules=rules)
    assert found.level is expected
    assert max(one.score for one in found.findings) < Certainty.HIGH


@pytest.mark.parametrize("line", ["机密10年", "机密食l0年", "机宙★10年", "私密★5年", "秘密启用前", "机座★10年"])
@pytest.mark.parametrize("region", [Region.BODY, Region.HEADER, Region.CELL, Region.TEXT_BOX, Region.METADATA])
def test_the_same_is_forgiven_nowhere_else(line: str, region: Region, rules: Rules) -> None:
    assert not [one for one in seen(line, TITLE, rules=rules, region=region).findings if one.rule in ALLOWANCES]


def test_an_issued_paper_with_a_lost_star_is_blocked(rules: Rules) -> None:
    found = seen("000012", "机密10年", "特急", "某某省人民政府文件", "某政发〔2024〕12号", rules=rules)
    assert (found.level, found.findings[0].certainty) == (Level.HIGHLY_SECRET, Certainty.HIGH)


def test_a_misread_level_is_never_enough_to_block(rules: Rules) -> None:
    found = seen("000012", "机宙★10年", "特急", "某某省人民政府文件", "某政发〔2024〕12号", rules=rules)
    assert (found.level, found.findings[0].certainty) == (Level.HIGHLY_SECRET, Certainty.MEDIUM)


@pytest.mark.parametrize(
    "lines",
    [
        ("机密女特工",),
        ("秘密花园十年",),
        ("秘密十年", "第一章"),
        ("机房10年", "运维总结"),
        ("机座10年", "质保说明"),
        ("★10年", "老店"),
        ("秘书★3年经验", "招聘"),
        ("私密日记5年",),
        ("我们的私密★5年之约",),
        ("保守机密10年如一日",),
        ("标志形式为", "机密10年"),
        ("例如：", "机密10年", "顶格编排"),
        ("密级 期限", "绝密 三十年", "机密 二十年", "秘密 十年"),
        ("A．秘密10年", "B．机密20年", "C．绝密30年"),
        ("1·标志形式是", "A·秘密★28年", "B·秘密二年"),  # the stop read as a point
        ("商业秘密3年", "供货合同"),
        ("公开", "内部", "秘密", "机密", "绝密"),
    ],
)
def test_talk_of_marks_in_a_picture_is_no_mark(lines: tuple[str, ...], rules: Rules) -> None:
    assert seen(*lines, rules=rules).level is Level.PUBLIC


def test_below_the_head_of_a_picture_a_lost_star_is_not_made_up_for(rules: Rules) -> None:
    talk = ["会议纪要已经发给各位同事，请大家在周五之前把意见发到综合处的邮箱里。"] * 4
    assert seen(*talk, "机密10年", "再说吧", rules=rules, top=0.5).level is Level.PUBLIC


def test_a_page_cut_low_still_has_its_head(rules: Rules) -> None:
    assert seen("文件", "开始", "插入", "机密10年", TITLE, rules=rules, top=0.3).level is Level.HIGHLY_SECRET
    assert seen("机密10年", TITLE, rules=rules, top=0.65).level is Level.PUBLIC


def test_a_whole_number_is_found_once(rules: Rules) -> None:
    found = seen("身份证号：110105 19491231 002X", "身份证号：11010519491231002X", rules=rules)
    assert [one.rule for one in found.findings if one.score >= Certainty.MEDIUM] == ["cn.id.resident"]


def test_a_mark_that_was_read_with_little_certainty_is_for_a_person(rules: Rules) -> None:
    place = Place(Region.PICTURE, x=0.1, y=0.1)
    for sure, certainty in ((0.95, Certainty.HIGH), (0.5, Certainty.MEDIUM)):
        found = classify([Block("机密★10年", place, sure), Block(TITLE, place)], rules, b"k")
        assert (found.level, found.findings[0].certainty) == (Level.HIGHLY_SECRET, certainty)


def test_a_clear_mark_is_found_once(rules: Rules) -> None:
    assert [one.rule for one in seen("机密★10年", TITLE, rules=rules).findings] == ["cn.mark.star"]


@pytest.mark.parametrize(
    "lines",
    [
        ("公民身份号码", "11O105194912310O2X"),
        ("公民身份号码 l10105I949123l002X",),
        ("帮我订票，身份证1101051949", "1231002X"),
        ("帮我订票，身份证11010", "519491231002X"),
        ("号码1101051949123100", "2X"),
    ],
)
def test_a_number_with_misread_digits_counts_where_its_check_digit_holds(lines: tuple[str, ...], rules: Rules) -> None:
    found = seen(*lines, rules=rules, top=0.6)
    assert [one.rule for one in found.findings if one.score >= Certainty.MEDIUM] == ["cn.id.resident_read"]
    assert not [one for one in seen(*lines, rules=rules, region=Region.BODY).findings if one.rule in ALLOWANCES]


@pytest.mark.parametrize("text", ["公民身份号码 11O105194912310021", "订单号 11O105194912310O2X", "SOlBOIl0SBoI1l0OX2"])
def test_letters_that_only_look_like_a_number_are_none(text: str, rules: Rules) -> None:
    assert seen(text, rules=rules).level is Level.PUBLIC


def test_a_misread_number_is_the_same_person_as_the_number(rules: Rules) -> None:
    read, true = (
        seen(f"身份证号：{text}", rules=rules).findings[0] for text in ("11O105I9491231OO2X", "11010519491231002X")
    )
    assert (read.fingerprint, read.masked[:2]) == (true.fingerprint, true.masked[:2])


def test_lines_that_come_in_two_batches_are_read_as_they_stand_in_the_picture(rules: Rules) -> None:
    def line(text: str, y: float) -> Block:
        return Block(text, Place(Region.PICTURE, x=0.1, y=y))

    talk = "根据要求，请各单位认真对照执行，并于周五前报送，逾期未报的将在下周例会上通报。"
    parts = [
        line("好的", 0.05),
        line("574", 0.44),
        line("记得带身份证", 0.66),
        line(talk, 0.5),
        line("证2101021960102", 0.41),
    ]
    assert not [one for one in classify(parts, rules, b"k").findings if one.score >= Certainty.MEDIUM]
    parts = [
        line("好的", 0.05),
        line("72574", 0.44),
        line("记得带身份证", 0.66),
        line(talk, 0.5),
        line("证2101021960102", 0.41),
    ]
    found = classify(parts, rules, b"k").findings[0]
    assert (found.rule, found.certainty >= Certainty.MEDIUM) == ("cn.id.resident_read", True)


def test_pictures_of_one_file_do_not_mix_and_their_red_signs_go_with_them(rules: Rules) -> None:
    from classifiers.picture_order import PictureOrder

    held = PictureOrder()
    parts = [
        Block("red head", Place(Region.METADATA, ("a.png",), part="picture")),
        Block("乙", Place(Region.PICTURE, ("a.png",), y=0.5)),
        Block("正文", Place()),
        Block("丙", Place(Region.PICTURE, ("b.png",), y=0.1)),
        Block("甲", Place(Region.PICTURE, ("a.png",), y=0.2)),
        Block("作者", Place(Region.METADATA, part="author")),
    ]
    assert [held.holds(one) for one in parts] == [True, True, False, True, True, False]
    assert [one.text for one in held.released()] == ["red head", "甲", "乙", "丙"]
    assert not held.holds(parts[1])

"""The strings that a Chinese classifier must get right: marks, talk about marks, identifiers, credentials."""

from __future__ import annotations

import random
import re

import pytest

from benchmarks.eval.numbers import resident
from classifiers.asked import question
from classifiers.engine import classify
from classifiers.model import Block, Category, Certainty, Classification, Finding, Level, Place
from classifiers.pack import load, shipped
from classifiers.rules import Rules, Sign, Where
from classifiers.signs import spot
from classifiers.window import Joiner

KEY = b"k" * 32


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load(shipped())


def judged(text: str, rules: Rules) -> Classification:
    return classify([Block(text, Place(line=1))], rules, KEY)


def firm(found: Classification) -> list[Finding]:
    return [one for one in found.findings if one.score >= Certainty.MEDIUM and one.level > Level.PUBLIC]


MARKS = [
    (
        "000012\n机密★10年\n特急\n某某省人民政府文件\n某政发〔2024〕12号\n关于××工作的通知\n各市人民政府：\n现将有关事项通知如下。",
        Level.HIGHLY_SECRET,
        None,
    ),
    ("秘密★长期\n关于报送某项目情况的函", Level.SECRET, None),
    ("绝密★启用前\n2026年普通高等学校招生全国统一考试\n语文", Level.TOP_SECRET, Category.EXAM_PAPER),
    ("机 密 ★ 6 个 月\n会议纪要", Level.HIGHLY_SECRET, None),
    ("机密　★　５年\n情况通报", Level.HIGHLY_SECRET, None),
    ("絕密★長期\n某某工作方案", Level.TOP_SECRET, None),
    ("秘密☆3年\n调研报告（送审稿）", Level.SECRET, None),
    ("机密*20年\n技术总结", Level.HIGHLY_SECRET, None),
    ("秘密★三年\n统计资料汇编", Level.SECRET, None),
    ("机密★2027年12月31日\n谈判口径", Level.HIGHLY_SECRET, None),
    ("机密★会议开始前\n会议材料之三", Level.HIGHLY_SECRET, None),
    ("绝密★\n某某情况专报", Level.TOP_SECRET, None),
    ("密级：机密★5年        编号：XX-2026-001        版本：V2.1\n技术报告", Level.HIGHLY_SECRET, None),
    ("| 文件名称 | 某型设备研制总要求 |\n| 密级 | 秘密 |", Level.SECRET, None),
    ("机\u200b密\u200b★\u200b10年\n内部通报", Level.HIGHLY_SECRET, None),
    ("中国某某·核心商密★3年\n“十五五”投资并购规划（送审稿）", Level.SENSITIVE, Category.TRADE_SECRET_CORE),
    ("普通商密▲2年\n2026年度采购最高限价测算表", Level.SENSITIVE, Category.TRADE_SECRET),
    ("内部资料　注意保存\n2026年第4期\n舆情周报", Level.INTERNAL, Category.INTERNAL),
    ("工作秘密\n某某局2026年度执法检查计划（未公开）", Level.SENSITIVE, Category.WORK_SECRET),
]
COVER = "\n\n机密\n\n某型产品试验大纲\n某研究所\n二〇二六年三月"
MENTIONS = [
    "第十四条 国家秘密的密级分为绝密、机密、秘密三级。",
    "绝密级国家秘密是最重要的国家秘密，泄露会使国家安全和利益遭受特别严重的损害；机密级国家秘密是重要的国家秘密，泄露会使国家安全和利益遭受严重的损害。",
    "涉密公文应当根据涉密程度分别标注“绝密”“机密”“秘密”和保密期限。",
    "例如：“机密★10年”表示该件为机密级，保密期限为十年。",
    "国家秘密标志形式为“密级★保密期限”、“密级★解密时间”或者“密级★解密条件”。",
    "4．一份文件为秘密级，保密期限是10年，标志形式应当是（ ）\nA．秘密10年\nB．秘密★\nC．秘密★10年\nD．秘密●10年",
    "本平台为互联网非涉密平台，严禁处理、传输国家秘密、工作秘密或敏感信息。",
    "甲乙双方应对在合作中知悉的对方商业秘密承担保密义务，保密期限为三年。",
    "如何守住客户的秘密★五星好评★值得推荐",
    "《绝密飞行》《绝密档案》影评：★★★★☆ 推荐指数",
    "他把这个秘密藏在心里整整十年。",
    "密级：公开\n标题：2026年政府信息公开工作年度报告",
    "密级（绝密/机密/秘密/内部/公开）：________",
    "下拉选项：公开、内部、秘密、机密、绝密；默认值为公开。",
    "国家保密局关于开展机密级信息系统分级保护测评机构资质认定工作的公告",
    "top secret 意为“绝密的”；confidential 意为“机密的，保密的”。",
    "涉密人员离岗离职实行脱密期管理。脱密期内，未经审查批准，不得擅自出境。",
    "工作人员应当保守国家秘密和工作秘密，对履行职责中知悉的商业秘密、个人隐私予以保密。",
    "机密计算（Confidential Computing）可信执行环境TEE白皮书",
    "本报告仅供参考。内部控制自我评价报告（公开披露稿）\n内部审计部",
]
ALIYUN = "LTAI" + "5tQ7f3Kd9mPz2XcVb8Rn" + "\n" + "q7Wb2Xn8Kf4Lm9Zp3Rt6Yv1Cs5Dh0J"
IDENTIFIERS = [
    ("姓名：张三 身份证号：11010519491231002X", "cn.id.resident"),
    ("港澳居民居住证 810000199408230021", "cn.id.resident"),
    ("外国人永久居留身份证 911124198108030024", "cn.id.permanent_residence"),
    ("工资卡 6228480402564890018 开户行：农业银行", "cn.bank.card"),
    ("\n".join(f"手机 138-0013-800{n}" for n in range(10)), "cn.phone.mobile"),
    ("密码：Aa@2026!xyz", "key.password"),
    (ALIYUN, "key.cloud.aliyun"),
]
NO_IDENTIFIERS = [
    "订单号 202411241234560001",
    "流水号 100001202411240001",
    "110105194912310021",
    "119999199001010012",
    "统一社会信用代码 91110000600037341L",
    "1732412345678",
    "git 3f2504e04f8911d39a0c0305e82c3301",
    "客服热线 400-810-1234",
    "1.2.3.4 版本",
    "密码：******",
    "会议密码：8842",
]


@pytest.mark.parametrize(("text", "level", "category"), MARKS)
def test_a_mark_is_found_with_its_level(text: str, level: Level, category: Category | None, rules: Rules) -> None:
    found = judged(text, rules)
    assert found.level is level, found.findings
    strongest = next(one for one in found.findings if one.level is level)
    assert strongest.certainty is Certainty.HIGH, strongest
    if category:
        assert strongest.category is category


def test_a_level_alone_on_a_cover_is_a_mark_of_medium_certainty(rules: Rules) -> None:
    found = judged(COVER, rules)
    assert found.level is Level.HIGHLY_SECRET
    assert [one.certainty for one in firm(found)] == [Certainty.MEDIUM]


@pytest.mark.parametrize("text", MENTIONS)
def test_a_mention_is_no_mark(text: str, rules: Rules) -> None:
    found = judged(text, rules)
    assert found.level is Level.PUBLIC
    assert not firm(found), found.findings


@pytest.mark.parametrize(("text", "rule"), IDENTIFIERS)
def test_an_identifier_is_found(text: str, rule: str, rules: Rules) -> None:
    assert rule in {one.rule for one in firm(judged(text, rules))}, judged(text, rules).findings


@pytest.mark.parametrize("text", NO_IDENTIFIERS)
def test_a_number_that_only_looks_like_one_is_none(text: str, rules: Rules) -> None:
    assert not firm(judged(text, rules)), judged(text, rules).findings


def test_nothing_that_was_matched_leaves_the_engine(rules: Rules) -> None:
    found = judged("姓名：张三 身份证号：11010519491231002X 密码：Aa@2026!xyz", rules)
    assert "19491231" not in repr(found)
    assert "2026" not in repr(found)


@pytest.mark.parametrize("header", ["", "身份证号\n"])
def test_numbers_below_each_other_are_all_counted(header: str, rules: Rules) -> None:
    """A number ends the line above the next; no sign may take it for something right before the match."""
    chance = random.Random(4)
    numbers = [resident(chance) for _ in range(8)]
    found = judged(header + "\n".join(numbers), rules)
    assert [(one.rule, one.count, one.certainty) for one in firm(found)] == [("cn.id.resident", 8, Certainty.HIGH)]


def test_the_end_of_a_sign_before_a_match_is_the_match_in_every_choice() -> None:
    ask = question(Sign("s", Where.BEFORE, r"[0-9$]{4}$|git\s$|\$", within=6), False)
    assert ask is not None
    for text, fires in (("1234\nX", False), ("1234X", True), ("git X", True), ("git \nX", False), ("a$bX", True)):
        window = next(Joiner().windows([Block(text)]))
        match = re.compile("X").search(window.text)
        assert match
        assert ask(spot(window, match, None)) is fires, text

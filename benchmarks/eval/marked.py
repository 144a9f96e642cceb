# ruff: noqa: E501 - sentences and markup stay on one line, so that they read as they are written
"""Cases that hold something: a mark, an identifier, a key. Template × level × separator × term × noise × place."""

from __future__ import annotations

import random
from collections.abc import Callable

from benchmarks.eval import mutations, numbers
from benchmarks.eval.paper import Case, Paper, Want
from benchmarks.eval.words import body, title

LEVELS = {"绝密": "top_secret", "机密": "highly_secret", "秘密": "secret"}
SEPARATORS = "★★★★★☆☆⭐*＊·▲"
TERMS = (
    "{n}年",
    "{n}年",
    "{n}年",
    "{h}年",
    "{n}个月",
    "长期",
    "永久",
    "{y}年{m}月{d}日",
    "{y}年{m}月",
    "会议开始前",
    "公布前",
    "启用前",
)
HAN = "一二三五十"
PLACES = ("top", "after_number", "header", "field", "table", "prefix", "property", "name")
CIRCUMSTANCE = ("特急", "加急", "", "", "")


def term(chance: random.Random) -> str:
    """How long the mark holds."""
    return chance.choice(TERMS).format(
        n=chance.randint(1, 30), h=chance.choice(HAN), y=chance.randint(2026, 2040), m=chance.randint(1, 12), d=chance.randint(1, 28)
    )  # fmt: skip


def state(chance: random.Random, mutation: str, place: str) -> Case:
    """A state secret mark in one of its places."""
    if place in ("property", "name") and mutation in ("line_break", "split"):
        mutation = "none"  # neither can be broken there
    word, level = chance.choice(list(LEVELS.items()))
    separator = chance.choice(SEPARATORS)
    until = term(chance) if separator not in "☆⭐★" or chance.random() < 0.85 else ""
    mark = word + separator + until
    if place in ("field", "table", "property") and chance.random() < 0.5:
        mark = word
    if place == "prefix":
        mark = f"【{word}】"
    mark = mutated(mark, mutation, chance)
    paper = Paper([title(chance), *body(chance)], name=title(chance), split=mutation == "split")
    _put(paper, mark, place, chance)
    return Case(0, Want.STATE, f"{place}", place, mutation, paper, level, ("cn.mark.",))


def _put(paper: Paper, mark: str, place: str, chance: random.Random) -> None:
    paper.target = 0
    if place == "top":
        paper.lines.insert(0, mark)
        urgent = chance.choice(CIRCUMSTANCE)
        paper.lines[1:1] = [urgent] if urgent else []
    elif place == "after_number":
        paper.lines[:0] = [f"{chance.randint(1, 400):06}", mark]
        paper.target = 1
    elif place == "header":
        paper.header, paper.target = mark, -1
    elif place == "field":
        other = chance.choice(("", "        编号：XX-2026-001", "    版本：V2.1"))
        paper.lines.insert(0, f"密级：{mark}{other}")
    elif place == "table":
        paper.target = -1
        paper.table = [["文件名称", paper.lines[0]], ["密级", mark], ["编制单位", "某研究所"]]
        paper.lines = paper.lines[:1]
    elif place == "prefix":
        paper.lines[0] = mark + paper.lines[0]
    elif place == "property":
        paper.properties, paper.target = {"密级": mark}, -1
    else:
        paper.name, paper.target = f"【{mark}】{paper.name}", -1


OTHER: tuple[tuple[Want, str, str, str, tuple[str, ...]], ...] = (
    (Want.TRADE, "核心商密★{n}年", "某某集团·", "sensitive", ("cn.mark.trade",)),
    (Want.TRADE, "核心商密▲{n}年", "", "sensitive", ("cn.mark.trade",)),
    (Want.TRADE, "普通商密★{n}年", "", "sensitive", ("cn.mark.trade",)),
    (Want.TRADE, "普通商密▲长期", "", "sensitive", ("cn.mark.trade",)),
    (Want.TRADE, "核心商密", "", "sensitive", ("cn.mark.trade",)),
    (Want.WORK, "工作秘密", "", "sensitive", ("cn.mark.work",)),
    (Want.WORK, "此为工作秘密，不得外泄", "", "sensitive", ("cn.mark.work",)),
    (Want.INTERNAL, "内部资料　注意保存", "", "internal", ("cn.mark.internal",)),
    (Want.INTERNAL, "内部使用，不得外传", "", "internal", ("cn.mark.internal",)),
    (Want.INTERNAL, "内部文件", "", "internal", ("cn.mark.internal",)),
    (Want.INTERNAL, "仅供内部参考", "", "internal", ("cn.mark.internal",)),
    (Want.ENGLISH, "TOP SECRET//SI//NOFORN", "", "top_secret", ("en.mark.",)),
    (Want.ENGLISH, "SECRET//REL TO USA, FVEY", "", "highly_secret", ("en.mark.",)),
    (Want.ENGLISH, "TLP:RED", "", "sensitive", ("en.mark.",)),
    (Want.ENGLISH, "TLP:AMBER+STRICT", "", "sensitive", ("en.mark.",)),
    (Want.ENGLISH, "STRICTLY CONFIDENTIAL", "", "sensitive", ("en.mark.",)),
    (Want.ENGLISH, "For internal use only", "", "internal", ("en.mark.",)),
)  # fmt: skip


def other(chance: random.Random, mutation: str, place: str) -> Case:
    """A mark of another kind, at the top or in the header."""
    want, template, owner, level, rules = chance.choice(OTHER)
    if want is Want.ENGLISH and mutation in ("traditional", "look_alike", "line_break", "spacing", "emoji"):
        mutation = "none"
    mark = owner + mutated(template.format(n=chance.randint(1, 10)), mutation, chance)
    paper = Paper([title(chance), *body(chance)], name=title(chance), split=mutation == "split")
    _put(paper, mark, "header" if place == "header" else "top", chance)
    return Case(
        0, want, template.split("{")[0], "header" if place == "header" else "top", mutation, paper, level, rules
    )


def mutated(text: str, mutation: str, chance: random.Random) -> str:
    """The text in the mutation's form; "none" and "split" leave the characters."""
    change: Callable[[str, random.Random], str] | None = mutations.MARKS.get(mutation)
    return change(text, chance) if change else text


def identifier(chance: random.Random, mutation: str, _place: str) -> Case:
    """A checked identifier in a sentence, or many in a table."""
    change = mutations.NUMBERS.get(mutation)
    mutation = mutation if change or mutation == "split" else "none"

    def written(value: str) -> str:
        return change(value, chance) if change else value

    paper = Paper([title(chance), *body(chance, 1, 3)], name=title(chance), split=mutation == "split")
    kind = chance.choice(
        ("resident", "resident", "resident_table", "permit", "card", "card_spaced", "card_table", "phones", "passport")
    )
    rule = {
        "resident": "cn.id.resident",
        "permit": "cn.id.resident",
        "card": "cn.bank.card",
        "phones": "cn.phone.mobile",
    }.get(kind.split("_")[0], "cn.id.passport")
    who = numbers.person(chance)
    if kind == "resident":
        said = chance.choice(
            ("姓名：{w} 身份证号：{v}", "{w}，公民身份号码{v}，现住本市。", "证件号码 {v}", "{w} {v}", "身份证：{v}")
        )
        paper.lines.insert(1, said.format(w=who, v=written(numbers.resident(chance))))
    elif kind == "permit":
        paper.lines.insert(
            1, f"港澳台居民居住证 {written(numbers.resident(chance, chance.choice(('810000', '820000', '830000'))))}"
        )
    elif kind == "card":
        paper.lines.insert(
            1,
            chance.choice(("工资卡 {v} 开户行：农业银行", "收款账号：{v}", "{w}的银行卡号为{v}。")).format(
                w=who, v=written(numbers.card(chance))
            ),
        )
    elif kind == "card_spaced":
        value = numbers.card(chance)
        paper.lines.insert(1, "卡号：" + written(" ".join(value[n : n + 4] for n in range(0, 19, 4))))
    elif kind == "passport":
        paper.lines.insert(1, f"护照号码：{written(numbers.passport(chance))}")
    elif kind == "phones":
        paper.table = [
            ["序号", "姓名", "手机号码"],
            *([str(n), numbers.person(chance), written(numbers.mobile(chance))] for n in range(1, 13)),
        ]
        paper.lines = paper.lines[:1]
    else:
        make, head = (numbers.card, "银行卡号") if rule == "cn.bank.card" else (numbers.resident, "身份证号码")
        paper.table = [
            ["序号", "姓名", head],
            *([str(n), numbers.person(chance), written(make(chance))] for n in range(1, chance.randint(3, 12))),
        ]
        paper.lines = paper.lines[:1]
    paper.target = 1 if not paper.table else -1
    paper.split = paper.split and not paper.table
    return Case(0, Want.IDENTIFIER, kind, "table" if paper.table else "text", mutation, paper, "sensitive", (rule,))  # fmt: skip


def credential(chance: random.Random, _mutation: str, _place: str) -> Case:
    """A private key, a cloud key pair, a connection string or a password line."""
    kind = chance.choice(("private", "aliyun", "tencent", "aws", "password", "connection"))
    paper = Paper([title(chance), *body(chance, 1, 2)], name=title(chance))
    make = {
        "private": lambda: "-----BEGIN RSA PRIVATE KEY-----\n" + numbers.key(chance, 64) + "\n" + numbers.key(chance, 64),
        "aliyun": lambda: f"AccessKeyId: LTAI{numbers.key(chance, 20)}\nAccessKeySecret: {numbers.key(chance, 30)}",
        "tencent": lambda: f"SecretId: AKID{numbers.key(chance, 32)}\nSecretKey: {numbers.key(chance, 32)}",
        "aws": lambda: f"aws_access_key_id = AKIA{''.join(chance.choices('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', k=14))}2Q\naws_secret_access_key = {numbers.key(chance, 40)}",
        "password": lambda: chance.choice(("用户名：admin 密码：{v}", "服务器 10.1.2.3 root密码：{v}", "登录密码: {v}", "password={v}")).format(v=numbers.key(chance, 8) + "@" + str(chance.randint(1, 99))),
        "connection": lambda: f"mysql://root:{numbers.key(chance, 10)}@10.0.{chance.randint(1, 200)}.3/orders",
    }[kind]  # fmt: skip
    paper.lines[1:1] = make().split("\n")
    return Case(0, Want.CREDENTIAL, kind, "text", "none", paper, "sensitive", ("key.",))


def marked(number: int, seed: int, mutation: str) -> Case:
    """The case of this number; the same seed gives the same case."""
    chance = random.Random(f"{seed} marked {number}")
    place = PLACES[number % len(PLACES)]
    kind = chance.choices((state, other, identifier, credential), (50, 20, 22, 8))[0]
    case = kind(chance, mutation, place)
    case.number = number
    return case

"""Turns one row of a pack into a rule; every refusal names the rule, the field and the effect."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from classifiers.checks import CHECKS
from classifiers.linear import worse_than_linear
from classifiers.model import Block, Category, Level, Place, Region
from classifiers.numbers import MOST_DIGITS
from classifiers.pack import PackError
from classifiers.pack_needs import Needs
from classifiers.rules import Example, Rule, Sign, Where
from classifiers.signs import BUILT_IN, COUNTED, MOST_VALUES
from classifiers.spelling import FIXED, expand, with_plain_digits

RULE_FIELDS = (
    "id title category level levels pattern dictionary ignore_case needs digits starts after_point grouped base alike "
    "supports caps unless categories check regions not_regions per_value reach keep matching not_matching"
)
DISTINCT = re.compile(r"distinct_(\d+)")
FLAGS = re.compile(r"\(\?(?!-?i:)[a-zA-Z-]+[:)]")
"""Flags inside of a pattern, other than for a group's case."""


class Rows(Needs):
    """Reads rows with the macros and signs known so far."""

    def __init__(self) -> None:
        super().__init__()
        self.macros: dict[str, str] = dict(FIXED)
        self.signs: dict[str, Sign] = {}
        self.trusted = False

    def regex(self, value: object, where: str) -> str:
        """A pattern with its macros expanded, tried out with ``re``."""
        if not isinstance(value, str) or not value:
            raise self.fail(where, "expected a pattern", "应为正则表达式")

        def unknown(name: str) -> PackError:
            return self.fail(where, f"{{{name}}} is not defined", f"没有定义 {{{name}}}")

        pattern = expand(with_plain_digits(value), self.macros, unknown)
        if self.trusted:
            return pattern
        try:
            re.compile(pattern)
        except re.error as error:
            raise self.fail(where, f"is no pattern: {error}", f"正则表达式有误：{error}") from None
        if why := worse_than_linear(pattern):
            raise self.fail(
                where,
                f"may cost more than linear time: {why}; a hostile file could then stop the scanner",
                f"耗时可能超过线性（{why}），恶意文件会使检查停顿",
            )
        return pattern

    def signs_of(self, value: object, where: str) -> tuple[tuple[Sign, int], ...]:
        """Names and points."""
        return tuple(
            (self.named(str(name), where), self.number(points, f"{where}, {name}"))
            for name, points in self.fields(value, where, "").items()
        )

    def named(self, name: str, where: str) -> Sign:
        """A sign of this or an earlier pack, a built-in one, or one that a check names."""
        if name in self.signs:
            return self.signs[name]
        distinct = DISTINCT.fullmatch(name)
        if distinct and int(distinct[1]) > MOST_VALUES:
            raise self.fail(
                where,
                f"{name}: only {MOST_VALUES} different values of a rule are told apart; it would never fire",
                f"{name}：每条规则最多区分 {MOST_VALUES} 个不同的值，此依据永远不会成立",
            )
        if name in BUILT_IN or name in COUNTED or distinct:
            return Sign(name, Where.BUILT_IN)
        if name.startswith("check_"):
            return Sign(name.removeprefix("check_"), Where.CHECK)
        raise self.fail(where, f"no sign is named {name!r}", f"没有名为 {name!r} 的依据")

    def rule(self, row: object, number: int) -> Rule:
        """One row, all fields checked."""
        where = f"rule {row.get('id', number) if isinstance(row, dict) else number}"
        given = self.fields(row, where, RULE_FIELDS)
        content = "dictionary" if "dictionary" in given else "pattern"
        for needed in ("id", "title", "category", content, "matching", "not_matching"):
            if not given.get(needed):
                raise self.fail(where, f"field {needed} is missing", f"缺少字段 {needed}")
        levels = self.fields(given.get("levels", {}), f"{where}, levels", "")
        terms = self.dictionary(given["dictionary"], f"{where}, dictionary") if content == "dictionary" else frozenset()
        pattern = "" if terms else self.pattern(given, levels, where)
        words, pairs = (tuple(sorted(terms)), ()) if terms else self.needs(given, where)
        return Rule(
            str(given["id"]),
            self.pack,
            *self.pair(given["title"], f"{where}, title"),
            category=self.word(Category, given["category"], f"{where}, category"),
            level=None if levels else self.word(Level.of, given["level"], f"{where}, level"),
            levels=tuple((str(word), self.word(Level.of, one, f"{where}, levels")) for word, one in levels.items()),
            pattern=pattern,
            ignore_case=self.truth(given.get("ignore_case", False), f"{where}, ignore_case"),
            needs=words,
            pairs=pairs,
            digits=self.span(given.get("digits"), f"{where}, digits", MOST_DIGITS),
            starts="".join(c + chr(ord(c) + 0xFEE0) for c in str(given.get("starts", ""))),
            after_point=self.truth(given.get("after_point", False), f"{where}, after_point"),
            grouped=self.truth(given.get("grouped", False), f"{where}, grouped"),
            base=self.number(given.get("base", 0), f"{where}, base"),
            supports=self.signs_of(given.get("supports", {}), f"{where}, supports"),
            caps=self.signs_of(given.get("caps", {}), f"{where}, caps"),
            unless=tuple(self.named(one, f"{where}, unless") for one in self.words(given.get("unless", []), where)),
            categories=tuple(
                (self.named(str(sign), f"{where}, categories"), self.word(Category, one, f"{where}, categories"))
                for sign, one in self.fields(given.get("categories", {}), f"{where}, categories", "").items()
            ),
            terms=terms,
            check=self.check(given.get("check", ""), f"{where}, check"),
            alike=self.alone_alike(given.get("alike"), f"{where}, alike"),
            regions=self.regions(given.get("regions"), f"{where}, regions"),
            not_regions=self.regions(given.get("not_regions"), f"{where}, not_regions"),
            per_value=self.truth(given.get("per_value", False), f"{where}, per_value"),
            reach=self.number(given.get("reach", 60), f"{where}, reach", 0, 500),
            keep=self.span(given.get("keep", None if given.get("per_value") else [1, 0]), f"{where}, keep", 8),
            examples=self.examples(given["matching"], f"{where}, matching"),
            not_examples=self.examples(given["not_matching"], f"{where}, not_matching"),
        )

    def pattern(self, given: Mapping[str, Any], levels: Mapping[str, Any], where: str) -> str:
        """The pattern of a rule, with the levels that it must choose from."""
        if bool(levels) == ("level" in given):
            raise self.fail(where, "expected either level or levels", "level 与 levels 应恰好写一个")
        pattern = self.regex(given["pattern"], f"{where}, pattern")
        if FLAGS.search(pattern):
            raise self.fail(
                f"{where}, pattern",
                "has flags inside, which not every engine here reads alike; use ignore_case or (?i:…)",
                "内含各引擎理解不一的标志，请改用 ignore_case 或 (?i:…)",
            )
        if levels and "(?P<level>" not in pattern:
            raise self.fail(
                f"{where}, levels",
                "the pattern has no group named level, so none would be chosen",
                "正则表达式中没有 level 组",
            )
        return pattern

    def alone_alike(self, value: object, where: str) -> tuple[tuple[str, str], ...]:
        """Characters that one rule alone reads as another."""
        alike = self.fields(value or {}, where, "")
        return tuple((other, str(one)) for one, others in alike.items() for other in str(others))

    def check(self, value: object, where: str) -> str:
        """The name of a check that exists."""
        if value and value not in CHECKS:
            raise self.fail(where, f"no check is named {value!r}", f"没有名为 {value!r} 的校验")
        return str(value)

    def regions(self, value: object, where: str) -> frozenset[Region]:
        """Names of regions."""
        return frozenset(self.word(Region, one, where) for one in self.words(value or [], where))

    def span(self, value: object, where: str, most: int) -> tuple[int, int] | None:
        """Two numbers from 0."""
        if value is None:
            return None
        if not isinstance(value, list) or len(value) != 2:
            raise self.fail(where, "expected two numbers", "应为两个数字")
        return self.number(value[0], where, 0, most), self.number(value[1], where, 0, most)

    def examples(self, value: object, where: str) -> tuple[Example, ...]:
        """Small documents."""
        if not isinstance(value, list):
            raise self.fail(where, "expected a list", "应为列表")
        return tuple(self.example(one, f"{where} {number}") for number, one in enumerate(value, 1))

    def example(self, value: object, where: str) -> Example:
        """A text, or a text with its place, or the rows of a table."""
        given = (
            {"text": value}
            if isinstance(value, str)
            else self.fields(value, where, "text cells region part page level")
        )
        level = self.word(Level.of, given["level"], where) if "level" in given else None
        page = self.number(given["page"], where, 1) if "page" in given else None
        if "cells" in given:
            return Example(
                tuple(
                    Block(str(cell), Place(Region.CELL, page=page, table=0, row=row, column=column))
                    for row, cells in enumerate(given["cells"])
                    for column, cell in enumerate(cells)
                ),
                level,
            )
        region = self.word(Region, given.get("region", "body"), where)
        return Example((Block(str(given["text"]), Place(region, part=str(given.get("part", "")), page=page)),), level)

"""Reads packs, one after another; every refusal names the place in the pack and the effect."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from classifiers.labels import label_rows
from classifiers.pack import SCHEMA
from classifiers.pack_rows import Rows
from classifiers.rules import Rule, Sign, Where
from classifiers.spelling import BREAK, GAP, compatible, spelled


class Reader(Rows):
    """Reads one pack after another; what a pack defines, the later ones may use."""

    def __init__(self) -> None:
        super().__init__()
        self.rules: list[Rule] = []
        self.read_as: dict[str, str] = {}
        self.untrusted: set[str] = set()
        """Ids of rules that nobody has proved yet."""

    def read(self, path: Path, tree: object, trusted: bool = False) -> None:
        """Add one pack; ``trusted`` says that it was read and proved before, so that patterns need not be tried."""
        self.pack, self.trusted, self.folder = path.stem, trusted, path.parent
        top = self.fields(tree, "file", "schema pack title alike spell macros signs off labels rules")
        if top.get("schema") != SCHEMA:
            got = top.get("schema")
            raise self.fail("schema", f"got {got!r}, expected {SCHEMA}", f"值为 {got!r}，应为 {SCHEMA}")
        self.pack = str(top.get("pack", path.stem))
        self.pair(top.get("title"), "title")
        self.spellings(top)
        for key, value in self.fields(top.get("signs", {}), "signs", "").items():
            self.signs[key] = self.sign(key, value)
        self.switch_off(self.words(top.get("off", []), "off"))
        rows = top.get("rules", [])
        rows = (
            [*label_rows(self.fields(top.get("labels", {}), "labels", ""), self.pack), *rows]
            if isinstance(rows, list)
            else rows
        )
        if not isinstance(rows, list):
            raise self.fail("rules", "expected a list", "应为列表")
        for number, row in enumerate(rows, 1):
            rule = self.rule(row, number)
            if any(rule.id == other.id for other in self.rules):
                raise self.fail(f"rule {rule.id}", "the id stands twice", "规则编号重复")
            self.rules.append(rule)
            if not trusted:
                self.untrusted.add(rule.id)

    # -- parts of a pack ------------------------------------------------------------------------------------------

    def spellings(self, top: Mapping[str, Any]) -> None:
        """Which characters are read alike, and the macros made of words."""
        same = compatible() if not self.alike else {}
        for one, others in same.items():
            self.alike[one] = self.alike.get(one, "") + others
        for one, others in self.fields(top.get("alike", {}), "alike", "").items():
            if len(str(one)) != 1 or not isinstance(others, str):
                raise self.fail(
                    f"alike, {one}", "expected one character and those read as it", "应为单个字符及其同形字"
                )
            self.alike[one] = self.alike.get(one, "") + others
            self.read_as.update(dict.fromkeys(others, one))
        for name, value in self.fields(top.get("spell", {}), "spell", "").items():
            words = self.words(value, f"spell, {name}")
            self.macros[name] = spelled(words, self.alike, GAP)
            self.macros[f"{name}_broken"] = spelled(words, self.alike, BREAK)
        for name, value in self.fields(top.get("macros", {}), "macros", "").items():
            self.macros[name] = f"(?:{self.regex(value, f'macros, {name}')})"

    def sign(self, name: str, value: object) -> Sign:
        """A named sign: exactly one place to look at, and what to look for there."""
        where = f"sign {name}"
        given = self.fields(
            value, where, "group is line before after near above below around column part within lines official"
        )
        kinds = [one for one in given if one not in ("is", "within", "lines", "official")]
        if len(kinds) != 1:
            raise self.fail(where, "expected exactly one place to look at", "应恰好写明一处查找位置")
        kind = Where(kinds[0])
        if kind is Where.GROUP:
            pattern = self.regex(given["is"], where) if "is" in given else ""
            return Sign(name, kind, pattern, group=str(given["group"]))
        official = self.truth(given.get("official", False), f"{where}, official")
        distance = given.get("within", given.get("lines", 50 if kind in (Where.BEFORE, Where.AFTER, Where.NEAR) else 3))
        return Sign(
            name, kind, self.regex(given[kind.value], where), self.number(distance, where, 1, 300), official=official
        )

    def switch_off(self, ids: tuple[str, ...]) -> None:
        """Take rules of earlier packs out; an id that is not there is an error, or a typing mistake would go unseen."""
        for one in ids:
            if all(rule.id != one for rule in self.rules):
                raise self.fail("off", f"no rule {one} stands before this pack", f"此前没有规则 {one}")
        self.rules = [rule for rule in self.rules if rule.id not in ids]

"""``dlp rules``: what the rule packs in force look for, and whether they agree with their own examples."""

from __future__ import annotations

import argparse
from pathlib import Path

from classifiers.pack import PackError, load, shipped
from classifiers.rules import Rule, Rules, Sign
from dlp.cli.room import Room, Words
from dlp.errors import UsageError
from dlp.inspection import pack_files
from dlp.language import Language, Say
from dlp.sign_words import sign_words
from dlp.words import CATEGORIES, LEVELS

EXAMPLE = "dlp rules test my-pack.yaml"


def add(words: Words) -> None:
    """Declare the arguments."""
    words.add(
        "what",
        choices=["test", "list", "show"],
        about=Say("run the examples, list the rules, or show one rule", "运行示例、列出规则，或查看一条规则"),
    )
    words.add(
        "names",
        nargs="*",
        metavar="NAME",
        about=Say(
            "test, list: pack files to use after the shipped ones; show: ids of rules",
            "test、list：在自带规则包之后使用的规则包文件；show：规则编号",
        ),
    )
    words.json()


def run(arguments: argparse.Namespace, room: Room) -> int:
    """Test, list or show; a pack that disagrees with its examples ends with status 2."""
    if arguments.what == "show" and not arguments.names:
        raise UsageError(
            Say("got no rule to show, expected the id of one", "未指定规则，应给出规则编号"),
            Say("dlp rules list names them all", "dlp rules list 列出全部规则"),
        )
    own = arguments.what != "show" and arguments.names
    files = (*shipped(), *(Path(name) for name in arguments.names)) if own else pack_files(room.home)
    rules = loaded(files)
    if arguments.what == "test":
        for pack in dict.fromkeys(rule.pack for rule in rules.rules):
            _tested(pack, rules, room)
    elif arguments.what == "list":
        for rule in rules.rules:
            if arguments.json:
                room.json(_row(rule, rules.digest))
                continue
            print(f"{rule.id:<28} {_levels(rule, room.language):<16} {_title(rule, room.language)}")
    else:
        for name in arguments.names:
            _show(_named(name, rules), room.language)
    return 0


def loaded(files: tuple[Path, ...]) -> Rules:
    """The rules of these packs, examples run; a PackError becomes the UsageError that people read."""
    try:
        return load(files)
    except PackError as error:
        raise usage(error) from error


def usage(error: PackError) -> UsageError:
    """The same error in the form that ends a command, in both languages."""
    return UsageError(
        Say("pack {pack}, {where}: {en}", "规则包 {pack}，{where}：{zh}").format(
            pack=error.pack, where=error.where, en=error.problem_en, zh=error.problem_zh
        ),
        Say(
            "correct the pack; until then the rules that were in force stay in force",
            "请更正该规则包；在此之前，原有规则继续有效",
        ),
    )


def _tested(pack: str, rules: Rules, room: Room) -> None:
    own = [rule for rule in rules.rules if rule.pack == pack]
    count = sum(len(rule.examples) + len(rule.not_examples) for rule in own)
    room.say(
        Say(
            f"{pack}: {len(own)} rules, {count} examples agree",
            f"{pack}：{len(own)} 条规则，{count} 个示例全部符合",
        )
    )


def _named(name: str, rules: Rules) -> Rule:
    for rule in rules.rules:
        if rule.id == name:
            return rule
    raise UsageError(
        Say("got rule {name!r}, which is in no pack", "没有规则 {name!r}").format(name=name),
        Say("dlp rules list names them all", "dlp rules list 列出全部规则"),
    )


def _title(rule: Rule, language: Language) -> str:
    return rule.title_zh if language is Language.ZH else rule.title_en


def _row(rule: Rule, digest: str) -> dict[str, object]:
    """One rule as JSON; ``digest`` is that of all packs in force together."""
    levels = {rule.level} if rule.level is not None else {level for _, level in rule.levels}
    return {
        "rule": rule.id,
        "pack": rule.pack,
        "title_en": rule.title_en,
        "title_zh": rule.title_zh,
        "category": rule.category.value,
        "levels": [level.id for level in sorted(levels)],
        "base": rule.base,
        "examples": len(rule.examples) + len(rule.not_examples),
        "digest": digest,
    }


def _levels(rule: Rule, language: Language) -> str:
    levels = {rule.level} if rule.level is not None else {level for _, level in rule.levels}
    return "/".join(LEVELS[level].to(language) for level in sorted(levels))


def _show(rule: Rule, language: Language) -> None:
    """All that makes a score, so that one can be redone by hand."""
    print(f"{rule.id}  {_title(rule, language)}")
    print(f"  {Say('level', '级别').to(language)}: {_levels(rule, language)}")
    print(f"  {Say('category', '类别').to(language)}: {CATEGORIES[rule.category].to(language)}")
    print(f"  {Say('base score', '基础分').to(language)}: {rule.base}")
    for sign, points in rule.supports:
        print(f"  {points:+4d}  {_told(sign, language)}")
    for sign, cap in rule.caps:
        print(f"  ≤{cap:3d}  {_told(sign, language)}")
    for sign in rule.unless:
        print(f"  {Say('never with', '排除').to(language)}: {_told(sign, language)}")


def _told(sign: Sign, language: Language) -> str:
    words = sign_words(sign.name).to(language)
    asked = f"  ({sign.where.value}: {sign.pattern[:100]})" if sign.pattern else ""
    return f"{sign.name}{'' if words == sign.name else f'  {words}'}{asked}"

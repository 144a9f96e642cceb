"""Reads a policy from YAML, checks every field, and runs the policy's own examples before it may be used."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from classifiers.model import Category, Certainty, Classification, Finding, Gap, GapKind, GapReason, Level, Place
from dlp.errors import UsageError
from dlp.language import Say
from dlp.model import Action, Because, Choice, Direction, Document, Option, Origin
from dlp.policy import FindingCondition, GapCondition, Keeping, Outsiders, Policy, Rule, Seen, When
from dlp.shown import shown
from dlp.system_words import why

SCHEMA = 1
PROFILES = ("standard", "strict")
Kind = TypeVar("Kind", bound=Enum)


class PolicyError(UsageError):
    """A policy that must not be used; the message names policy, rule, field and effect."""

    def __init__(self, policy: str, where: str, problem: Say) -> None:
        super().__init__(
            Say("policy {policy}, {where}: {problem}", "策略 {policy}，{where}：{problem}").format(
                policy=shown(policy), where=where, problem=problem
            ),
            Say(
                "correct the file; until then the policy that was in force stays in force",
                "请更正该文件；在此之前，原有策略继续有效",
            ),
        )


class PolicyUnreadError(PolicyError):
    """The file itself cannot be read: there is nothing in it to correct."""

    def __init__(self, path: Path, error: OSError) -> None:
        said = Say("{path} cannot be read: {why}", "无法读取 {path}：{why}").format(path=path, why=why(error))
        super().__init__(path.stem, "file", said)
        self.hint = Say("name a policy file that this account may read", "请指定当前账户可读取的策略文件")


def shipped(name: str) -> Path:
    """The file of a shipped policy; UsageError when there is none of that name."""
    if name not in PROFILES:
        raise UsageError(
            Say(
                "got profile {name!r}, expected standard or strict", "策略名为 {name!r}，应为 standard 或 strict"
            ).format(name=name)
        )
    return Path(__file__).parent / "policies" / f"{name}.yaml"


def load(path: Path) -> Policy:
    """The policy in a YAML file, checked and with its examples run.

    Raises PolicyError (a UsageError) naming policy, rule, field and effect; nothing is half loaded.
    """
    import yaml

    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PolicyUnreadError(path, error) from error
    try:
        tree = yaml.load(raw, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    except yaml.YAMLError as error:
        raise PolicyError(path.stem, "file", _not_yaml(error)) from error
    policy = _Reader(path.stem).policy(tree, hashlib.sha256(raw).hexdigest())
    _run_examples(policy, tree.get("examples"))
    return policy


def _not_yaml(error: Exception) -> Say:
    """Where the YAML stops being YAML, on one line; the library's own text has five."""
    line = getattr(getattr(error, "problem_mark", None), "line", -1) + 1
    what = str(getattr(error, "problem", None) or "not readable")
    return Say("is not YAML, line {line}: {what}", "不是有效的 YAML，第 {line} 行：{what}").format(line=line, what=what)


class _Reader:
    """Turns the parsed YAML of one policy into types; every refusal names the rule and the field."""

    def __init__(self, name: str) -> None:
        self.name = name

    def fail(self, where: str, en: str, zh: str) -> PolicyError:
        return PolicyError(self.name, where, Say(en, zh))

    def fields(self, value: object, where: str, allowed: str) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise self.fail(
                where, f"got {type(value).__name__}, expected fields", f"类型为 {type(value).__name__}，应为字段表"
            )
        for key in value:
            if key not in allowed.split():
                raise self.fail(
                    where, f"unknown field {key!r}; it would have no effect", f"未知字段 {key!r}，写了也不会起作用"
                )
        return value

    def word(self, kind: Callable[[str], Kind], value: object, where: str) -> Kind:
        try:
            return kind(str(value))
        except ValueError as error:
            raise self.fail(where, str(error), f"取值无效：{value!r}") from None

    def words(self, kind: Callable[[str], Kind], value: object, where: str) -> frozenset[Kind]:
        if value is None:
            return frozenset()
        if not isinstance(value, list):
            raise self.fail(where, "expected a list", "应为列表")
        return frozenset(self.word(kind, one, where) for one in value)

    def number(self, value: object, where: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise self.fail(where, f"got {value!r}, expected a number from 0", f"值为 {value!r}，应为不小于 0 的数")
        return value

    def truth(self, value: object, where: str) -> bool:
        if not isinstance(value, bool):
            raise self.fail(where, f"got {value!r}, expected true or false", f"值为 {value!r}，应为 true 或 false")
        return value

    def pair(self, value: object, where: str) -> tuple[str, str]:
        both = self.fields(value, where, "en zh")
        if not all(isinstance(both.get(tongue), str) and both[tongue] for tongue in ("en", "zh")):
            raise self.fail(where, "expected text in en and zh", "应同时有 en 和 zh 文字")
        return both["en"], both["zh"]

    def policy(self, tree: object, digest: str) -> Policy:
        top = self.fields(tree, "file", "schema policy title channel outsiders retention takeback rules examples")
        if top.get("schema") != SCHEMA:
            raise self.fail(
                "schema", f"got {top.get('schema')!r}, expected {SCHEMA}", f"值为 {top.get('schema')!r}，应为 {SCHEMA}"
            )
        rows = top.get("rules")
        if not isinstance(rows, list) or not rows:
            raise self.fail("rules", "expected at least one rule", "至少应有一条规则")
        rules = tuple(self.rule(row, number) for number, row in enumerate(rows, 1))
        ids = [rule.because.rule for rule in rules]
        for one in ids:
            if ids.count(one) > 1:
                raise self.fail(f"rule {one}", "the id stands twice", "规则编号重复")
        for rule in rules[:-1]:
            if rule.when == When():
                raise self.fail(
                    f"rule {rule.because.rule}",
                    "has no condition, so nothing below it is ever reached",
                    "没有条件，其后的规则永远不会生效",
                )
        if rules[-1].when != When():
            raise self.fail(
                f"rule {ids[-1]}",
                "the last rule must have no condition, or some files meet no rule",
                "最后一条规则不得有条件，否则有的文件没有规则可循",
            )
        return Policy(
            str(top.get("policy", self.name)),
            *self.pair(top.get("title"), "title"),
            *self.pair(top.get("channel"), "channel"),
            rules,
            digest,
            self.outsiders(top["outsiders"]) if "outsiders" in top else None,
            self.keeping(top.get("retention", {}), top.get("takeback", {})),
        )

    def keeping(self, retention: object, takeback: object) -> Keeping:
        days = self.fields(retention, "retention", " ".join(level.id for level in Level))
        kept = tuple((Level.of(word), int(self.number(value, f"retention, {word}"))) for word, value in days.items())
        given = self.fields(takeback, "takeback", "stays_from")
        stays = self.word(Level.of, given["stays_from"], "takeback, stays_from") if "stays_from" in given else None
        return Keeping(kept, stays)

    def outsiders(self, value: object) -> Outsiders:
        given = self.fields(value, "outsiders", "highest groups")
        groups = given.get("groups", [])
        if not isinstance(groups, list):
            raise self.fail("outsiders, groups", "expected a list", "应为列表")
        highest = self.word(Level.of, given.get("highest"), "outsiders, highest")
        if highest >= Level.SECRET:
            raise self.fail("outsiders, highest", "secret files never go over WeChat", "涉密文件严禁通过微信传递")
        return Outsiders(highest, frozenset(map(str, groups)))

    def rule(self, row: object, number: int) -> Rule:
        where = f"rule {row.get('id', number) if isinstance(row, dict) else number}"
        given = self.fields(row, where, "id when action options notice clause text")
        for needed in ("id", "action", "clause", "text"):
            if not given.get(needed):
                raise self.fail(where, f"field {needed} is missing", f"缺少字段 {needed}")
        because = Because(str(given["id"]), str(given["clause"]), *self.pair(given["text"], f"{where}, text"))
        options = given.get("options", [])
        if not isinstance(options, list):
            raise self.fail(f"{where}, options", "expected a list", "应为列表")
        return Rule(
            because,
            self.when(given.get("when", {}), f"{where}, when"),
            self.word(Action, given["action"], f"{where}, action"),
            tuple(self.option(option, f"{where}, options") for option in options),
            self.truth(given.get("notice", False), f"{where}, notice"),
        )

    def option(self, value: object, where: str) -> Option:
        given = self.fields(value, where, "choice people reason")
        people = int(self.number(given.get("people", 1), f"{where}, people"))
        if people not in (1, 2):
            raise self.fail(f"{where}, people", f"got {people}, expected 1 or 2", f"值为 {people}，应为 1 或 2")
        reason = self.truth(given.get("reason", True), f"{where}, reason")
        return Option(self.word(Choice, given.get("choice"), f"{where}, choice"), people, reason)

    def when(self, value: object, where: str) -> When:
        given = self.fields(value, where, "finding gap level registered direction group type min_size")
        return When(
            finding=self.finding(given["finding"], f"{where}, finding") if "finding" in given else None,
            gap=self.gap(given["gap"], f"{where}, gap") if "gap" in given else None,
            level=self.word(Level.of, given["level"], f"{where}, level") if "level" in given else None,
            registered=self.truth(given["registered"], f"{where}, registered") if "registered" in given else None,
            direction=self.word(Direction, given["direction"], f"{where}, direction") if "direction" in given else None,
            group=frozenset(map(str, given.get("group", ()))),
            type=frozenset(map(str, given.get("type", ()))),
            min_size=int(self.number(given["min_size"], f"{where}, min_size")) if "min_size" in given else None,
        )

    def finding(self, value: object, where: str) -> FindingCondition:
        given = self.fields(value, where, "min_level certainty category not_rule")
        certainty = str(given.get("certainty", "medium"))
        if certainty not in ("medium", "high"):
            raise self.fail(
                f"{where}, certainty",
                f"got {certainty!r}, expected medium or high",
                f"值为 {certainty!r}，应为 medium 或 high",
            )
        return FindingCondition(
            self.word(Level.of, given.get("min_level", "public"), f"{where}, min_level"),
            Certainty[certainty.upper()],
            self.words(Category, given.get("category"), f"{where}, category"),
            frozenset(map(str, given.get("not_rule", ()))),
        )

    def gap(self, value: object, where: str) -> GapCondition:
        given = self.fields(value, where, "kind reason not_reason min_coverage min_size")
        return GapCondition(
            self.word(GapKind, given["kind"], f"{where}, kind") if "kind" in given else None,
            self.words(GapReason, given.get("reason"), f"{where}, reason"),
            self.words(GapReason, given.get("not_reason"), f"{where}, not_reason"),
            float(self.number(given.get("min_coverage", 0), f"{where}, min_coverage")),
            int(self.number(given.get("min_size", 0), f"{where}, min_size")),
        )


def _run_examples(policy: Policy, examples: object) -> None:
    """Raise PolicyError unless each example meets the rule it names; a policy at odds with itself is not used."""
    if not isinstance(examples, list) or not examples:
        raise PolicyError(policy.name, "examples", Say("expected at least one example", "至少应有一个示例"))
    for number, example in enumerate(examples, 1):
        where = f"example {number}"
        try:
            seen, expected = _example(example)
        except (KeyError, TypeError, ValueError) as error:
            raise PolicyError(policy.name, where, Say(f"cannot be read: {error}", f"无法识别：{error}")) from error
        met = policy.rule_for(seen).because.rule
        if met != expected:
            raise PolicyError(
                policy.name, where, Say(f"met rule {met}, expected {expected}", f"命中规则 {met}，应为 {expected}")
            )


def _example(example: Mapping[str, Any]) -> tuple[Seen, str]:
    given = example["given"]
    findings = tuple(
        Finding(
            f.get("rule", "example"), Level.of(f["level"]), Category(f["category"]), int(f["score"]), Place(), "", ""
        )
        for f in given.get("findings", ())
    )
    gaps = tuple(
        Gap(GapKind(g["kind"]), GapReason(g["reason"]), coverage=float(g.get("coverage", 1.0)), size=g.get("size"))
        for g in given.get("gaps", ())
    )
    level = max((f.level for f in findings if f.score >= Certainty.MEDIUM), default=Level.PUBLIC)
    document = Document("example", int(given.get("size", 1)), "0" * 64, str(given.get("type", "text/plain")))
    origin = Origin(direction=Direction(given.get("direction", "outgoing")), group=str(given.get("group", "")))
    return Seen(document, Classification(level, findings, gaps, ""), origin, bool(given.get("registered"))), example[
        "expect"
    ]

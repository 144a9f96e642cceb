"""Renders cases, reads them with the product's own readers, classifies, and asks the shipped policy."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.eval import mutations
from benchmarks.eval.marked import marked
from benchmarks.eval.paper import Case, Want
from benchmarks.eval.render import FORMATS
from benchmarks.eval.unmarked import unmarked
from classifiers.engine import classify
from classifiers.model import Certainty, Classification
from classifiers.pack import load, shipped
from classifiers.rules import Rules
from dlp.model import Action, Document, Limits, Origin
from dlp.policy import Policy

KEY = b"evaluation"
MUTATIONS = ("none", "none", "none", "none", "split", *mutations.MARKS)
"""A third of the marked cases are plain."""


@dataclass(frozen=True, slots=True)
class Result:
    """One case in one format, judged."""

    case: Case
    format: str
    right: bool
    action: Action
    classification: Classification
    size: int


def cases(count: int, seed: int) -> Iterator[tuple[Case, str]]:
    """So many marked and as many unmarked cases, each in one format; formats and mutations go round independently."""
    formats = list(FORMATS)
    for number in range(count):
        mutation = MUTATIONS[(number // len(formats)) % len(MUTATIONS)]
        yield marked(number * 13 + number // 8, seed, mutation), formats[number % len(formats)]
        yield unmarked(number, seed), formats[(number // 11) % len(formats)]


def judged(count: int, seed: int, rules: Rules | None = None) -> Iterator[Result]:
    """All results; nothing is kept."""
    from dlp import policy_file

    rules = rules or load(shipped())
    policy = policy_file.load(policy_file.shipped("standard"))
    for case, form in cases(count, seed):
        if form == "txt" and case.paper.properties:
            # Plain text has no properties; the same mark is then in the first line.
            case.paper.lines[:0] = [f"{name}：{value}" for name, value in case.paper.properties.items()]
        yield one(case, form, rules, policy)


def one(case: Case, form: str, rules: Rules, policy: Policy) -> Result:
    """One case as a real file, by the same entry that the reading process uses."""
    from dlp.read.document import read

    content = FORMATS[form](case.paper)
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        reading = read(file.fileno(), f"{case.paper.name}.{form}", Limits())
        found = classify(reading.joined, rules, KEY)
    document = Document(case.paper.name, len(content), "0" * 64, reading.media_type)
    action = policy.decide(document, found, Origin()).action
    return Result(case, form, _right(case, found, action), action, found, len(content))


def _right(case: Case, found: Classification, action: Action) -> bool:
    if case.want is Want.NOTHING:
        return action is Action.ALLOW
    return any(
        one.score >= Certainty.MEDIUM and one.level.id == case.level and one.rule.startswith(case.rules)
        for one in found.findings
    )

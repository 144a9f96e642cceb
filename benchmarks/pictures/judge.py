"""Judges pictures by the product's own ``inspect``, and keeps what came out, one JSON object a line."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.pictures.cases import made
from benchmarks.pictures.label import Label, Made, Want
from classifiers.model import Certainty
from dlp.inspect import Context, inspect
from dlp.model import Action, Origin, Verdict

ABOUT = {Want.MARK: "cn.mark.", Want.NUMBER: "cn.id.resident", Want.PHONES: "cn.phone."}
"""Beginning of the rules that must fire."""


@dataclass(frozen=True, slots=True)
class Result:
    """One picture, judged."""

    label: Label
    right: bool
    action: str
    because: str
    """The policy rule that decided."""
    findings: tuple[str, ...]
    """Rule, score and supports of the strongest."""
    gaps: tuple[str, ...]
    ms: float

    def json(self) -> str:
        """One line."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def of(cls, line: str) -> Result:
        """The result written by ``json``."""
        given = json.loads(line)
        label = given.pop("label")
        label |= {"want": Want(label["want"]), "wear": tuple(label["wear"]), "size": tuple(label["size"])}
        given |= {"findings": tuple(given["findings"]), "gaps": tuple(given["gaps"])}
        return cls(label=Label(**label), **given)


def judged(picture: Made, context: Context) -> Result:
    """The picture as a file of its own, by the same entry that agent and gate use."""
    with tempfile.TemporaryFile() as file:
        file.write(picture.content)
        file.flush()
        verdict = inspect(file.fileno(), f"IMG_{picture.label.number:04}{picture.suffix}", Origin(), context)
    found = verdict.classification
    return Result(
        picture.label,
        right(picture.label, verdict),
        verdict.action.value,
        verdict.because[0].rule if verdict.because else "",
        tuple(f"{one.rule} {one.level.id} {one.score} {' '.join(one.supports)}" for one in found.findings[:3]),
        tuple(f"{gap.kind} {gap.reason} {gap.coverage:.2f} {gap.detail}".strip() for gap in found.gaps),
        verdict.elapsed_ms,
    )


def right(label: Label, verdict: Verdict) -> bool:
    """Whether what it holds was found, at its level; of a negative, whether it may be sent.

    A hold because the picture was not read finds nothing: it counts neither for a mark nor for a negative.
    """
    if label.want is Want.NOTHING:
        return verdict.action is Action.ALLOW
    return any(
        one.score >= Certainty.MEDIUM and one.level.id == label.level and one.rule.startswith(ABOUT[label.want])
        for one in verdict.classification.findings
    )


def results(count: int, seed: int, context: Context, kept: Path | None = None) -> Iterator[Result]:
    """All results up to ``count``; those that ``kept`` has are not made again, and new ones are added to it."""
    known = {}
    if kept and kept.exists():
        known = {one.label.number: one for one in map(Result.of, kept.read_text("utf-8").splitlines())}
    for number in range(count):
        result = known.get(number)
        if result is None:
            result = judged(made(number, seed), context)
            if kept:
                with kept.open("a", encoding="utf-8") as file:
                    file.write(result.json() + "\n")
        yield result

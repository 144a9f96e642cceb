# ruff: noqa: E501 - rows of the report stay on one line
"""``python -m benchmarks.eval.second [third]``: a set written apart from the generator, frozen before it was judged."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.eval import numbers
from benchmarks.eval.paper import Paper
from benchmarks.eval.render import FORMATS
from classifiers.engine import classify
from classifiers.model import Block, Classification, Level, Place, Region
from classifiers.rules import Rules
from dlp.model import Action, Document, Limits, Origin
from dlp.policy import Policy

SETS = {"second": Path(__file__).parent / "held_out", "third": Path(__file__).parent / "third"}
RENDERED = ("txt", "docx", "pdf")
KEY = b"held out"
FIELD = re.compile(r"\{(name|id|id4|id81|idfull|card|card4|mobile|passport|mail|digits\d+)\}")
HEAD = re.compile(r"=== (\w+)(?: region=(\w+))?(?: part=(\S+))?")
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


@dataclass(frozen=True, slots=True)
class Held:
    """One case of the set."""

    file: str
    number: int
    level: Level
    region: Region
    part: str
    text: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A case as one kind of document."""

    case: Held
    form: str
    classification: Classification
    action: Action

    @property
    def level(self) -> Level:
        """What was found."""
        return self.classification.level


def cases(name: str = "second") -> Iterator[Held]:
    """All of a set, in order."""
    for path in sorted(SETS[name].glob("*.txt")):
        parts = re.split(r"(?m)^(?==== )", path.read_text("utf-8"))
        for number, part in enumerate(parts[1:], 1):
            head, _, text = part.partition("\n")
            match = HEAD.fullmatch(head.strip())
            assert match, f"{path.name}: {head}"
            chance = random.Random(f"{path.name} {number}")
            yield Held(
                path.stem, number, Level.of(match[1]), Region(match[2] or "body"), match[3] or "",
                _filled(text.rstrip("\n"), chance),
            )  # fmt: skip


def _filled(text: str, chance: random.Random) -> str:
    lines = []
    for line in text.split("\n"):
        count, rest = 1, line
        if match := re.match(r"\*(\d+) (.*)", line):
            count, rest = int(match[1]), match[2]
        lines += [FIELD.sub(lambda m: _made(m[1], chance), rest) for _ in range(count)]
    return "\n".join(lines)


def _made(what: str, chance: random.Random) -> str:
    if what.startswith("digits"):
        return "".join(chance.choices("0123456789", k=int(what[6:])))
    person, card = numbers.resident(chance), numbers.card(chance)
    return {
        "name": numbers.person(chance),
        "id": person,
        "id4": f"{person[:6]} {person[6:14]} {person[14:]}",
        "id81": numbers.resident(chance, "810000"),
        "idfull": person.translate(WIDE),
        "card": card,
        "card4": " ".join(card[n : n + 4] for n in range(0, 19, 4)),
        "mobile": numbers.mobile(chance),
        "passport": numbers.passport(chance),
        "mail": f"{numbers.key(chance, 8).lower()}@example.{chance.choice(('com', 'cn', 'org'))}",
    }[what]


def judged(rules: Rules, policy: Policy, name: str = "second") -> Iterator[Judged]:
    """Every case, text of the page as three kinds of real files."""
    for case in cases(name):
        if case.region is Region.BODY:
            for form in RENDERED:
                yield _as_file(case, form, rules, policy)
        else:
            place = Place(case.region, part=case.part, page=1 if case.region is not Region.FILE_NAME else None)
            blocks = [Block(case.text, place), Block("各部门：现将有关情况通报如下，请结合实际抓好落实。")]
            found = classify(blocks, rules, KEY)
            yield Judged(case, "part", found, _action(case.text, found, policy, "text/plain", 100))


def _as_file(case: Held, form: str, rules: Rules, policy: Policy) -> Judged:
    import tempfile

    from dlp.read.document import read

    content = FORMATS[form](Paper(case.text.split("\n"), name="材料"))
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        reading = read(file.fileno(), f"材料.{form}", Limits())
        found = classify(reading.joined, rules, KEY)
    return Judged(case, form, found, _action("材料", found, policy, reading.media_type, len(content)))


def _action(name: str, found: Classification, policy: Policy, media_type: str, size: int) -> Action:
    return policy.decide(Document(name, size, "0" * 64, media_type), found, Origin()).action


def report(results: list[Judged]) -> list[str]:
    """Precision and recall by what is looked for, as lines of Markdown."""
    kinds = {
        "state secret marks": lambda level: level >= Level.SECRET,
        "sensitive (trade, work, persons, keys)": lambda level: level is Level.SENSITIVE,
        "internal": lambda level: level is Level.INTERNAL,
    }
    lines = ["| | Documents that hold it | Found, at the right level | Documents said to hold it | Rightly |", "|---|---|---|---|---|"]  # fmt: skip
    for name, is_kind in kinds.items():
        held = [one for one in results if is_kind(one.case.level)]
        said = [one for one in results if is_kind(one.level)]
        right = sum(one.level is one.case.level for one in held)
        true = sum(is_kind(one.case.level) for one in said)
        lines.append(
            f"| {name} | {len(held)} | {right / len(held):.1%} | {len(said)} | {true / max(1, len(said)):.1%} |"
        )
    nothing = [one for one in results if one.case.level is Level.PUBLIC]
    for action in (Action.BLOCK, Action.HOLD, Action.ENCRYPT):
        number = sum(one.action is action for one in nothing)
        lines.append(
            f"\n{action.value} among the {len(nothing)} that hold nothing: {number} ({number / len(nothing):.2%})"
        )
    return lines


def wrong(results: list[Judged]) -> Iterator[str]:
    """One line for each case that was judged otherwise than a person did."""
    for one in results:
        if one.level is not one.case.level:
            found = "; ".join(
                f"{f.rule} {f.level.id} {f.score} {f.masked} ({' '.join(f.supports)})"
                for f in one.classification.findings[:3]
            )
            yield f"{one.case.file} {one.case.number} as {one.form}: {one.case.level.id}, judged {one.level.id} ({one.action.value}): {found or 'nothing'}"


def main() -> None:
    """Print the report and all that was judged otherwise."""
    from classifiers.pack import load, shipped
    from dlp import policy_file

    name = sys.argv[1] if len(sys.argv) > 1 else "second"
    results = list(judged(load(shipped()), policy_file.load(policy_file.shipped("standard")), name))
    print("\n".join([*report(results), "", *wrong(results)]))


if __name__ == "__main__":
    main()

"""Builds the database of a pack set for hyperscan and stores it, for processes that start later."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers.characters import odd
from classifiers.database import FIRST, IS_GROUPED, IS_ODD, WHOLE_LINE, name, read
from classifiers.numbers import MOST_DIGITS
from classifiers.rules import Rules
from classifiers.trigger import BUDGETS, trigger

SEPARATOR = "(?:[ \\-]|－|\u3000|\u00a0)"
RUNS = range(6, MOST_DIGITS + 1)
"""Digits in a row; what stands before and after is part of the expression, so that a number is seen once."""
GROUPED = f"[0-9]{SEPARATOR}(?:[0-9]{{4}}{SEPARATOR}[0-9]|[0-9]{{8}})"
KEPT = 4
"""Databases in the folder, the newest: of the packs in force, and of those before them should they come back."""


@dataclass(frozen=True, slots=True)
class Expression:
    """One expression with the rule that it is for."""

    source: str
    rule: int
    width: int
    """Code points that a match may begin before the end of the expression, or ``WHOLE_LINE``."""
    letters: bool = True
    """UTF-8 with lines; a term is bytes."""
    ignore_case: bool = False


def build(rules: Rules, chosen: list[int]) -> bytes:
    """The file for these rules: takes half a second, and six for a dictionary of a hundred thousand terms."""
    import hyperscan

    expressions = [one for number in chosen for one in _of_rule(rules, number)]
    try:
        database = _compiled(expressions)
    except hyperscan.error:
        # One of them is too much for the engine: only now is it worth to try each, and to make that one simpler.
        expressions = [one for number in chosen for one in _of_rule(rules, number, tried=True)]
        database = _compiled(expressions)
    raw = hyperscan.dumpb(database)
    told = {
        "sha256": hashlib.sha256(raw).hexdigest(),
        "rules": [one.rule for one in expressions],
        "widths": [one.width for one in expressions],
        "also": {first: others for first, *others in _same(expressions) if others},
    }
    return json.dumps(told, separators=(",", ":")).encode() + b"\n" + raw


def _compiled(expressions: list[Expression]) -> Any:  # noqa: ANN401 - the wheel's own type
    import hyperscan

    fixed = [(GROUPED, IS_GROUPED, hyperscan.HS_FLAG_UTF8)]
    fixed += [(f"[^0-9][0-9]{{{count}}}[^0-9]", count, 0) for count in RUNS]
    fixed += [(source, IS_ODD, hyperscan.HS_FLAG_UTF8) for source in odd()]
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    numbers = [same[0] for same in _same(expressions)]
    database.compile(
        expressions=[source.encode() for source, *_ in fixed] + [expressions[n].source.encode() for n in numbers],
        ids=[number for _, number, _ in fixed] + [FIRST + n for n in numbers],
        flags=[flags for *_, flags in fixed] + [_flags(expressions[n]) for n in numbers],
    )
    return database


def _same(expressions: list[Expression]) -> list[list[int]]:
    """Numbers of the expressions, those that are the same together: they are looked for, and told of, only once."""
    found: dict[tuple[str, int], list[int]] = {}
    for number, one in enumerate(expressions):
        found.setdefault((one.source, _flags(one)), []).append(number)
    return list(found.values())


def keep(rules: Rules, chosen: list[int]) -> None:
    """Build and write down, for processes that start later; nothing where it is there already."""
    if rules.cache is None or read(rules) is not None:
        return
    with contextlib.suppress(OSError):
        rules.cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=rules.cache, prefix=".hs-", delete=False) as file:
            file.write(build(rules, chosen))
        Path(file.name).replace(rules.cache / name(rules.stamp))
        # Those of packs and engines that are no more.
        for old in sorted(rules.cache.glob("*.hs"), key=lambda path: -path.stat().st_mtime_ns)[KEPT:]:
            old.unlink(missing_ok=True)


def _of_rule(rules: Rules, number: int, tried: bool = False) -> Iterator[Expression]:
    rule = rules.rules[number]
    if rule.terms:
        # In the order of ``needs``, which is sorted: the same in every process.
        for term in rule.needs:
            yield Expression(re.escape(term), number, len(term), letters=False)
    elif rule.digits or rule.grouped:
        # Its numbers are in every database; the words that it also asks for speak of the whole line.
        for word in rule.needs:
            yield Expression(re.escape(word), number, WHOLE_LINE, letters=False)
    else:
        for tightness in range(len(BUDGETS)):
            found = trigger(rule.pattern, tightness)
            one = found and Expression(found.expression, number, found.width, ignore_case=rule.ignore_case)
            if one and not (tried and _is_too_much(one)):
                yield one
                return
        raise ValueError(f"rule {rule.id}: hyperscan takes no form of its pattern")


def _is_too_much(one: Expression) -> bool:
    import hyperscan

    try:
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        database.compile(expressions=[one.source.encode()], ids=[0], flags=[_flags(one)])
    except hyperscan.error:
        return True
    return False


def _flags(one: Expression) -> int:
    import hyperscan

    lines = hyperscan.HS_FLAG_UTF8 | hyperscan.HS_FLAG_MULTILINE if one.letters else 0
    return int(lines | (hyperscan.HS_FLAG_CASELESS if one.ignore_case else 0))

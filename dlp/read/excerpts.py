"""What rules matched, in clear: read again for a reviewer who may see it, and never part of a Classification.

Runs in the reading process, like all that touches a file's content. It listens where the engine gathers, so that what
is shown is what was judged and no second search that might find something else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from classifiers.candidate import Candidate
from classifiers.engine import Engine
from classifiers.gathering import Gathering
from classifiers.masks import fingerprint
from classifiers.model import Block, Gap
from classifiers.rules import Rules
from classifiers.signs import Spot
from classifiers.stretch import Settled
from classifiers.unplaced import Cells
from classifiers.window import Joiner
from dlp.model import Excerpt

AROUND = 40
"""Characters before and after the match."""
LONGEST = 200
"""Characters of the match; a private key has thousands, and nobody needs them to decide."""
MOST_OF_A_RULE = 5
MOST = 100


class Listening(Gathering):
    """Gathers as ever, and keeps a few matches of the rules that are asked for as they stand in the text."""

    def __init__(self, key: bytes, wanted: Collection[str]) -> None:
        super().__init__(key)
        self.excerpts: list[Excerpt] = []
        self._wanted = wanted
        self._of_rule: Counter[str] = Counter()
        self._seen: set[tuple[str, str]] = set()

    def add(self, one: Candidate) -> None:
        """Take a candidate while it still knows its place in the text."""
        if one.at is not None and self._new(one):
            self._seen.add((one.rule.id, one.value))
            self._of_rule[one.rule.id] += 1
            self.excerpts.append(_excerpt(one.rule.id, fingerprint(one.value, self._key), one.at))
        super().add(one)

    def _new(self, one: Candidate) -> bool:
        rule = one.rule.id
        room = self._of_rule[rule] < MOST_OF_A_RULE and len(self.excerpts) < MOST
        return room and rule in self._wanted and (rule, one.value) not in self._seen


def excerpts(parts: Iterable[Block | Gap | Cells], rules: Rules, key: bytes, wanted: Collection[str]) -> list[Excerpt]:
    """The first matches of the wanted rules, by id; ``parts`` are read once."""
    engine: Engine = rules.engine
    listening = Listening(key, wanted)
    for window in Joiner().windows(parts):
        engine.judge(window, listening, Settled())
    return listening.excerpts


def _excerpt(rule: str, mark: str, at: Spot) -> Excerpt:
    text, end = at.window.text, min(at.end, at.start + LONGEST)
    cut = "…" if end < at.end else text[at.end : at.end + AROUND]
    return Excerpt(rule, mark, text[max(0, at.start - AROUND) : at.start], text[at.start : end], cut)

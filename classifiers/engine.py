"""``classify``: Blocks and Gaps in, a Classification out.

One pass: Blocks are joined into windows, a sweep finds the few stretches worth a look, rules confirm and score there,
and a small aggregate remembers what the document says as a whole. Memory does not grow with the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from classifiers.confirm import Confirm
from classifiers.enough import settled_by_number
from classifiers.gathering import Gathering
from classifiers.model import Block, Certainty, Classification, Gap, Level
from classifiers.portable import Portable
from classifiers.rules import Rules
from classifiers.spelling import Folding
from classifiers.stretch import Settled, Stretch, Sweep
from classifiers.sweep import Either, for_places_apart
from classifiers.unplaced import Cells
from classifiers.window import Joiner, Window

MOST_FINDINGS = 200


class Engine:
    """The rules, made ready to run; build once, use for any number of documents."""

    def __init__(self, rules: Rules, sweep: Sweep | None = None) -> None:
        self.sweep = sweep or Either(rules)
        self._places_apart = Portable(rules, for_places_apart(rules))
        self._rules = rules
        folding = Folding(rules.read_as)
        self._confirms = [
            Confirm(rule, Folding({**rules.read_as, **dict(rule.alike)}) if rule.alike else folding)
            for rule in rules.rules
        ]

    def judge(self, window: Window, gathering: Gathering, settled: Settled) -> None:
        """Add what one window holds."""
        since: dict[int, int] = {}
        # By rule, and in the order of the text within one.
        for one in sorted([*self.sweep.stretches(window.text, settled), *self._apart(window, settled)]):
            next_ = since.get(one.rule, 0)
            if one.last >= next_:
                since[one.rule] = self._confirms[one.rule].gather(window, one, next_, gathering)

    def _apart(self, window: Window, settled: Settled) -> list[Stretch]:
        """Stretches for the rules that look only at properties, file names and text in pictures."""
        found = []
        for number in window.apart:
            start = window.starts[number]
            for one in self._places_apart.stretches(window.pieces[number].text, settled):
                found.append(Stretch(one.rule, one.start + start, one.last + start, one.limit + start))
        return found

    def settled(self, found: Mapping[str, int]) -> Settled:
        """What need not be tried any more."""
        return settled_by_number(self._rules, found)


def classify(
    parts: Iterable[Block | Gap | Cells], rules: Rules, key: bytes, most_findings: int = MOST_FINDINGS
) -> Classification:
    """What the document is.

    ``parts`` are read once, in order; a file name is a Block with region FILE_NAME, a property one with region
    METADATA and its name in ``place.part``. ``key`` is the machine's fingerprint key. At most ``most_findings`` are
    returned, the strongest first; the level counts all of them.
    """
    engine: Engine = rules.engine
    joiner, gathering, settled, enough = Joiner(), Gathering(key), Settled(), dict[str, int]()
    for window in joiner.windows(parts):
        found = gathering.settled(rules.rules, window)
        if found != enough:
            enough, settled = found, engine.settled(found)
        engine.judge(window, gathering, settled)
    findings = gathering.findings()
    level = max((one.level for one in findings if one.score >= Certainty.MEDIUM), default=Level.PUBLIC)
    return Classification(level, tuple(findings[:most_findings]), tuple(joiner.gaps), rules.digest, joiner.characters)

"""``classify``: Blocks and Gaps in, a Classification out.

One pass: Blocks are joined into windows, a prefilter finds the lines worth a look, rules confirm and score there, and a
small aggregate remembers what the document says as a whole. Memory does not grow with the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from classifiers.confirm import Confirm
from classifiers.enough import without
from classifiers.gathering import Gathering
from classifiers.model import Block, Certainty, Classification, Gap, Level
from classifiers.prefilter import Tables, asking, regions, tables
from classifiers.rules import Rules
from classifiers.sweep import Either, Sweep
from classifiers.window import Joiner, Window

MOST_FINDINGS = 200


@dataclass(slots=True)
class Looking:
    """What is still looked for in one document."""

    settled: dict[str, int] = field(default_factory=dict)
    tables: Tables | None = None


class Engine:
    """The rules, made ready to run; build once, use for any number of documents."""

    def __init__(self, rules: Rules, sweep: Sweep | None = None) -> None:
        asked = asking(rules)
        self._exact = asked.exact
        self.sweep = sweep or Either(asked, rules.cache)
        self._rules, self._asked = rules, asked
        self._confirms = [Confirm(rule, rules.read_as) for rule in rules.rules]

    def judge(self, window: Window, gathering: Gathering, looking: Looking) -> None:
        """Add what one window holds."""
        hits = self.sweep.hits(window.text, looking.tables)
        for region in regions(window.text, hits, len(self._confirms), self._exact):
            for candidate in self._confirms[region.rule].candidates(window, region, gathering.known):
                gathering.add(candidate)
        settled = gathering.settled(self._rules.rules)
        if settled != looking.settled:
            looking.settled = settled
            looking.tables = tables(without(self._asked, self._rules, settled), self._asked.in_order())


def classify(
    parts: Iterable[Block | Gap], rules: Rules, key: bytes, most_findings: int = MOST_FINDINGS
) -> Classification:
    """What the document is.

    ``parts`` are read once, in order; a file name is a Block with region FILE_NAME, a property one with region
    METADATA and its name in ``place.part``. ``key`` is the machine's fingerprint key. At most ``most_findings`` are
    returned, the strongest first; the level counts all of them.
    """
    engine: Engine = rules.engine
    joiner, gathering, looking = Joiner(), Gathering(key), Looking()
    for window in joiner.windows(parts):
        engine.judge(window, gathering, looking)
    findings = gathering.findings()
    level = max((one.level for one in findings if one.score >= Certainty.MEDIUM), default=Level.PUBLIC)
    return Classification(level, tuple(findings[:most_findings]), tuple(joiner.gaps), rules.digest, joiner.characters)

"""Builds once what later processes only read: for the agent to call before its reading processes start.

``python -m classifiers.prepare CACHE PACK…`` does so in a process of its own, which takes the memory for it along when
it ends. Status 0: done, or nothing to do here; 1: the packs cannot be used, and whoever loads them learns why.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from classifiers.build import keep
from classifiers.pack import PackError, load
from classifiers.rules import Rules
from classifiers.sweep import for_text


def prepare(rules: Rules) -> None:
    """Write the rules' database to ``rules.cache``; nothing where there is no such folder or no hyperscan.

    Takes half a second, and six for a dictionary of a hundred thousand terms.
    """
    try:
        keep(rules, for_text(rules))
    except ImportError:
        # No wheel for this platform: the portable sweep needs no preparation.
        return


def main(words: Sequence[str]) -> int:
    """The folder and the packs; the status to end with."""
    cache, *packs = map(Path, words)
    try:
        prepare(load(packs, cache))
    except PackError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

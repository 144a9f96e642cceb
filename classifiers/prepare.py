"""Builds once what later processes only read: for the agent to call before its reading processes start."""

from __future__ import annotations

from classifiers.rules import Rules
from classifiers.sweep import Either


def prepare(rules: Rules) -> None:
    """Write the rules' database to ``rules.cache``; nothing where there is no such folder or no hyperscan.

    Takes a few seconds for a dictionary of a hundred thousand terms, else a tenth of one.
    """
    sweep = rules.engine.sweep
    if isinstance(sweep, Either) and rules.cache is not None and (fast := sweep.fast()):
        fast.keep()

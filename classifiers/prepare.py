"""Builds once what later processes only read: for the agent to call before its reading processes start."""

from __future__ import annotations

from classifiers.database import keep
from classifiers.rules import Rules
from classifiers.sweep import for_text


def prepare(rules: Rules) -> None:
    """Write the rules' database to ``rules.cache``; nothing where there is no such folder or no hyperscan.

    Takes about a second, and six for a dictionary of a hundred thousand terms.
    """
    try:
        keep(rules, for_text(rules))
    except ImportError:
        # No wheel for this platform: the portable sweep needs no preparation.
        return

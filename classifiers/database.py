"""The compiled form of a pack set for hyperscan, as one process stored it and others read it (``classifiers.build``).

The file is named after the rules, this package's code, the engine's version and the processor: another machine or
engine makes its own. It begins with one line of JSON that says what the numbers of its expressions stand for.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import platform
from dataclasses import dataclass
from pathlib import Path

from classifiers.rules import Rules

IS_ODD, IS_GROUPED, FIRST = 0, 1, 32
"""Numbers of expressions that are there whatever the rules: these, and for a row of digits their count; those of rules
begin with ``FIRST``."""
WHOLE_LINE = -1
"""Instead of a width: a match may be anywhere in the line."""


@dataclass(frozen=True, slots=True)
class Database:
    """A stored form, taken apart."""

    rules: list[int]
    """By number of the expression, less ``FIRST``: the rule."""
    widths: list[int]
    also: dict[int, list[int]]
    """By number of an expression: the numbers of others that are the same, and are not told of themselves."""
    raw: bytes


def name(stamp: str) -> str:
    """The file's name for rules of this stamp on this machine; empty where no hyperscan is installed."""
    found = importlib.util.find_spec("hyperscan")
    if found is None or not found.submodule_search_locations:
        return ""
    # Read and not imported: who only asks whether the file is there need not wait for the engine.
    version = Path(found.submodule_search_locations[0], "_version.py").read_text("utf-8")
    parts = (stamp, version, platform.machine(), _features())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40] + ".hs"


def read(rules: Rules) -> Database | None:
    """The stored form of these rules; None where nobody built it, or no hyperscan is installed."""
    with contextlib.suppress(OSError, ImportError, ValueError, KeyError):
        if rules.cache is not None and (named := name(rules.stamp)):
            return opened((rules.cache / named).read_bytes())
    return None


def opened(raw: bytes) -> Database:
    """The parts of a file; ValueError where it is none."""
    head, _, rest = raw.partition(b"\n")
    told = json.loads(head)
    if hashlib.sha256(rest).hexdigest() != told["sha256"]:
        raise ValueError("cut or changed")
    also = {int(first): [int(n) for n in others] for first, others in told["also"].items()}
    return Database([int(n) for n in told["rules"]], [int(n) for n in told["widths"]], also, rest)


def _features() -> str:
    """The processor's features, as far as the system tells; a database is compiled for them."""
    # Line by line: on a machine with many processors the whole of it takes long.
    with contextlib.suppress(OSError), Path("/proc/cpuinfo").open(encoding="utf-8", errors="replace") as file:
        return next((line for line in file if line.startswith(("flags", "Features"))), "")
    return platform.processor()

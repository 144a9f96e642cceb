"""Reading pictures, beside tesseract on the same pictures in the same run.

Pictures with marks and numbers and as many harmless ones of the generator (``benchmarks.pictures``), each judged by the
product's ``inspect`` as a file. Tesseract (chi_sim, its own page segmentation) gives text, which is classified with the
same packs as lines of a picture without places: so both are asked for the same, and what differs is the reading.
Tesseract turns nothing by itself unless it is told to find the orientation, so upright pictures are counted apart.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.pictures.label import Label, Made, Want

COUNT = 28
SEED = 11
SMALLEST = 16
"""Pixels of type."""
Seen = Callable[[Made], bool]


def run() -> list[str]:
    """Lines for people."""
    from benchmarks.pictures.cases import pictures
    from benchmarks.pictures.fonts import NoFonts
    from dlp.config import Home, Settings
    from dlp.inspection import context_for

    try:
        chosen = [one for one in pictures(COUNT, SEED) if one.label.px >= SMALLEST and one.label.family != "scroll"]
    except NoFonts as error:
        return [str(error)]
    with tempfile.TemporaryDirectory() as home, context_for(Home(Path(home)), Settings()) as context:
        lines, own = measured("ours", chosen, lambda one: _ours(one, context))
    if shutil.which("tesseract") is None:
        return [*lines, "tesseract is not installed here and was left out"]
    rules = _rules()
    more, other = measured("tesseract", chosen, lambda one: _tesseract(one, rules))
    return [*lines, *more, f"tesseract takes {other / own:.2f} times as long as ours, by medians"]


def measured(name: str, chosen: list[Made], found: Callable[[Made], bool]) -> tuple[list[str], float]:
    """Recall of upright and turned ones, alarms, median milliseconds."""
    counted: dict[str, list[bool]] = {"upright": [], "turned": [], "nothing": []}
    times = []
    found(chosen[0])
    for one in chosen:
        begun = time.perf_counter()
        seen = found(one)
        times.append((time.perf_counter() - begun) * 1000)
        counted[_kind(one.label)].append(seen)
    told = ", ".join(f"{kind} {sum(seen)} of {len(seen)}" for kind, seen in counted.items())
    median = statistics.median(times)
    return [f"{name:>10}: found {told}; {median:.0f} ms median, {max(times):.0f} ms at most"], median


def _kind(label: Label) -> str:
    return "nothing" if label.want is Want.NOTHING else "upright" if label.turn == 0 else "turned"


def _ours(one: Made, context: object) -> bool:
    from benchmarks.pictures.judge import judged
    from dlp.inspect import Context

    assert isinstance(context, Context)
    result = judged(one, context)
    return result.action != "allow" if one.label.want is Want.NOTHING else result.right


def _rules() -> object:
    from classifiers.pack import load, shipped

    rules = load(shipped())
    _ = rules.engine
    return rules


def _tesseract(one: Made, rules: object) -> bool:
    from benchmarks.pictures.judge import ABOUT
    from classifiers.engine import classify
    from classifiers.model import Block, Certainty, Place, Region
    from classifiers.rules import Rules

    assert isinstance(rules, Rules)
    with tempfile.NamedTemporaryFile(suffix=one.suffix) as file:
        file.write(one.content)
        file.flush()
        asked = ["tesseract", file.name, "stdout", "-l", "chi_sim"]
        said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    # It sets a blank between 汉字; classification reads over blanks.
    blocks = [Block(line, Place(Region.PICTURE)) for line in said.splitlines() if line.strip()]
    found = [one for one in classify(blocks, rules, b"bench").findings if one.score >= Certainty.MEDIUM]
    label = one.label
    if label.want is Want.NOTHING:
        return any(one.level > 1 for one in found)
    return any(one.rule.startswith(ABOUT[label.want]) and one.level.id == label.level for one in found)

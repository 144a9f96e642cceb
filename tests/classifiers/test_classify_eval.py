"""A small run of ``make eval``: no false block among hard negatives, and marks found in every format and spelling."""

from __future__ import annotations

from benchmarks.eval.judge import judged
from benchmarks.eval.report import Report

COUNT = 320
"""A multiple of formats by spellings; the whole run has twenty thousand."""


def test_a_sample_of_the_evaluation_reaches_what_it_must() -> None:
    report = Report(COUNT, seed=5)
    for result in judged(COUNT, seed=5):
        report.add(result)
    assert report.judged == 2 * COUNT
    assert report.good(), report.text()
    assert len(report.recall) > 30

"""A small run of ``python -m benchmarks.pictures``: drawn pictures through the product's own ``inspect``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("cv2", reason="pictures are read with the libraries of the extra [ocr]")
pytest.importorskip("onnxruntime", reason="pictures are read with the libraries of the extra [ocr]")

from benchmarks.pictures.fonts import NoFonts, faces
from benchmarks.pictures.judge import results
from benchmarks.pictures.label import Want
from benchmarks.pictures.report import SMALLEST
from dlp.config import Home, Settings
from dlp.inspection import context_for

COUNT = 40
SEED = 42
MOST_MISSED = 1
"""Of some twenty; the whole run says how many of two thousand."""

pytestmark = pytest.mark.long


def test_what_pictures_hold_is_found_and_harmless_ones_pass(tmp_path: Path) -> None:
    try:
        faces()
    except NoFonts as error:
        pytest.skip(str(error))
    with context_for(Home(tmp_path), Settings()) as context:
        found = list(results(COUNT, SEED, context))
    read = [one for one in found if one.label.want is not Want.NOTHING and one.label.px >= SMALLEST]
    assert len(read) >= COUNT // 4
    missed = [one for one in read if not one.right]
    assert len(missed) <= MOST_MISSED, [one.json() for one in missed]
    actions = Counter(one.action for one in found if one.label.want is Want.NOTHING)
    assert actions["allow"] == COUNT // 2, [
        one.json() for one in found if one.label.want is Want.NOTHING and not one.right
    ]

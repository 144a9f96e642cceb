"""The generator of labelled pictures: the same seed gives the same pictures, and they are what their labels say."""

from __future__ import annotations

import io
import json
import random

import pytest

pytest.importorskip("cv2", reason="pictures are drawn with the libraries of the extra [ocr]")
pytest.importorskip("PIL", reason="pictures are drawn with the libraries of the extra [ocr]")

from PIL import Image

from benchmarks.eval.numbers import resident
from benchmarks.pictures import cases, wear
from benchmarks.pictures.fonts import NoFonts, faces
from benchmarks.pictures.label import Want
from classifiers.checks import CHECKS

COUNT = 32


@pytest.fixture(autouse=True)
def _fonts() -> None:
    try:
        faces()
    except NoFonts as error:
        pytest.skip(str(error))


def test_the_same_seed_gives_the_same_pictures() -> None:
    first = [(one.label.json(), one.content) for one in cases.pictures(12, 3)]
    again = [(one.label.json(), one.content) for one in cases.pictures(12, 3)]
    assert first == again
    assert [label for label, _ in first] != [one.label.json() for one in cases.pictures(12, 4)]
    later = [one.label.json() for one in cases.pictures(12, 3, first=7)]
    assert later == [label for label, _ in first][7:]


def test_half_of_the_pictures_hold_nothing_and_every_kind_comes() -> None:
    labels = [cases.drawn(number, random.Random(f"{number}")).label for number in range(4 * COUNT)]
    assert sum(label.want is Want.NOTHING for label in labels) == 2 * COUNT
    assert {label.want for label in labels} == set(Want)
    looks = {label.family for label in labels}
    assert {
        "official",
        "cover",
        "slide",
        "chat",
        "scroll",
        "card",
        "table",
        "phones",
        "photo",
        "receipt",
        "meme",
    } <= looks


def test_labels_say_what_was_drawn() -> None:
    for one in cases.pictures(COUNT, 5):
        label = one.label
        picture = Image.open(io.BytesIO(one.content))
        assert picture.size == label.size
        assert json.loads(label.json())["number"] == label.number
        if label.want is Want.MARK:
            assert label.level in ("secret", "highly_secret", "top_secret")
            assert any(word in label.said.replace(" ", "") for word in ("绝密", "机密", "秘密"))
        elif label.want is Want.NUMBER:
            assert all(CHECKS["resident_id"](value) is not None for value in label.said.split("\n"))
        elif label.want is Want.NOTHING:
            assert not label.said


@pytest.mark.parametrize("name", [name for name in wear.CAMERA if name != "none"])
def test_every_wear_changes_the_picture_and_leaves_it_readable(name: str) -> None:
    import numpy as np

    from benchmarks.pictures.sheet import Sheet

    sheet = Sheet(600, 200)
    sheet.line(resident(random.Random(1)), faces()[0], 24)
    clean = np.asarray(sheet.image)
    worn = clean
    for one in wear.CAMERA[name]:
        worn = one(worn, 24, random.Random(2))
    assert worn.dtype == np.uint8
    assert worn.shape[2] == 3
    assert worn.shape != clean.shape or (worn != clean).any()
    # Ink and paper stay apart: a picture that nobody could read would measure nothing.
    assert int(np.percentile(worn, 90)) - int(np.percentile(worn, 0.5)) > 60


@pytest.mark.parametrize("degrees", [90, 180, 270, 3, -10])
def test_turning_back_gives_the_upright_picture(degrees: int) -> None:
    import numpy as np

    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:10, :20] = 255
    turned = wear.turned(pixels, degrees)
    if degrees % 90 == 0:
        assert (wear.turned(turned, -degrees % 360) == pixels).all()
    else:
        assert turned.shape[0] > 40
        assert turned.shape[1] > 60

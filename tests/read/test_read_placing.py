"""Places that are made fast are Places like any other."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from classifiers.model import Place, Region
from dlp.read import placing


def test_they_equal_hash_and_print_as_those_made_by_the_class() -> None:
    plain = Place(Region.CELL, ("a.xlsx",), sheet="S", cell="B2", table=0, row=1, column=1)
    made = placing.place(Region.CELL, ("a.xlsx",), sheet="S", cell="B2", table=0, row=1, column=1)
    assert type(made) is Place
    assert (made, hash(made), repr(made)) == (plain, hash(plain), repr(plain))
    assert replace(made, cell="C3") == replace(plain, cell="C3")
    assert pickle.loads(pickle.dumps(made)) == plain


def test_every_field_is_there_with_its_default() -> None:
    assert placing.place(Region.BODY, ()) == Place()
    values = {one.name: one.default for one in fields(Place) if one.name not in {"region", "path"}}
    assert placing.place(Region.NOTE, ("x",), **values) == Place(Region.NOTE, ("x",))  # type: ignore[arg-type]


def test_they_cannot_be_changed_either() -> None:
    with pytest.raises(FrozenInstanceError):
        placing.place(Region.BODY, ()).page = 3  # type: ignore[misc]

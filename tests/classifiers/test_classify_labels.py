"""Labels and properties raise a level and never lower it; one that says less than the text is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifiers.engine import classify
from classifiers.model import Block, Level, Place, Region
from classifiers.pack import load, shipped
from classifiers.rules import Rules

GUID = "2f1a6f1e-0d3c-4e7a-9a53-1f2e3d4c5b6a"
MAP = f"""
schema: 1
pack: own-labels
title: {{en: Own labels, zh: 自有标签}}
labels:
  {GUID}: highly_secret
"""


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load(shipped())


def labelled(part: str, text: str) -> Block:
    return Block(text, Place(Region.METADATA, part=part))


@pytest.mark.parametrize(
    ("part", "text", "level"),
    [
        ("MSIP_Label_2f1a_Name", "Highly Confidential", Level.SENSITIVE),
        ("Sensitivity", "Company-Confidential", Level.PUBLIC),
        ("Sensitivity", "Confidential", Level.SENSITIVE),
        ("urn:bails:IntellectualProperty:BusinessAuthorizationCategory:Name", "Internal Only", Level.INTERNAL),
        ("MSIP_Label_2f1a_Name", "机密", Level.HIGHLY_SECRET),
        ("密级", "秘密", Level.SECRET),
        ("SecurityLevel", "机密★5年", Level.HIGHLY_SECRET),
        ("Title", "机密计算白皮书", Level.PUBLIC),
        ("label", f"id={{{GUID}}} enabled=1", Level.INTERNAL),
    ],
)
def test_a_label_gives_its_level(part: str, text: str, level: Level, rules: Rules) -> None:
    found = classify([labelled(part, text), Block("一般通知")], rules, b"k")
    assert found.level is level, found.findings


def test_a_map_file_names_the_level_of_a_label_id(tmp_path: Path) -> None:
    path = tmp_path / "labels.yaml"
    path.write_text(MAP, "utf-8")
    own = load((*shipped(), path))
    found = classify([labelled("label", f"id={{{GUID}}} enabled=1 method=Standard")], own, b"k")
    assert found.level is Level.HIGHLY_SECRET


def test_a_public_label_lowers_nothing_and_its_contradiction_is_told(rules: Rules) -> None:
    parts = [labelled("MSIP_Label_2f1a_Name", "Public"), Block("机密★10年\n特急\n某某省人民政府文件")]
    found = classify(parts, rules, b"k")
    assert found.level is Level.HIGHLY_SECRET
    told = next(one for one in found.findings if one.rule == "label.contradiction")
    assert told.masked == "public < highly_secret"
    assert told.place.part == "MSIP_Label_2f1a_Name"


def test_a_label_that_agrees_contradicts_nothing(rules: Rules) -> None:
    parts = [labelled("密级", "机密"), Block("机密★10年\n特急\n某某省人民政府文件")]
    assert all(one.rule != "label.contradiction" for one in classify(parts, rules, b"k").findings)

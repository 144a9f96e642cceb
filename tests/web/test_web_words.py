"""Both languages are complete: no template says anything to people outside of ``say``, and no side is forgotten."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import web
from web.event_words import AREAS, EVENTS
from web.particulars import NAMES
from web.words import TABLES

TEMPLATES = sorted((Path(web.__file__).parent / "templates").glob("*.html"))
SAID = re.compile(r"""say\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*,\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
ALIKE = {
    "SHA-256",
    "GET",
    "POST",
    "English",
    "中文",
    "FILE.age",
    "dlp decrypt FILE.age",
    "h",
    "ms",
    "Enter",
    "UTC).",
    "standard",
    "strict",
}
"""The same in both languages: keys, units, names."""


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_outside_of_its_sentences(path: Path) -> None:
    text = path.read_text("utf-8")
    text = re.sub(r"\{% block width %\}.*?\{% endblock %\}", " ", text)
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.S)
    bare = re.sub(r"<[^>]*>", "\n", text)
    for word in re.findall(r"[A-Za-z一-鿿][^\n]*", bare):
        assert word.strip() in ALIKE or len(word.strip()) == 1, f"{path.name}: {word.strip()!r}"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_each_sentence_is_english_on_one_side_and_chinese_on_the_other(path: Path) -> None:
    for english, chinese in SAID.findall(path.read_text("utf-8")):
        assert not re.search(r"[一-鿿]", english), english
        plain = re.sub(r"\{[^}]*\}|Linux|macOS|Firefox|Windows|\.pem|\.crt", "", english)
        if re.search(r"[A-Za-z]{4}", plain):
            assert re.search(r"[一-鿿]", chinese), english


def test_every_event_that_the_office_writes_has_words() -> None:
    folder = Path(web.__file__).parent.parent / "dlp"
    noted = set()
    for path in folder.rglob("*.py"):
        noted |= set(re.findall(r'\.note\(\s*\(?"([a-z_]+\.[a-z_]+)"', path.read_text("utf-8")))
    assert noted - set(EVENTS) == set()
    assert {kind.partition(".")[0] for kind in EVENTS} == set(AREAS)


def test_every_particular_of_an_event_has_words() -> None:
    folder = Path(web.__file__).parent.parent / "dlp" / "office"
    named = set()
    for path in folder.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "note":
                named |= {one.arg for one in call.keywords if one.arg}
    assert named - set(NAMES) == set()


def test_every_word_of_a_table_is_said_twice() -> None:
    for name, table in TABLES.items():
        for key, said in table.items():
            assert said.en and re.search(r"[一-鿿]", said.zh), (name, key)

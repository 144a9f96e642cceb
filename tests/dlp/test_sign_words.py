"""The signs of a finding are told in words, in both languages, wherever a person reads them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from classifiers.pack import load, shipped
from dlp.sign_words import sign_words

HAN = re.compile(r"[\u4e00-\u9fff]")
MARKED = "机密★10年\n\n关于某项工作的实施方案\n"


def test_every_sign_of_the_shipped_packs_has_words_in_both_languages() -> None:
    for rule in load(shipped()).rules:
        for name in {sign.name for sign, _ in (*rule.supports, *rule.caps)}:
            words = sign_words(name)
            assert HAN.search(words.zh), (rule.id, name)
            assert words.en != name and "_" not in words.en, (rule.id, name)


def test_a_sign_of_an_own_pack_is_told_by_its_name() -> None:
    assert sign_words("board_minutes").zh == "board_minutes"


def test_the_explanation_of_a_score_says_what_each_sign_means(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(MARKED, "utf-8")
    command = [sys.executable, "-P", "-m", "dlp.cli.main", "--home", str(tmp_path / "none")]
    for language, words in (("zh", "独占一行 (isolated_line) +"), ("en", "alone in its line (isolated_line) +")):
        asked = [*command, "--language", language, "inspect", "--explain", str(path)]
        told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
        assert words in told, told


def test_no_two_signs_of_a_rule_are_told_in_the_same_words() -> None:
    for rule in load(shipped()).rules:
        names = {sign.name for sign, _ in (*rule.supports, *rule.caps)}
        assert (
            len({sign_words(name).en for name in names}) == len({sign_words(name).zh for name in names}) == len(names)
        )

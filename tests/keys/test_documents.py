"""What the documents show is true: the worked example opens, and every command that they name exists."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import subprocess
from pathlib import Path

import pyrage
import pytest

from keys import age, armor

DOCS = Path(__file__).resolve().parents[2] / "docs"
PLAIN = "合同编号 2026-001，仅供演示。\n"


def example() -> tuple[str, bytes]:
    text = (DOCS / "sealed-files.md").read_text("utf-8")
    key = re.search(r"AGE-SECRET-KEY-1\w+", text)
    sealed = re.search(r"-----BEGIN AGE.*?END AGE ENCRYPTED FILE-----\n", text, re.DOTALL)
    assert key is not None and sealed is not None and PLAIN in text
    return key[0], sealed[0].encode()


def test_the_worked_example_opens_here_and_in_other_tools(tmp_path: Path) -> None:
    key, sealed = example()
    out = io.BytesIO()
    header = age.open_sealed(armor.reader(io.BytesIO(sealed)), out, [age.parse_identity(key)])
    assert out.getvalue().decode() == PLAIN
    text = (DOCS / "sealed-files.md").read_text("utf-8")
    assert header.raw.decode() in text and header.file_id in text and hashlib.sha256(header.raw).hexdigest() in text
    assert pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(key)]).decode() == PLAIN
    if shutil.which("age"):
        (tmp_path / "recovery-key.txt").write_text(key + "\n")
        (tmp_path / "example.age").write_bytes(sealed)
        words = ["age", "--decrypt", "--identity", "recovery-key.txt", "example.age"]
        assert subprocess.run(words, cwd=tmp_path, capture_output=True, check=True).stdout.decode() == PLAIN


@pytest.mark.parametrize("page", ["sealed-files.md", "keys.md", "threat-model.md"])
def test_every_command_and_option_that_is_named_exists(page: str) -> None:
    from dlp.cli.main import COMMANDS, parser_for
    from dlp.language import Language

    words = {command.word: command for command in COMMANDS}
    named = re.findall(r"dlp ([a-z]+)((?: [^`\n|]*)?)", (DOCS / page).read_text("utf-8"))
    assert named
    for word, rest in named:
        parser = parser_for(words[word], Language.EN)
        help_text = parser.format_help()
        if word == "keys" and (action := re.match(r" ([a-z]+)", rest)):
            actions = next(one for one in parser._actions if one.choices)
            assert action[1] in actions.choices, f"dlp {word}{rest}"
            help_text = actions.choices[action[1]].format_help()
        for option in re.findall(r"--[a-z-]+", rest):
            assert option in help_text, f"{page}: dlp {word}{rest}"

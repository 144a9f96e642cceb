"""Writes what ``dlp --help`` prints into both READMEs; a test compares them, so that neither goes stale."""

import re
from pathlib import Path

from dlp.cli.main import overview
from dlp.language import Language

TOP = Path(__file__).resolve().parent.parent
READMES = {"README.md": Language.EN, "README.zh-CN.md": Language.ZH}
BLOCK = re.compile(r"```\n(?:usage: dlp|用法：dlp|@HELP@).*?\n?```", re.DOTALL)


def main() -> None:
    """Replace the one block in each."""
    for name, language in READMES.items():
        path = TOP / name
        text = path.read_text("utf-8")
        path.write_text(BLOCK.sub(lambda _, tongue=language: f"```\n{overview(tongue)}\n```", text), "utf-8")


if __name__ == "__main__":
    main()

"""What every command is given: the home, the language, and ways to speak."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from dlp.config import Home, Settings, load
from dlp.errors import DlpError, UsageError
from dlp.language import Language, Say
from dlp.shown import shown, shown_lines

LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Words:
    """Adds arguments with their help in the person's language."""

    parser: argparse.ArgumentParser
    language: Language

    def add(self, *names: str, about: Say, **options: Any) -> None:  # noqa: ANN401 - argparse's own open signature
        """Add one argument."""
        self.parser.add_argument(*names, help=about.to(self.language), **options)

    def json(self) -> None:
        """Add ``--json``: one JSON object a line."""
        self.add("--json", action="store_true", about=Say("print one JSON object a line", "每行输出一个 JSON 对象"))


def port(text: str) -> int:
    """A port of an address, as an argument's type. Raises UsageError."""
    if text.isdecimal() and int(text) <= LAST_PORT:
        return int(text)
    raise UsageError(
        Say(
            "got the port {text!r}, expected a number from 0 to {last}", "端口 {text!r} 应为 0 至 {last} 的数字"
        ).format(text=text, last=LAST_PORT)
    )


@dataclass(frozen=True)
class Room:
    """The home and the language that a command works in."""

    home: Home
    language: Language
    language_named: bool = False
    """Whether the person named the language in this command."""

    @cached_property
    def settings(self) -> Settings:
        """What was chosen at the first start."""
        return load(self.home)

    def say(self, message: Say) -> None:
        """Tell the person on standard output."""
        print(shown_lines(message.to(self.language)), flush=True)

    def warn(self, message: Say) -> None:
        """Tell the person on standard error."""
        print(f"dlp: {shown_lines(message.to(self.language))}", file=sys.stderr, flush=True)

    def fault(self, path: Path, error: DlpError) -> None:
        """Tell what went wrong with one of several files."""
        said = "\n".join([f"{shown(str(path))}:", *error.lines(self.language)])
        print(shown_lines(said), file=sys.stderr, flush=True)

    def json(self, value: object) -> None:
        """Print one JSON object on a line of its own; what the output cannot hold is spelt as JSON spells it."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        try:
            text.encode(sys.stdout.encoding or "utf-8")
        except UnicodeEncodeError:
            text = json.dumps(value, separators=(",", ":"))
        print(text, flush=True)

    def need_group(self, group: str) -> None:
        """Raise UsageError for a group that this office lacks; none is known where nothing is set up."""
        file = self.home.agent / "office.json"
        if group and file.exists():
            from dlp.link.groups import need_group
            from dlp.link.office_file import OfficeFile

            need_group(OfficeFile.load(file), group)

    def need_agent(self) -> None:
        """Raise UsageError where neither this home nor the machine has an agent."""
        from dlp.agent.requests import door_folder

        if door_folder(self.home) is None:
            self.need_set_up()

    def need_set_up(self) -> None:
        """Raise UsageError where ``dlp run`` was never started on this home."""
        if not (self.home.agent / "journal.db").exists():
            raise UsageError(
                Say("{home} was never set up, expected a home made by dlp run", "{home} 尚未初始化").format(
                    home=self.home.root
                ),
                Say(
                    "start dlp run once, or name another home with --home",
                    "请先运行一次 dlp run，或用 --home 指定其他文件夹",
                ),
            )

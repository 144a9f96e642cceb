"""Trying a file against the rules: the console asks the product's own command line, in a process of its own.

What is uploaded stands in a private folder for as long as that takes, and nowhere else.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dlp.config import Home
from dlp.errors import UsageError
from dlp.language import Language, Say

SECONDS = 60
AT_ONCE = 2
"""Trials at the same time; each may cost as much as reading one large file."""
BUSY = Say("other files are being tried; wait a moment", "正在检测其他文件，请稍候")
SLOW = Say(f"it took longer than {SECONDS} seconds", f"检测超过 {SECONDS} 秒")
BROKEN = Say("the command line did not work just now; dlp doctor says more", "命令行暂时无法运行，请用 dlp doctor 检查")
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Trial:
    """Where this console tries files, and which policy is in force here."""

    home: Home
    turns: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AT_ONCE))

    def inspect(self, name: str, content: bytes, policy: str, language: Language) -> dict[str, Any]:
        """The verdict as ``dlp inspect --json`` prints it; an empty policy: the one in force. Raises UsageError."""
        with tempfile.TemporaryDirectory(prefix="trial-", dir=self.home.run) as folder:
            path = Path(folder) / "file" / _plain(name)
            path.parent.mkdir()
            path.write_bytes(content)
            words = ["inspect", "--json", str(path)]
            if policy:
                draft = Path(folder) / "policy.yaml"
                draft.write_text(policy, "utf-8")
                words += ["--policy", str(draft)]
            out = self._run(words, language)
        try:
            found: dict[str, Any] = json.loads(out.splitlines()[0])
        except (IndexError, ValueError) as error:
            raise UsageError(Say("the file could not be tried", "无法检测该文件")) from error
        return found

    def test_policy(self, policy: str, language: Language) -> None:
        """Run a policy's own examples; UsageError says what disagrees."""
        with tempfile.TemporaryDirectory(prefix="trial-", dir=self.home.run) as folder:
            draft = Path(folder) / "policy.yaml"
            draft.write_text(policy, "utf-8")
            self._run(["policy", "test", str(draft)], language)

    def test_pack(self, name: str, pack: str, language: Language) -> None:
        """Run a pack's own examples after the shipped ones; UsageError says what disagrees."""
        with tempfile.TemporaryDirectory(prefix="trial-", dir=self.home.run) as folder:
            draft = Path(folder) / f"{name}.yaml"
            draft.write_text(pack, "utf-8")
            self._run(["rules", "test", str(draft)], language)

    def shown(self, language: Language) -> list[dict[str, Any]]:
        """Every rule of the policy in force, as ``dlp policy show --json`` prints them. Raises UsageError."""
        return [json.loads(line) for line in self._run(["policy", "show", "--json"], language).splitlines()]

    def text(self, language: Language) -> str:
        """The text of the policy in force, whoever put it there."""
        return self._run(["policy", "show", "--yaml"], language)

    def rules(self, language: Language) -> list[dict[str, Any]]:
        """Every rule of the packs in force, as ``dlp rules list --json`` prints them. Raises UsageError."""
        return [json.loads(line) for line in self._run(["rules", "list", "--json"], language).splitlines()]

    def _run(self, words: list[str], language: Language) -> str:
        command = [sys.executable, "-P", "-m", "dlp.cli.main", "--home", str(self.home.root)]
        command += ["--language", language.value, *words]
        if not self.turns.acquire(timeout=5):
            raise UsageError(BUSY)
        try:
            done = subprocess.run(command, capture_output=True, timeout=SECONDS, stdin=subprocess.DEVNULL, check=False)
        except subprocess.TimeoutExpired as error:
            raise UsageError(SLOW) from error
        finally:
            self.turns.release()
        if done.returncode not in {0, 1, 3} or not done.stdout:
            raise _said(done.stderr)
        return done.stdout.decode("utf-8", "replace")


def _said(stderr: bytes) -> UsageError:
    """What the command said, without its own name before it; one language, because it was asked in one."""
    if stderr.startswith(b"Traceback"):
        return UsageError(BROKEN)
    lines = [
        line.partition(": ")[2].partition(": ")[2] or line for line in stderr.decode("utf-8", "replace").splitlines()
    ]
    told = [line for line in lines if line][:2] or ["?"]
    return UsageError(Say(told[0], told[0]), Say(told[1], told[1]) if len(told) > 1 else None)


def _plain(name: str) -> str:
    """A name that is one file in one folder; its ending stays, because people look at it."""
    kept = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable() and c not in '<>:"|?*\0')
    return kept.strip(". ")[-LONGEST_NAME:] or "file"

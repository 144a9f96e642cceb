"""``make demo`` as a program."""

from __future__ import annotations

import subprocess
import sys


def test_the_demo_plays_the_main_job_and_everything_is_as_expected() -> None:
    command = [sys.executable, "-P", "-m", "dlp.demo"]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "Traceback" not in said.stderr

"""The same suite once more, with the office on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from postgres_here import postgres

HERE = Path(__file__).resolve().parent


@pytest.mark.server
def test_the_console_s_suite_passes_on_postgresql() -> None:
    with postgres() as url:
        environment = {**os.environ, "DLP_TEST_ON": "postgresql", "DLP_TEST_POSTGRES": url}
        words = ["-m", "pytest", str(HERE), "-m", "not browser and not server", "-q", "--no-header"]
        done = subprocess.run([sys.executable, *words], capture_output=True, text=True, env=environment, timeout=900)
    assert done.returncode == 0, done.stdout[-6000:]
    assert " skipped" not in done.stdout.splitlines()[-1] or "passed" in done.stdout

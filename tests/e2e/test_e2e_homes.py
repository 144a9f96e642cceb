"""A home that is another account's, or no folder: said by name, and never taken for a verdict or for an empty home."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from guard import dlp

TOP = Path(__file__).resolve().parents[2]
PYTHON = Path("/usr/bin/python3")
Run = Callable[..., "subprocess.CompletedProcess[str]"]
COMMANDS = [
    ("status",),
    ("where", "x"),
    ("takeback", "A-1"),
    ("inspect", "/etc/hostname"),
    ("doctor",),
    ("keys", "list"),
    ("archive", "list"),
    ("audit", "verify"),
    ("rules", "list"),
    ("policy", "show"),
    ("sweep",),
    ("run",),
]


@pytest.fixture
def plain_user() -> Iterator[Run]:
    """The command line as an account without rights, with an interpreter that every account can run."""
    if os.getuid() != 0 or shutil.which("setpriv") is None or not PYTHON.exists():
        pytest.skip("needs root, setpriv and an interpreter that every account can run")
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    top = Path("/var/tmp") / f"dlp-homes-{os.getpid()}"
    top.mkdir(mode=0o755)

    def run(*words: str, home: Path = top) -> subprocess.CompletedProcess[str]:
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", str(PYTHON), "-P", "-m"]
        around = {"HOME": str(home), "PYTHONPATH": f"{TOP}:{packages}", "PATH": os.defpath, "LC_ALL": "C.UTF-8"}
        command += ["dlp.cli.main", *words]
        return subprocess.run(
            command,
            env=around,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    if run("--version").returncode:
        shutil.rmtree(top)
        pytest.skip("that interpreter cannot run this checkout")
    yield run
    shutil.rmtree(top)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_another_accounts_home_is_an_error_of_usage(plain_user: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    tmp_path.chmod(0o700)
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "settings.toml").write_text('profile = "strict"\n')
    said = plain_user("--home", str(home), *words)
    assert said.returncode == 2, said.stdout + said.stderr
    assert f"dlp: error: the home {home} cannot be used: this account has no right to it" in said.stderr
    assert "dlp: hint: name a home" in said.stderr and "Traceback" not in said.stderr
    chinese = plain_user("--home", str(home), "--language", "zh", *words)
    assert "无法使用主文件夹" in chinese.stderr and "Errno" not in chinese.stderr


def test_a_home_that_cannot_be_made(plain_user: Run) -> None:
    said = plain_user("--home", "/etc/dlp-home", "run", "--port", "0")
    assert said.returncode == 2 and "Traceback" not in said.stderr
    assert "the home /etc/dlp-home cannot be used" in said.stderr
    assert not Path("/etc/dlp-home").exists()


def test_the_version_needs_no_home(plain_user: Run, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    for word in ("--version", "--help"):
        said = plain_user(word, home=tmp_path / "mine")
        assert said.returncode == 0 and not said.stderr, said.stderr


@pytest.mark.parametrize("words", [*COMMANDS, ("send", "/etc/hostname")], ids=lambda words: words[0])
def test_a_file_is_no_home(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "file").write_text("kept")
    said = dlp(tmp_path / "file", *words)
    assert "Traceback" not in said.stderr
    if words[0] in ("run", "where", "takeback", "inspect", "policy", "send"):
        assert said.returncode == 2 and "is a file, expected the folder that dlp run made" in said.stderr
    assert (tmp_path / "file").read_text() == "kept"

"""Makes the private environment .venv and installs a lock into it: ``python3 environment.py requirements.lock``.

Works where Debian left ensurepip out of Python (no python3-venv package): the pip wheel beside this file is used then,
so that no system package has to be installed first. Runs on a bare Python 3.11; imports nothing of ours.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
ENVIRONMENT = TOP / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
WHEEL = next(Path(__file__).resolve().parent.glob("pip-*.whl"))


def checked_wheel() -> Path:
    """The pip wheel, after its digest was compared with the one written beside it."""
    expected = WHEEL.with_suffix(".whl.sha256").read_text("ascii").split()[0]
    got = hashlib.sha256(WHEEL.read_bytes()).hexdigest()
    if got != expected:
        sys.exit(f"error: {WHEEL.name} has digest {got}, expected {expected}\nhint: take a fresh clone")
    return WHEEL


def pip(*words: str) -> None:
    """Run pip inside the environment, from the wheel, so that the version is the same everywhere."""
    command = [str(PYTHON), f"{checked_wheel()}/pip", *words]
    done = subprocess.run([*command, "--disable-pip-version-check", "--quiet"], cwd=TOP, check=False)
    if done.returncode:
        sys.exit("error: packages could not be installed\nhint: a connection to a package index is needed, once")


def main() -> None:
    """Make the environment if it is not there, then bring it to the lock."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what tells people with an older Python
        sys.exit(
            f"error: this is Python {sys.version.split()[0]}, expected 3.11 or newer\nhint: make PYTHON=python3.12 run"
        )
    if not PYTHON.exists():
        print(f"making {ENVIRONMENT.name} (once, about a minute)", flush=True)  # noqa: T201 - a set-up step talks
        venv.create(ENVIRONMENT, with_pip=False, symlinks=os.name != "nt")
    lock = TOP / sys.argv[1]
    # The lock is complete. What packages ask for beyond it, it leaves out on purpose (overrides.txt), and
    # rapidocr-onnxruntime, which is asked for its models only, refuses each Python that is newer than itself.
    exact = ("--no-deps", "--ignore-requires-python", "--require-hashes", "--only-binary", ":all:")
    pip("install", *exact, "-r", str(lock))
    pip("install", "--no-deps", "--no-build-isolation", "--editable", str(TOP))


if __name__ == "__main__":
    main()

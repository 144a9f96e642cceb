"""Writes requirements.lock and requirements-dev.lock from setup.py: exact versions with digests, no addresses."""

import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
BASE = [
    "uv",
    "pip",
    "compile",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--universal",
    "--python-version",
    "3.11",
    "--override",
    "bootstrap/overrides.txt",
]


def main() -> None:
    """Compile both locks; ``uv`` comes with the development lock."""
    for extras, target in ((["build", "ocr"], "requirements.lock"), (["build", "ocr", "dev"], "requirements-dev.lock")):
        chosen = [word for extra in extras for word in ("--extra", extra)]
        command = [sys.executable, "-m", *BASE, *chosen, "--quiet", "setup.py", "-o", target]
        subprocess.run(command, cwd=TOP, check=True)


if __name__ == "__main__":
    main()

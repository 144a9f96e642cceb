"""How a reading process is started: with which interpreter, which folders on its path, and which first message."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dlp.config import loader_environment
from dlp.model import Limits

PREPARE_SECONDS = 60
"""For preparing the packs; with a dictionary of a hundred thousand terms it takes six."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What every process of a pool starts with."""

    limits: Limits
    packs: tuple[Path, ...]
    key: bytes = field(repr=False)
    """For fingerprints; travels over the socket, never in an argument list."""
    module: str = "dlp.read.worker"
    cache: Path | None = None
    """Where the agent keeps what it prepared of the packs; None: nowhere."""
    nice: int = 0
    """How much less its processes count than others (nice(2))."""


def command(module: str, channel: int) -> list[str]:
    """The argument list: no site, no environment, and only the folders that our imports need."""
    program = (
        f"import sys; sys.path += {[*_packages(), str(_ours())]!r}; "
        f"from {module} import main; main(int(sys.argv[1]), 0)"
    )
    return [sys.executable, "-I", "-S", "-X", "utf8", "-c", program, str(channel)]


def prepare(setting: Setting) -> None:
    """Make the packs ready in the setting's cache folder; nothing where they are, or where there is no such folder.

    Building is done by a process of its own: it needs more memory than the agent should keep. Where it fails, files are
    judged all the same, large ones at a third of the speed; that the packs themselves are bad, their loading will say.
    """
    from classifiers.ready import is_ready

    if setting.cache is None or is_ready(setting.cache, setting.packs):
        return
    program = (
        f"import sys; sys.path += {[*_packages(), str(_ours())]!r}; "
        "from classifiers.prepare import main; sys.exit(main(sys.argv[1:]))"
    )
    words = [str(path.absolute()) for path in (setting.cache, *setting.packs)]
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        subprocess.run(
            [sys.executable, "-I", "-S", "-X", "utf8", "-c", program, *words],
            check=False,
            timeout=PREPARE_SECONDS,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=loader_environment(),
            cwd="/",
        )


def first_message(setting: Setting) -> dict[str, Any]:
    """Packs, key, limits, and the folders that stay readable for imports."""
    return {
        "packs": [str(pack.absolute()) for pack in setting.packs],
        "cache": str(setting.cache.absolute()) if setting.cache else "",
        "key": setting.key.hex(),
        "limits": asdict(setting.limits),
        "folders": [*_packages(), str(_ours() / "dlp"), str(_ours() / "classifiers")],
    }


def _ours() -> Path:
    """The folder that our packages stand in: installed, or a working tree (pip -e)."""
    return Path(__file__).resolve().parents[2]


def _packages() -> list[str]:
    """Where the packages that we depend on are installed; the interpreter knows its own library."""
    return [folder for folder in sys.path if folder.endswith(("site-packages", "dist-packages"))]

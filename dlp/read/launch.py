"""How a reading process is started: with which interpreter, which folders on its path, and which first message."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dlp.model import Limits


@dataclass(frozen=True, slots=True)
class Setting:
    """What every process of a pool starts with."""

    limits: Limits
    packs: tuple[Path, ...]
    key: bytes = field(repr=False)
    """For fingerprints; travels over the socket, never in an argument list."""
    module: str = "dlp.read.worker"


def command(module: str, channel: int) -> list[str]:
    """The argument list: no site, no environment, and only the folders that our imports need."""
    program = (
        f"import sys; sys.path += {[*_packages(), str(_ours())]!r}; "
        f"from {module} import main; main(int(sys.argv[1]), 0)"
    )
    return [sys.executable, "-I", "-S", "-X", "utf8", "-c", program, str(channel)]


def first_message(setting: Setting) -> dict[str, Any]:
    """Packs, key, limits, and the folders that stay readable for imports."""
    return {
        "packs": [str(pack.absolute()) for pack in setting.packs],
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

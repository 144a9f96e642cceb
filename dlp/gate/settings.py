"""What the answerer is told at its start, as one packet: settings, and what wechat.toml says."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlp.config import Settings
from dlp.gate.wire import Packet

LISTS = ("programs", "exempt", "more_exempt", "filesystems", "arguments")
TABLE = Path(__file__).with_name("wechat.toml")


@dataclass(frozen=True, slots=True)
class Rules:
    """All that the answerer goes by."""

    seconds: float
    """How long WeChat waits for a verdict at most."""
    reads: bool
    """Ask at each read too."""
    outside: str
    """``refuse`` or ``allow``: a start of WeChat outside a namespace of its own."""
    programs: tuple[str, ...]
    """Paths of WeChat's programs; patterns of ``glob``."""
    exempt: tuple[dict[str, Any], ...]
    more_exempt: tuple[str, ...]
    filesystems: tuple[str, ...]
    """Mount points of file systems that are guarded as a whole."""
    arguments: tuple[str, ...]
    """What the arguments of WeChat's programs look like that the wine loader runs; regular expressions."""

    @classmethod
    def of(cls, settings: Settings) -> Rules:
        """From the settings of a home."""
        table = read_table()
        arguments = [pattern for row in table["program"] for pattern in row.get("arguments", [])]
        programs = [path for row in table["program"] for path in row["paths"]]
        return cls(
            settings.gate_milliseconds / 1000,
            settings.gate_reads,
            # In the second mode WeChat runs outside, that is what the mode is for.
            "allow" if settings.gate_filesystems else settings.gate_outside,
            (*programs, *settings.wechat_programs),
            tuple(table["exempt"]),
            settings.gate_exempt,
            settings.gate_filesystems,
            tuple(arguments),
        )

    def packet(self) -> Packet:
        """As it travels."""
        return {
            "seconds": self.seconds,
            "reads": self.reads,
            "outside": self.outside,
            "programs": list(self.programs),
            "exempt": list(self.exempt),
            "more_exempt": list(self.more_exempt),
            "filesystems": list(self.filesystems),
            "arguments": list(self.arguments),
        }

    @classmethod
    def read(cls, packet: Packet) -> Rules:
        """From ``packet``."""
        lists = (tuple(packet[name]) for name in LISTS)
        return cls(float(packet["seconds"]), bool(packet["reads"]), str(packet["outside"]), *lists)


def read_table() -> dict[str, Any]:
    """What wechat.toml says."""
    return tomllib.loads(TABLE.read_text("utf-8"))

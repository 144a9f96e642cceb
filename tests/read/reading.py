"""What the reading tests share: reading bytes as a file, and looking things up in what came of it."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass

from classifiers.model import Block, Gap, Region
from dlp.model import Limits
from dlp.read.document import read
from dlp.read.eyes import Eyes


@dataclass(frozen=True)
class Read:
    """Everything that came of one file."""

    type: str
    blocks: list[Block]
    gaps: list[Gap]

    @property
    def text(self) -> str:
        return "\n".join(block.text for block in self.blocks)

    def having(self, text: str) -> list[Block]:
        return [block for block in self.blocks if text in block.text]

    def regions(self, text: str) -> list[Region]:
        return [block.place.region for block in self.having(text)]


def read_bytes(content: bytes, name: str, limits: Limits | None = None, eyes: Eyes | None = None) -> Read:
    """Read bytes as a file of this name, from a real descriptor."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        reading = read(file.fileno(), name, limits or Limits(), eyes)
        parts = list(reading.parts)
        assert os.lseek(file.fileno(), 0, os.SEEK_CUR) == len(content)
    blocks = [part for part in parts if isinstance(part, Block)]
    return Read(reading.media_type, blocks, [part for part in parts if isinstance(part, Gap)])

"""The folders of one person's outbox, in their language, and which of them are ours alone (DESIGN 5.4)."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from dlp import ulid
from dlp.folder_names import HELD, NOTICE, ORIGINALS, PRIVATE, READY, reserved
from dlp.language import Language
from dlp.naming import fitting

DRAFTS = ("kept", "send", "copy", "part")
"""What came out of the vault, what goes to Ready, what was handed over as a copy, what crosses file systems."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """One outbox."""

    root: Path
    language: Language
    owner: str = ""
    """Login of the person it belongs to; empty: whoever runs the agent."""
    claims: Path = field(init=False, compare=False)
    """One folder per Send that was taken over, named by its id."""
    drafts: Path = field(init=False, compare=False)
    """Copies on their way to ``ready`` or ``originals``; what lies here is always a copy."""
    ready: Path = field(init=False, compare=False)
    """What may be sent: allowed files and sealed copies."""
    held: Path = field(init=False, compare=False)
    """One receipt per held or blocked Send."""
    originals: Path = field(init=False, compare=False)
    """The originals of sealed files, and files that were taken back."""

    def __post_init__(self) -> None:
        """Once, because each file that goes through asks for them many times."""
        names = {"ready": READY, "held": HELD, "originals": ORIGINALS}
        folders = {name: self.root / said.to(self.language) for name, said in names.items()}
        folders |= {"claims": self.root / PRIVATE / "claims", "drafts": self.root / PRIVATE / "drafts"}
        for name, folder in folders.items():
            object.__setattr__(self, name, folder)

    @property
    def reserved(self) -> frozenset[str]:
        """Names below the root that are never drops."""
        return reserved()

    @property
    def notice(self) -> Path:
        """What the person is told about the files that are looked at and kept."""
        return self.root / NOTICE.to(self.language)

    def make(self) -> None:
        """Create what is missing. Raises OSError."""
        if self.owner and not self.root.is_dir():
            raise FileNotFoundError(errno.ENOENT, "dlp service install makes it", str(self.root))
        for folder, mode in ((self.root, None), (self.ready, 0o750), (self.held, 0o750), (self.originals, 0o770)):
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True)
                self._share(folder, mode)
        for folder in (self.root / PRIVATE, self.claims, self.drafts):
            folder.mkdir(mode=0o700, exist_ok=True)

    def make_group(self, group: str) -> Path:
        """The folder of a group, into which files are dropped. Raises OSError."""
        folder = self.root / group
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            self._share(folder, 0o1770)
        return folder

    def _share(self, folder: Path, mode: int | None) -> None:
        """In service mode: what the person may do there; the group is theirs, inherited from the root."""
        if self.owner and mode is not None:
            folder.chmod(mode | stat.S_ISGID)

    def claim_of(self, send: str, name: str) -> Path:
        """Where a claimed file or folder stands; its own name is there too, for whoever must look by hand one day."""
        return self.claims / fitting(f"{send} {name}", "")

    def draft_of(self, send: str, what: str) -> Path:
        """Where a copy is prepared; it gets its name when it is moved to where people see it."""
        return self.drafts / f"{send}.{what}"

    def drafts_of(self, send: str) -> list[Path]:
        """All drafts of a Send that are there."""
        drafts = str(self.drafts)  # four paths for each file that goes through: built only where one is there
        return [Path(name) for what in DRAFTS if os.path.lexists(name := f"{drafts}/{send}.{what}")]

    def receipt_of(self, number: str, name: str) -> Path:
        """The receipt's file; the number makes it the only one of its name."""
        return self.held / fitting(name, f" ({number}).html")


def send_of(path: Path) -> str:
    """The id of the Send that a claim or a draft belongs to."""
    return path.name[: ulid.LENGTH]

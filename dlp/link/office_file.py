"""How this machine reaches its office, and what it last heard: ``agent/office.json``, 0600, for it holds the token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from dlp.errors import KeysError
from dlp.files import write_whole
from dlp.language import Say
from dlp.system_words import said


@dataclass(frozen=True, slots=True)
class Group:
    """A group that files can be declared for; its name is a folder in the outbox."""

    name: str
    highest: str
    """Level id of what its members may open."""


@dataclass(frozen=True, slots=True)
class OfficeFile:
    """The office as this machine knows it."""

    url: str
    ca: str
    """Certificate of the office's authority, PEM."""
    token: str = field(repr=False)
    letter: str
    epoch: str
    """Public keys that files are sealed to (age1…)."""
    recovery: str
    revision: int = 0
    groups: tuple[Group, ...] = ()
    suspended: tuple[str, ...] = ()
    """People whose sending is suspended: what they hand over is held."""
    holds: tuple[str, ...] = ()
    """Records of this machine that are kept beyond their date."""
    told: bool = False
    """Whether the office ever told the three above: what nobody told is not empty."""
    verify: str = ""
    """Public half of the key that signs editions, hex; the first one that was heard, and no other after it."""
    organisation: str = ""
    accounts: tuple[str, ...] | None = None
    """Work accounts that the office chose for every machine; None: the machine's own setting holds."""

    @classmethod
    def load(cls, path: Path) -> OfficeFile:
        """Read it. Raises KeysError, because nothing can be sealed without it."""
        try:
            raw = json.loads(path.read_text("utf-8"))
            groups = tuple(Group(one["name"], one["highest"]) for one in raw.pop("groups", ()))
            suspended, holds = _texts(raw.pop("suspended", [])), _texts(raw.pop("holds", []))
            accounts = _some(raw.pop("accounts", None))
            return cls(**raw, groups=groups, suspended=suspended, holds=holds, accounts=accounts)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise KeysError(
                Say("{file} cannot be used: {error}", "{file} 无法使用：{error}").format(file=path, error=said(error)),
                Say(
                    "put it back from a backup, or enrol this machine again",
                    "请从备份恢复，或重新登记本机",
                ),
            ) from error

    def save(self, path: Path) -> None:
        """Write it, whole or not at all. Raises OSError."""
        write_whole(path, json.dumps(asdict(self), indent=1, ensure_ascii=False).encode("utf-8"))

    def heard(self, keys: Mapping[str, object]) -> OfficeFile:
        """The same with what the office says now (GET KEYS). Raises ValueError for what is no such answer."""
        epoch, recovery, revision, rows = (keys.get(name) for name in ("epoch", "recovery", "revision", "groups"))
        if not (isinstance(epoch, str) and isinstance(recovery, str) and isinstance(revision, int)):
            raise ValueError("the office's keys are not as agreed")
        if not all(isinstance(key, str) and key.startswith("age1") for key in (epoch, recovery)):
            raise ValueError("the office's keys are not age recipients")
        groups = tuple(Group(str(one["name"]), str(one["highest"])) for one in rows) if isinstance(rows, list) else ()
        suspended, holds = _texts(keys.get("suspended")), _texts(keys.get("holds"))
        known = replace(self, epoch=epoch, recovery=recovery, revision=revision, groups=groups)
        known = replace(known, suspended=suspended, holds=holds, told=True, accounts=_some(keys.get("accounts")))
        # Whoever gets hold of the office's certificate must not be able to hand out another signing key as well.
        verify, organisation = (str(keys.get(name) or "") for name in ("verify", "organisation"))
        return replace(known, verify=self.verify or verify, organisation=self.organisation or organisation)


def _some(value: object) -> tuple[str, ...] | None:
    return _texts(value) if isinstance(value, list) else None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()

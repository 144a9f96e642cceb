"""What every machine of an office shall judge with: one signed whole of policy and packs, numbered, going up only.

The office signs it (Ed25519) when two people put a version in force; a machine that holds the office's public key
believes nothing else. Going back to an older text is a new edition with a higher number, so that an old edition that
somebody kept and sends again is told from a decision to go back.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from typing import Any, cast

from dlp.errors import UsageError
from dlp.language import Say

PACK_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
"""Of an organisation's own pack; a file of this name with .yaml, on every platform."""
LARGEST = 4 * 1024 * 1024
"""Bytes of all texts of one edition together."""
PROFILES = ("", "standard", "strict")


class EditionError(UsageError):
    """An edition that must not be put in force; what was in force stays."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition; each replaces the one before it wholly."""

    organisation: str
    sequence: int
    """Rising by one with every decision, from 1."""
    at: str
    by: tuple[str, ...]
    """Who asked and who confirmed."""
    profile: str = ""
    """The shipped policy that stands where ``policy`` is empty; empty: the one that the machine was set up with."""
    policy: str = field(default="", repr=False)
    """The organisation's own policy, YAML; empty: none."""
    packs: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Name and YAML of the organisation's own packs, by name."""
    signature: str = ""
    """Hex."""

    def signed(self) -> bytes:
        """What the signature is over; texts by their digests."""
        packs = [[name, _digest(text)] for name, text in self.packs]
        parts = ["dlp edition v1", self.organisation, self.sequence, self.at, list(self.by)]
        return json.dumps([*parts, self.profile, _digest(self.policy), packs], separators=(",", ":")).encode("ascii")

    def with_signature(self, signature: bytes) -> Edition:
        """The same, signed."""
        return replace(self, signature=signature.hex())

    @property
    def policy_digest(self) -> str:
        """SHA-256 of the policy's text, as verdicts name it; empty where there is none."""
        return _digest(self.policy) if self.policy else ""

    @property
    def size(self) -> int:
        """Bytes of all texts."""
        return sum(len(text.encode("utf-8")) for text in (self.policy, *(text for _, text in self.packs)))

    def to_json(self) -> dict[str, Any]:
        """As it travels down the link and lies on disk."""
        return {
            **{name: getattr(self, name) for name in ("organisation", "sequence", "at", "profile", "policy")},
            "by": list(self.by),
            "packs": [list(pack) for pack in self.packs],
            "signature": self.signature,
        }

    @classmethod
    def from_json(cls, raw: object) -> Edition:
        """From JSON. Raises EditionError for what is no edition."""
        if not isinstance(raw, dict):
            raise _not_one()
        texts = [raw.get(name) for name in ("organisation", "at", "profile", "policy", "signature")]
        people, packs, sequence = raw.get("by"), raw.get("packs"), raw.get("sequence")
        sound = all(isinstance(text, str) for text in texts) and type(sequence) is int and raw["profile"] in PROFILES
        if not sound or not _texts(people) or not isinstance(packs, list) or not all(map(_is_pack, packs)):
            raise _not_one()
        names = [name for name, _ in packs]
        if names != sorted(set(names)):
            raise _not_one()
        organisation, at, profile, policy, signature = cast("list[str]", texts)
        return cls(
            organisation,
            cast(int, sequence),
            at,
            tuple(cast("list[str]", people)),
            profile,
            policy,
            tuple((name, text) for name, text in packs),
            signature,
        )

    def verify(self, key: bytes, organisation: str) -> None:
        """Raise EditionError unless the holder of this key signed exactly this, for this organisation."""
        from keys.signing import is_signed

        try:
            good = is_signed(key, self.signed(), bytes.fromhex(self.signature))
        except ValueError:
            good = False
        if not good or self.organisation != organisation:
            raise EditionError(
                Say(
                    "edition {n} of policy and packs is not signed by this machine's office",
                    "第 {n} 版策略与规则包未经本机所属管理端签名",
                ).format(n=self.sequence),
                Say("what was in force stays; tell the administrator", "原有版本继续有效，请告知管理员"),
            )
        if self.size > LARGEST:
            raise EditionError(
                Say("edition {n} is larger than {most} bytes", "第 {n} 版超过 {most} 字节").format(
                    n=self.sequence, most=LARGEST
                )
            )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_pack(value: object) -> bool:
    if not _texts(value) or len(cast("list[str]", value)) != 2:
        return False
    return bool(PACK_NAME.fullmatch(cast("list[str]", value)[0]))


def _not_one() -> EditionError:
    return EditionError(Say("this is no edition of policy and packs", "不是有效的策略与规则包版本"))

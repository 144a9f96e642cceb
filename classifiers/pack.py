"""Loads rule packs: YAML in, Rules out; a pack that disagrees with its own examples does not load."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from classifiers.rules import Rules

SCHEMA = 1


class PackError(Exception):
    """A pack that must not be used; says which pack, where in it, and what the effect would be."""

    def __init__(self, pack: str, where: str, problem_en: str, problem_zh: str) -> None:
        super().__init__(f"pack {pack}, {where}: {problem_en}")
        self.pack = pack
        self.where = where
        self.problem_en = problem_en
        self.problem_zh = problem_zh


def shipped() -> tuple[Path, ...]:
    """The packs that come with the product, in their order."""
    return tuple(sorted((Path(__file__).parent / "packs").glob("*.yaml")))


def load(paths: Sequence[Path], cache: Path | None = None, proved: bool = True, keep: bool = True) -> Rules:
    """The rules of all packs, checked and with their examples run.

    A pack may use the signs and spellings of the packs before it. ``cache`` is a folder that only the caller's account
    may write: what was proved once is kept there, unless ``keep`` is false. Without ``proved`` the proof that comes
    with the product is not believed. Raises PackError naming pack, rule, field and effect; nothing is half loaded.
    """
    from classifiers.pack_reader import Reader
    from classifiers.proof import Proofs, names

    raws = [_bytes(path) for path in paths]
    proved_by = _with_dictionaries(paths, raws)
    proofs, reader, new = Proofs(cache, proved), Reader(), {}
    named = names(proved_by)
    for path, raw, name in zip(paths, raws, named, strict=True):
        known = proofs.tree(name)
        if known is None:
            new[name] = known = tree(path.name, raw)
        reader.read(path, known, trusted=name not in new)
    digest = hashlib.sha256(b"".join(hashlib.sha256(raw).digest() for raw in proved_by)).hexdigest()
    rules = Rules(tuple(reader.rules), digest, reader.read_as, named[-1] if named else "", cache)
    if new:
        from classifiers.examples import run_examples

        run_examples(rules, reader.untrusted)
        for name, one in new.items() if keep else ():
            proofs.keep(name, one)
    return rules


def stamps(paths: Sequence[Path]) -> list[str]:
    """The name of each pack's proof; the last is the stamp of the rules. Raises PackError for a missing file."""
    from classifiers.proof import names

    return names(_with_dictionaries(paths, [_bytes(path) for path in paths]))


def _with_dictionaries(paths: Sequence[Path], raws: Sequence[bytes]) -> list[bytes]:
    return [
        raw + b"".join(_bytes(file) for file in dictionaries(path, raw)) for path, raw in zip(paths, raws, strict=True)
    ]


def dictionaries(path: Path, raw: bytes) -> list[Path]:
    """The term files that a pack names; they belong to its bytes."""
    found = re.findall(rb"(?m)^\s*dictionary:\s*['\"]?([^'\"\s#/\\]+)", raw)
    return [path.parent / name.decode("utf-8", "replace") for name in dict.fromkeys(found)]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        why = error.strerror or "unknown error"
        raise PackError(path.name, "file", f"cannot be read: {why}", f"无法读取：{why}") from error


def tree(name: str, raw: bytes) -> object:
    """The parsed YAML; PackError where it is none."""
    import yaml

    try:
        return yaml.load(raw, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    except yaml.YAMLError as error:
        raise PackError(name, "file", f"is not YAML: {error}", f"不是有效的 YAML：{error}") from error

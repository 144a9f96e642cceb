"""Sealed, content-addressed objects in a folder: the vault of held files, and the archive of received ones.

An object counts only after it was sealed, made durable, and read again. One content is one object, however often it
comes; who needs it is noted elsewhere.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dlp.errors import KeysError
from dlp.files import ChangedError, write_whole
from dlp.inspect import sha256_of
from dlp.language import Say

if TYPE_CHECKING:
    from keys.x25519 import Identity


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What is known of an object without its key; ``id`` is the sha256 of the plaintext."""

    id: str
    sealed_sha256: str
    header_digest: str
    file_id: str
    size: int

    @property
    def sha256(self) -> str:
        """Of the plaintext."""
        return self.id


@dataclass(frozen=True, slots=True)
class Objects:
    """One store."""

    folder: Path

    def path(self, object_id: str) -> Path:
        """Where the sealed bytes of an object are."""
        return self.folder / object_id[:2] / f"{object_id}.age"

    def put(self, descriptor: int, recipients: Sequence[str], expected: str = "") -> StoredObject:
        """Keep the content of an open file.

        ``expected`` is the sha256 that was judged, where one was: ChangedError when the bytes are others. Raises
        OSError, and KeysError for a recipient that is none.
        """
        from keys.errors import KeysFault
        from keys.files import seal_file

        digest, _ = sha256_of(descriptor)
        if expected and digest != expected:
            raise ChangedError(errno.ESTALE, "the file changed after it was judged")
        if self._sound(digest):
            return self.about(digest)
        target = self.path(digest)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            sealed = seal_file(descriptor, target, list(recipients))
        except KeysFault as error:
            raise KeysError(
                Say("the file could not be sealed: {error}", "加密失败：{error}").format(error=error)
            ) from error
        kept = StoredObject(sealed.sha256, sealed.sealed_sha256, sealed.digest, sealed.file_id, sealed.size)
        if sealed.sha256 != digest or _sha256(target) != sealed.sealed_sha256:
            target.unlink(missing_ok=True)
            raise ChangedError(errno.ESTALE, "the file changed while it was stored")
        write_whole(self._note(digest), json.dumps(asdict(kept)).encode("ascii"))
        return kept

    def about(self, object_id: str) -> StoredObject:
        """What was noted when the object was stored. Raises OSError where there is none."""
        return StoredObject(**json.loads(self._note(object_id).read_text("ascii")))

    def verify(self, object_id: str) -> bool:
        """Whether the sealed bytes are still those that were stored. Raises OSError where they cannot be read."""
        return _sha256(self.path(object_id)) == self.about(object_id).sealed_sha256

    def take_out(self, object_id: str, target: Path, identity: Identity) -> None:
        """Open an object into a new file; nothing is left there on any fault.

        Raises OSError, and KeysError when the key does not fit or the object was damaged.
        """
        from keys.errors import KeysFault
        from keys.files import open_file

        try:
            opened = open_file(self.path(object_id), target, [identity])
        except KeysFault as error:
            raise KeysError(
                Say("what is kept under {id} does not open: {error}", "存储对象 {id} 无法打开：{error}").format(
                    id=object_id[:12], error=error
                ),
                Say("the recovery key opens it if this machine's key was lost", "如本机密钥丢失，可用恢复密钥打开"),
            ) from error
        if opened.sha256 != object_id:
            target.unlink()
            raise OSError("what came out is not what was stored")

    def remove(self, object_id: str) -> None:
        """Forget an object that nobody needs."""
        self.path(object_id).unlink(missing_ok=True)
        self._note(object_id).unlink(missing_ok=True)

    def all(self) -> Iterator[str]:
        """The ids of all objects."""
        yield from sorted(path.stem for path in self.folder.glob("??/*.age"))

    def _note(self, object_id: str) -> Path:
        return self.path(object_id).with_suffix(".json")

    def _sound(self, object_id: str) -> bool:
        return self._note(object_id).exists() and self.path(object_id).exists() and self.verify(object_id)


def _sha256(path: Path) -> str:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return sha256_of(descriptor)[0]
    finally:
        os.close(descriptor)

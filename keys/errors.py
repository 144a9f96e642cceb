"""What can go wrong with keys and sealed files. Messages never hold key material; dlp maps these for people."""

from __future__ import annotations


class KeysFault(Exception):
    """Everything that this package raises on its own account."""


class AgeError(KeysFault):
    """A sealed file, or a key for one, is not as the age v1 format wants it."""


class BadKey(AgeError):
    """A recipient, identity or passphrase is malformed or not supported."""


class NoMatch(AgeError):
    """The header is well formed, and none of the given identities opens it."""


class HeaderFailure(AgeError):
    """The header is cut, too large or breaks the grammar."""


class HmacFailure(AgeError):
    """The file key is right and the header was altered."""


class ArmorFailure(AgeError):
    """The ASCII armor breaks the strict PEM grammar."""


class PayloadFailure(AgeError):
    """The payload is cut, altered or followed by something else."""


class KeystoreError(KeysFault):
    """The keystore cannot be created, read or changed; nothing was regenerated."""


class EpochRevoked(KeysFault):
    """The file is of an epoch whose key was revoked; only the recovery key still opens it."""


class RecoveryError(KeysFault):
    """Recovery shares are too few, misspelt, of different sets, or for another office."""


class BackupError(KeysFault):
    """A backup of the keystore is damaged, or would overwrite a keystore that is there."""


class ZipFault(KeysFault):
    """A zip for outsiders does not hold what was put into it, or opens without its password; it was not handed out."""


class ExchangeError(KeysFault):
    """A public key or a wrapped file key of the exchange is malformed, altered or for someone else."""


class AuthorityError(KeysFault):
    """A certificate cannot be made as asked."""

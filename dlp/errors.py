"""Errors for people: what was got, what was expected, then a hint; each with its own exit status."""

from __future__ import annotations

from dlp.language import Language, Say


class DlpError(Exception):
    """An error that ends a command with one clear line and a hint. ``status`` is the exit status."""

    status = 2

    def __init__(self, message: Say, hint: Say | None = None) -> None:
        super().__init__(message.en)
        self.message = message
        self.hint = hint

    def lines(self, language: Language) -> list[str]:
        """The lines printed on standard error, without trailing newline."""
        told = [f"dlp: error: {self.message.to(language)}"]
        if self.hint:
            told.append(f"dlp: hint: {self.hint.to(language)}")
        return told


class UsageError(DlpError):
    """The command, a setting, a policy or a pack is not as expected."""


class UnreadableError(DlpError):
    """A file that was asked for could not be looked at at all."""

    status = 3


class UnfinishedError(DlpError):
    """What was asked for was begun and goes on by itself; nobody need ask again."""

    status = 3


class KeysError(DlpError):
    """A key is missing, wrong or not allowed."""

    status = 4


class MachineError(DlpError):
    """The machine did not let it: a disk is full, a right is missing, what was to be printed cannot be."""

    status = 5

"""Words for people: every message exists in English and Chinese, side by side, so that neither is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from dlp.shown import shown


class Language(StrEnum):
    """The two languages of the product."""

    EN = "en"
    ZH = "zh"


@dataclass(frozen=True, slots=True)
class Say:
    """One sentence in both languages, with ``str.format`` fields filled in later or at once."""

    en: str
    zh: str

    def format(self, **fields: object) -> Say:
        """The same sentence with its fields filled; values may be ``Say`` themselves.

        A path, and an error that may name one, is others' text: it cannot break out of the sentence.
        """
        told = {k: shown(str(v)) if isinstance(v, PurePath | BaseException) else v for k, v in fields.items()}

        def filled(text: str, language: Language) -> str:
            return text.format(**{k: v.to(language) if isinstance(v, Say) else v for k, v in told.items()})

        return Say(filled(self.en, Language.EN), filled(self.zh, Language.ZH))

    def to(self, language: Language) -> str:
        """The sentence in one language."""
        return self.zh if language is Language.ZH else self.en

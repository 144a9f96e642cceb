"""A label or property that says less than the text of the same document says is a finding of its own."""

from __future__ import annotations

from dataclasses import replace

from classifiers.model import Category, Certainty, Finding, Region

CONTRADICTION = "label.contradiction"
LABELLING = frozenset(Category) - {Category.PERSONAL_INFO, Category.SENSITIVE_PERSONAL_INFO, Category.CREDENTIAL}
"""Categories of findings that say what a document is, and not what is in it."""

ABOUT_THE_NAME = "true type"
"""The part whose property tells that the file's name lies (50-names.yaml): a reader made it, and no label is in it."""


def contradictions(found: list[Finding]) -> list[Finding]:
    """One finding for each document whose label is contradicted."""
    firm = [one for one in found if one.score >= Certainty.MEDIUM]
    says: dict[tuple[str, ...], Finding] = {}
    for one in firm:
        named = one.place.part == ABOUT_THE_NAME
        if one.place.region is Region.METADATA and not named and one.category in LABELLING:
            says[one.place.path] = max(says.get(one.place.path, one), one, key=lambda f: f.level)
    made = []
    for path, label in says.items():
        text = [one for one in firm if one.place.path == path and one.place.region is not Region.METADATA]
        strongest = max(text, key=lambda f: (f.level, f.score), default=None)
        if strongest is not None and strongest.level > label.level:
            told = f"{label.level.id} < {strongest.level.id}"
            made.append(_contradicted(strongest, label, told))
    return made


def _contradicted(strongest: Finding, label: Finding, told: str) -> Finding:
    return replace(
        strongest,
        rule=CONTRADICTION,
        place=label.place,
        masked=told,
        count=1,
        supports=("label_below_text",),
        title_en="Label says less than the text",
        title_zh="标签级别低于正文",
    )

"""Sensitivity labels: a map from a label's id or name to a level becomes one rule for each level that is mapped to.

Labels stand in document properties: ``docMetadata/LabelInfo.xml`` (an id only), ``MSIP_Label_<id>_Name`` in custom
properties and PDF, ``msip_labels:`` in mail, TSCP categories of LibreOffice, custom data of OFD. A label raises a level
and never lowers one; one that says less than the text is a finding of its own (``classifiers.gathering``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

CATEGORY = {
    "public": "public", "internal": "internal", "sensitive": "trade_secret",
    "secret": "state_secret", "highly_secret": "state_secret", "top_secret": "state_secret",
}  # fmt: skip
"""What a label of a level speaks of, where the map does not say it."""
PART = "MSIP_Label_example_Name"


def label_rows(labels: Mapping[str, Any], pack: str) -> list[dict[str, Any]]:
    """Rules, as the rows of a pack, for a mapping such as ``{Highly Confidential: sensitive}``."""
    by_level: dict[str, list[str]] = {}
    for label, level in labels.items():
        by_level.setdefault(str(level), []).append(str(label))
    return [_row(level, names, pack) for level, names in by_level.items()]


def _row(level: str, names: list[str], pack: str) -> dict[str, Any]:
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    choice = "|".join(re.escape(name).replace("{", "[{]") for name in longest_first)
    label = (
        r"(?:MSIP_Label_[0-9A-Za-z\-]{1,40}_Name|label|msip_labels|Sensitivity"
        r"|[^\n]{0,60}BusinessAuthorizationCategory[^\n]{0,40})"
    )
    return {
        "id": f"label.{pack}.{level}",
        "title": {"en": f"Label mapped to {level}", "zh": f"文档标签对应级别 {level}"},
        "category": CATEGORY.get(level, "internal"),
        "level": level,
        "pattern": rf"^{label}[:：](?:[^\n]{{0,90}}[=;\s\x7b\x22])?\s?(?P<value>{choice})(?:$|[\s\x7d\x22;,|])",
        "ignore_case": True,
        "needs": names,
        "regions": ["metadata"],
        "per_value": True,
        "base": 95,
        "matching": [{"text": names[0], "region": "metadata", "part": PART}],
        "not_matching": [names[0]],
    }

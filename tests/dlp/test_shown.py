"""File names are shown so that nothing in them deceives, and what people write with emoji stays as they see it."""

from __future__ import annotations

import pytest

from dlp.shown import shown
from web.words import shown as on_the_page


@pytest.mark.parametrize(
    "name", ["合同 终稿.docx", "家庭👨‍👩‍👧‍👦.jpg", "👩🏽‍💻.txt", "❤️‍🔥.png", "🏳️‍🌈.pdf", "🤦🏻‍♀️.doc"]
)
def test_a_name_with_joined_emoji_stays_as_it_is(name: str) -> None:
    assert shown(name) == name and on_the_page(name) == name


@pytest.mark.parametrize(
    "name", ["a\u200db.exe", "\u200d", "👨\u200d.txt", "\u200d👩.txt", "a\u202eb", "a\nb", "a\u200bb", "a\u200eb"]
)
def test_what_hides_or_turns_is_shown_as_such(name: str) -> None:
    assert "\ufffd" in shown(name) and len(shown(name)) == len(name)

"""The pages as people without scripts see them."""

from __future__ import annotations

import pytest
from web_world import Served


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_person_sees_every_page_of_theirs(console: Served, language: str) -> None:
    world = console.world
    incident = world.held()
    world.sealed()
    for name in ("secadmin", "sysadmin", "auditor", "user"):
        visitor = console.visitor(name, language)
        start = visitor.follow(visitor.get("/"))
        assert start.status == 200
        for link in start.page.xpath("//nav[@aria-label]/a/@href"):
            answer = visitor.get(link)
            assert answer.status == 200, (name, link, answer.words)
    reviewer = console.visitor("secadmin", language)
    answer = reviewer.get(f"/incidents/{incident}")
    assert "机密★**" in answer.words and "R5.9" in answer.words
    assert ("不得" if language == "zh" else "never") in answer.words


GAPS = [
    {"kind": "unreadable", "reason": "too_many", "coverage": 1 / 3, "detail": "pages: 40 of 60 pages read"},
    {"kind": "unseen", "reason": "picture", "coverage": 0.25, "detail": "looking_seconds: picture 3 of 9"},
    {"kind": "unseen", "reason": "picture", "coverage": 1.0, "detail": "picture 1 of 1"},
]
SAID = {
    "en": ["pages 1–40 of 60 were read", "picture 3 of 9", "about 25 % of its page or file"],
    "zh": ["已读第 1–40 页，共 60 页", "第 3 幅图片（共 9 幅）", "约占所在页面或文件的 25 %"],
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_how_far_a_file_was_read_is_said_in_the_words_of_the_receipt(console: Served, language: str) -> None:
    incident = console.world.held(gaps=GAPS)
    reviewer = console.visitor("secadmin", language)
    answer = reviewer.get(f"/incidents/{incident}")
    for words in SAID[language]:
        assert words in answer.words
    assert "33 %" not in answer.words
    assert answer.words.count(" %") == 1

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

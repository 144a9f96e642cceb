"""The main job of the gate, with real programs: WeChat itself cannot open what may not leave."""

from __future__ import annotations

import errno
from collections.abc import Iterator

import pytest
from gate_world import PUBLIC, SECRET, SENSITIVE, World, ext4

pytestmark = pytest.mark.root


@pytest.fixture
def world() -> Iterator[World]:
    with ext4() as folder:
        made = World(folder)
        try:
            made.start()
            yield made
        finally:
            made.stop()


def test_wechat_opens_what_may_leave_and_nothing_else(world: World) -> None:
    secret, public, sensitive = (
        world.file(name, text) for name, text in (("plan.txt", SECRET), ("notice.txt", PUBLIC), ("list.txt", SENSITIVE))
    )
    client = world.client()
    assert client.do("look", public)["got"]
    assert client.do("look", secret)["errno"] == errno.EPERM
    assert client.do("look", sensitive)["errno"] == errno.EPERM
    assert secret.read_text("utf-8") == SECRET, "other programs open it as before"

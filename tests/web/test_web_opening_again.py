"""A session that opened many files: the password once more, in the browser."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from browser_day import person
from office_world import PASSWORD, World, sealed_body
from web_world import Served

from dlp import ulid
from dlp.office.opening import BULK
from dlp.office.store.tables import OpeningRow
from keys import age

pytestmark = pytest.mark.browser


def opened_many(world: World) -> None:
    with world.office.ground.store.writing() as session:
        for _ in range(BULK):
            row = OpeningRow(
                id=ulid.new(), organisation="", header_digest="x", account=world.user.id, name="user",
                outcome="released", why="", at=world.office.ground.now(),
            )  # fmt: skip
            session.add(row)


def test_the_password_is_asked_again_and_then_the_file_opens(chromium: Any, console: Served, tmp_path: Path) -> None:
    world, out = console.world, io.BytesIO()
    to = [world.keystore.epoch_recipient(), world.keystore.recovery_recipient()]
    made = age.seal(io.BytesIO(b"content"), out, to)
    world.tell("sealed", **sealed_body(made.digest, b"content"))
    (tmp_path / "sealed.age").write_bytes(out.getvalue())
    with person(chromium, console, "user") as page:
        world.clock.pass_by(seconds=1)
        opened_many(world)
        page.goto("/open")
        page.set_input_files("#opener input[type=file]", tmp_path / "sealed.age")
        assert not page.is_visible("#opener input[type=password]")
        page.click("#opener button")
        page.wait_for_selector("#opener input[type=password]", state="visible")
        page.get_by_text("the password is needed again").wait_for()
        page.fill("#opener input[type=password]", "wrong")
        page.click("#opener button")
        page.get_by_text("password is wrong").wait_for()
        world.clock.pass_by(seconds=1)
        page.fill("#opener input[type=password]", PASSWORD)
        with page.expect_download() as saved:
            page.click("#opener button")
        assert Path(saved.value.path()).read_bytes() == b"content"
        assert not page.is_visible("#opener input[type=password]")

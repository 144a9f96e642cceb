"""Looks at the pictures of one file: marks first in each of them, then all the rest within the time that there is."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from classifiers.model import Block, Gap, GapReason, Place, Region
from dlp.read.budget import Exceeded
from dlp.read.eyes import Raster
from dlp.read.visit import Parts
from dlp.sight import codes, red, texture
from dlp.sight.decode import Encoded
from dlp.sight.networks import THREADS, Networks
from dlp.sight.view import Line, View

MARKS_SECONDS = 20.0
"""After so long no further picture gets its first look."""
WHOLE_SECONDS = 10.0
"""After so long no more is read of pictures that had their first look; both are multiplied when nobody waits."""
BUSY = 2.5
"""Times the seconds above that may pass by the clock on a machine that is busy with other things."""
MOST_PICTURES = 2000
"""Different pictures of one file that are looked at."""
KEPT_PIXELS = 24_000_000
"""Of pictures that wait for the rest to be read; others are kept packed, and unpacked again."""
KEPT_BYTES = 64 * 1024 * 1024
"""Packed bytes of pictures that wait; what does not fit has had its first look only."""
ROOMY = 4_000_000
"""Pixels of a picture from which memory is given back before it is decoded; for smaller ones that costs more time than
looking at a photo may take, and what is free is used again."""
POINTS = 842.0
"""Height of a page: the size of letters is told as if the picture filled one."""


@dataclass(slots=True)
class Waiting:
    """A picture that had its first look."""

    view: View
    packed: bytes
    """The picture to be unpacked again where the view had to let go of it."""
    frame: int
    place: Place
    unseen: Gap
    words: int
    number: int
    """Which picture of the file, from 1."""


@dataclass(slots=True)
class Looking:
    """As ``dlp.read.eyes.Eyes``."""

    networks: Networks
    settled: Callable[[list[Block]], bool] = lambda _: False
    """Whether what was read in one picture so far decides about the file: then nothing more is looked at."""
    patience: float = 1.0
    """Times the seconds above."""
    breathe: Callable[[], None] = lambda: None
    """Gives memory that is free back to the system, so that the limit counts only what is held."""
    _started: float = field(default_factory=time.monotonic)
    _worked: float = field(default_factory=time.process_time)
    _known: dict[bytes, int] = field(default_factory=dict)
    _waiting: list[Waiting] = field(default_factory=list)
    _failed: dict[bytes, tuple[GapReason, str]] = field(default_factory=dict)
    """Pictures that could not be looked at, and why."""
    _passed: int = 0
    """Pictures that got no look any more."""
    _decided: bool = False
    looks: int = 0
    """How many different pictures were looked at."""

    def look(self, content: bytes, place: Place, unseen: Gap) -> Parts:
        """Metadata apart: what is written in the picture, and codes."""
        yield from self._once(content, lambda: self._encoded(content, place, unseen), unseen)

    def look_at_page(self, draw: Callable[[], Raster], place: Place, unseen: Gap) -> Parts:
        """A page as drawn."""
        if why := self._not_now():
            self._passed += 1
            yield replace(unseen, reason=why[0], detail=why[1])
            return
        raster = draw()
        yield from self._once(raster.pixels, lambda: self._drawn(raster, place, unseen), unseen)

    def rest(self) -> Parts:
        """The most text-like pictures first."""
        waiting = sorted(self._waiting, key=lambda one: -one.words)
        self._waiting = []
        for one in waiting:
            if self._decided or not self._time(WHOLE_SECONDS):
                yield self._in_part(one, 1.0, "" if self._decided else "looking_seconds: ")
                continue
            try:
                yield from self._read_on(one)
            except Exceeded as exceeded:
                yield self._in_part(one, one.view.left, f"{exceeded.limit}: ")
            except Exception as error:  # noqa: BLE001 - as in ``_once``: what was not read is said
                yield self._in_part(one, one.view.left, f"{_limit_of(error) or type(error).__name__}: ")
            one.view.let_go()

    def _read_on(self, one: Waiting) -> Parts:
        if one.view.picture is None:
            self.breathe()
            one.view.take_up(Encoded(one.packed).frame(one.frame).pixels)
        yield from self._codes(one.view.picture, one.place)
        yield from self._lines(one.view.whole(lambda: self._time(WHOLE_SECONDS)), one.place)
        if one.view.left > 0:
            yield self._in_part(one, one.view.left, "looking_seconds: ")

    def _once(self, content: bytes, look: Callable[[], Parts], unseen: Gap) -> Parts:
        """The look, where the same picture was not looked at before; Gaps where there can be none."""
        key = hashlib.blake2b(content, digest_size=16).digest()
        if key in self._known:
            yield from self._same(key, unseen)
            return
        if why := self._not_now():
            self._passed += 1
            yield replace(unseen, reason=why[0], detail=why[1])
            return
        self._known[key] = len(self._known) + 1
        self.looks += 1
        try:
            yield from look()
        except Exceeded as exceeded:
            if exceeded.whole:
                raise
            self._failed[key] = (exceeded.reason, exceeded.limit)
        except Exception as error:  # noqa: BLE001 - whatever a decoder makes of a broken picture: it was not looked at
            reason = GapReason.TOO_BIG if _limit_of(error) else GapReason.BROKEN
            self._failed[key] = (reason, _limit_of(error) or type(error).__name__)
        if key in self._failed:
            yield replace(unseen, reason=self._failed[key][0], detail=self._failed[key][1])

    def _not_now(self) -> tuple[GapReason, str] | None:
        """Why no further picture gets a look; None: it does."""
        if self._decided:
            return GapReason.PICTURE, ""
        if len(self._known) >= MOST_PICTURES:
            return GapReason.TOO_MANY, "pictures"
        return None if self._time(MARKS_SECONDS) else (GapReason.TOO_SLOW, "looking_seconds")

    def _same(self, key: bytes, unseen: Gap) -> Parts:
        """A picture met again: no second look, and where the first left something, it counts as it covers here too."""
        if key in self._failed:
            yield replace(unseen, reason=self._failed[key][0], detail=self._failed[key][1])
        for one in self._waiting:
            if one.number == self._known[key] and unseen.coverage > one.unseen.coverage:
                one.unseen = unseen

    def _encoded(self, content: bytes, place: Place, unseen: Gap) -> Parts:
        picture = Encoded(content)
        thumb = picture.thumb()
        if thumb is not None and not texture.has_text(self.networks, thumb):
            yield from self._codes(thumb, place, codes.QUICK_SIDE)
            return
        if picture.pixels > ROOMY:
            self.breathe()
        seen: set[bytes] = set()
        for frame in picture.looks():
            # One frame is not met again: of a large picture the digest alone takes 20 ms.
            key = hashlib.blake2b(frame.pixels, digest_size=16).digest() if picture.frames > 1 else b""
            if key not in seen:
                seen.add(key)
                where = replace(place, page=frame.number) if frame.number else place
                gap = replace(unseen, place=where, coverage=unseen.coverage)
                number = frame.number - 1 if frame.number else 0
                yield from self._first_look(frame.pixels, where, gap, (content, number), asked=thumb is not None)
        if len(picture.chosen) < picture.frames:
            left = 1 - len(picture.chosen) / picture.frames
            left *= unseen.coverage
            yield replace(unseen, reason=GapReason.PICTURE_IN_PART, coverage=left, detail="picture_frames")

    def _drawn(self, raster: Raster, place: Place, unseen: Gap) -> Parts:
        import cv2
        import numpy as np

        rows = np.frombuffer(raster.pixels, np.uint8).reshape(raster.height, raster.stride)
        pixels = np.ascontiguousarray(rows[:, : raster.width * 4].reshape(raster.height, raster.width, 4)[:, :, :3])

        def packed() -> bytes:
            return bytes(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 90])[1])

        yield from self._first_look(pixels, place, unseen, (packed, 0))

    def _first_look(
        self,
        pixels: Any,  # noqa: ANN401 - numpy
        place: Place,
        unseen: Gap,
        packed: tuple[bytes | Callable[[], bytes], int],
        *,
        asked: bool = False,
    ) -> Parts:
        if not asked and not texture.has_text(self.networks, pixels):
            yield from self._codes(pixels, place, codes.QUICK_SIDE)
            return
        view = View(self.networks, pixels)
        if not view.upright() and not view.scroll:
            yield from self._codes(pixels, place)
            return
        if signs := red.signs(view.picture):
            yield Block(", ".join(signs), replace(place, region=Region.METADATA, part="picture"))
        lines: list[Block] = []
        for block in self._lines(view.marks(), place):
            yield block
            lines.append(block)
            if self.settled(lines):
                self._decided = True
                break
        yield from self._put_off(view, place, unseen, packed)

    def _put_off(self, view: View, place: Place, unseen: Gap, packed: tuple[bytes | Callable[[], bytes], int]) -> Parts:
        one = Waiting(view, b"", packed[1], place, unseen, view.words, len(self._known))
        if sum(each.view.pixels for each in self._waiting) + view.pixels > KEPT_PIXELS:
            one.packed = packed[0] if isinstance(packed[0], bytes) else packed[0]()
            view.let_go()
            if sum(len(each.packed) for each in self._waiting) + len(one.packed) > KEPT_BYTES:
                yield self._in_part(one, 1.0, "kept_bytes: ")
                return
        self._waiting.append(one)

    def _lines(self, lines: Iterator[Line], place: Place) -> Iterator[Block]:
        for line in lines:
            size = round(line.height * POINTS, 1)
            where = replace(place, region=Region.PICTURE, x=round(line.x, 3), y=round(line.y, 3), size=size)
            yield Block(line.text, where, round(line.sure, 3))

    def _codes(self, pixels: Any, place: Place, side: int = codes.SIDE) -> Parts:  # noqa: ANN401
        for text, x, y in codes.texts(pixels, side):
            yield Block(text, replace(place, region=Region.PICTURE, part="code", x=round(x, 3), y=round(y, 3)))

    def _in_part(self, one: Waiting, left: float, limit: str) -> Gap:
        told = f"{limit}picture {one.number} of {len(self._known) + self._passed}"
        return replace(
            one.unseen, reason=GapReason.PICTURE_IN_PART, coverage=one.unseen.coverage * min(1.0, left), detail=told
        )

    def _time(self, seconds: float) -> bool:
        """Whether there is time left: by the processor's clock, so that a busy machine sees as much, within bounds."""
        worked = (time.process_time() - self._worked) / THREADS
        return max(worked, (time.monotonic() - self._started) / BUSY) < seconds * self.patience


def _limit_of(error: Exception) -> str:
    """``memory`` where that is what was lacking; the runtime has no better word for it than that it failed."""
    lacking = isinstance(error, MemoryError) or type(error).__module__.startswith("onnxruntime")
    return "memory" if lacking else ""

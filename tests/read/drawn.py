"""Pages and screenshots for the tests of looking, put together from drawn lines: a test machine needs no Chinese font.

``lines.png`` holds the lines of LINES one below the other, 48 pixels each, drawn with Noto Sans CJK (SIL Open Font
License 1.1); ``python tests/read/drawn.py FONT`` draws it anew.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image, ImageOps

FILE = Path(__file__).with_name("lines.png")
HEIGHT = 48
LINES = {
    "mark": "机密★10年",
    "title": "关于某某工程建设情况的报告",
    "text": "各有关单位应当按照要求做好相关工作，及时报送材料。",
    "chat": "今天下午三点在会议室开会，请准时参加",
    "identity": "身份证号：11010519491231002X",
    "garden": "秘密花园读书会活动通知",
}


def line(name: str, height: int) -> Image.Image:
    """A line, black on white, so many pixels high with its air."""
    at = list(LINES).index(name)
    with Image.open(FILE) as every:
        strip = every.convert("L").crop((0, at * HEIGHT, every.width, (at + 1) * HEIGHT))
    box = ImageOps.invert(strip).getbbox()
    assert box is not None
    strip = strip.crop((0, 0, box[2] + 4, HEIGHT))
    return strip.resize((round(strip.width * height / HEIGHT), height), Image.Resampling.LANCZOS)


def sheet(*lines: str, size: tuple[int, int] = (1240, 1754), height: int = 40, dark: bool = False) -> Image.Image:
    """A page: the lines from above, each in its own row; a dash leaves a row empty."""
    page = Image.new("L", size, 255)
    for row, name in enumerate(lines):
        if name != "-":
            page.paste(line(name, height), (round(size[0] * 0.07), round(height * (1 + 1.6 * row))))
    return (ImageOps.invert(page) if dark else page).convert("RGB")


def saved(picture: Image.Image, form: str, **options: object) -> bytes:
    """The picture as a file of this format."""
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def _draw(font: str) -> None:
    from PIL import ImageDraw, ImageFont

    face = ImageFont.truetype(font, 34, index=2)
    every = Image.new("L", (900, HEIGHT * len(LINES)), 255)
    for row, text in enumerate(LINES.values()):
        ImageDraw.Draw(every).text((2, row * HEIGHT + HEIGHT / 2), text, font=face, fill=0, anchor="lm")
    every.quantize(8).save(FILE, optimize=True)


if __name__ == "__main__":
    _draw(sys.argv[1])

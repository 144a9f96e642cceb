"""What looking at pictures costs: milliseconds from the open file to the verdict, and memory of the process that looks.

Files are judged through the pool, as agent, gate and command line have it, one after the other on a warm process; the
lines of text are those of the tests, so that no font is needed. Recall, and tesseract beside it: benchmarks/ocr.py.
"""

from __future__ import annotations

import io
import statistics
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[1]
TIMES = 7


def run() -> list[str]:
    """Lines for people."""
    from dlp.sight.networks import missing

    if lacking := missing():
        return [f"pictures are not looked at here: {', '.join(lacking)} not installed"]
    from classifiers.pack import shipped
    from dlp.model import Limits
    from dlp.read.sandbox import Workers

    lines = [f"milliseconds from the open file to the classification, median of {TIMES} (most), and what was found"]
    files = _files()
    with Workers(1, Limits(), shipped(), bytes(32)) as pool:
        pool.warm()
        begun = time.perf_counter()
        _judged(pool, files["small page"])
        lines.append(f"{'first picture, the process starts':44} {(time.perf_counter() - begun) * 1000:6.0f}")
        for name, content in files.items():
            spent = []
            for _ in range(TIMES if name != "deck of 40 scanned pages" else 1):
                begun = time.perf_counter()
                found = _judged(pool, content)
                spent.append((time.perf_counter() - begun) * 1000)
            left = max((gap.coverage for gap in found.gaps), default=0.0)
            told = f"{found.level.id}, {len(found.gaps)} gaps, at most {left:.0%} left"
            lines.append(f"{name:44} {statistics.median(spent):6.0f} ({max(spent):.0f})  {told}")
        assert pool._seeing is not None
        assert pool._seeing.process is not None
        status = Path(f"/proc/{pool._seeing.process.pid}/status")
        if status.exists():
            told = dict(line.split(":", 1) for line in status.read_text().splitlines())
            now, most = (int(told[key].split()[0]) // 1024 for key in ("VmRSS", "VmHWM"))
            lines.append(f"{'memory of the process, MB':44} {now:6} ({most})")
    return lines


def _judged(pool: Any, content: bytes) -> Any:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        return pool.judge(file.fileno(), "picture").classification


def _files() -> dict[str, bytes]:
    sys.path.insert(0, str(TOP / "tests" / "read"))
    try:
        from drawn import saved, sheet
    finally:
        sys.path.pop(0)
    marked, plain = ("mark", "-", "title"), ("title", "-", "garden")
    body = ("text", "chat", "text") * 7
    screen = {"size": (1920, 1080), "height": 30}
    deck = [sheet(*plain, *("text",) * (10 + number % 5), size=(1240, 1754)) for number in range(40)]
    scene = _scene(1280, 960)
    return {
        "small page": saved(sheet("title", "text", size=(620, 877), height=24), "PNG"),
        "photo without text, 1080 × 1440 jpeg": saved(_photo(1080, 1440), "JPEG", quality=85),
        "photo without text, 4000 × 3000 jpeg": saved(_photo(4000, 3000), "JPEG", quality=85),
        "photo without text, 640 × 480 jpeg": saved(_photo(640, 480), "JPEG", quality=85),
        "photo without text, 1080 × 1440 png": saved(_photo(1080, 1440), "PNG"),
        "photo without text, soft ground": saved(_soft(1440, 1080), "JPEG", quality=85),
        "drawn scene, leaves and grain, 1280 × 960": saved(scene, "JPEG", quality=60),
        "drawn scene, askew, 1470 × 1180": saved(scene.rotate(10, expand=True), "JPEG", quality=60),
        "1080p screenshot with a mark": saved(sheet(*marked, *body, **screen), "PNG"),
        "1080p screenshot, all 21 lines read": saved(sheet(*plain, *body, **screen), "PNG"),
        "scroll of 1080 × 20000, 200 lines": saved(sheet(*("chat", "-") * 200, size=(1080, 20000), height=30), "PNG"),
        "zip of 200 equal pictures": _zipped(saved(sheet(*plain, *body, **screen), "PNG"), 200),
        "deck of 40 scanned pages": saved(deck[0], "PDF", save_all=True, append_images=deck[1:], resolution=150),
    }


def _zipped(content: bytes, count: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(count):
            archive.writestr(f"{number}.png", content)
    return file.getvalue()


def _scene(wide: int, high: int) -> Any:
    """As the photos of benchmarks/pictures, which needs fonts: full of edges that are as long as words are."""
    import numpy as np
    from PIL import Image, ImageDraw, ImageFilter

    random = np.random.default_rng(11)
    scene = Image.new("RGB", (wide, high), (120, 160, 200))
    for number in range(12):
        left, top, across, down = (int(one) for one in random.integers(0, (wide, high, wide // 3, high // 3)))
        colour = tuple(int(one) for one in random.integers(0, 255, 3))
        draw = ImageDraw.Draw(scene)
        (draw.ellipse if number % 2 else draw.rectangle)((left, top, left + across + 20, top + down + 20), fill=colour)
    values = np.asarray(scene.filter(ImageFilter.GaussianBlur(3)), np.float64)
    leaves = Image.fromarray(random.normal(0, 28, (high // 6, wide // 6)).astype(np.float32)).resize((wide, high))
    rough = values + (np.asarray(leaves) * (np.linspace(0, 1, high) > 0.4)[:, None])[:, :, None]
    rough += random.normal(0, 6, (high, wide, 1))
    return Image.fromarray(rough.clip(0, 255).astype(np.uint8))


def _soft(wide: int, high: int) -> Any:
    """A thing in front of a ground out of focus, as portraits and flowers are taken."""
    from PIL import Image, ImageDraw, ImageFilter

    ground = _photo(wide // 40, high // 40).resize((wide, high), Image.Resampling.BICUBIC)
    sharp = _photo(wide, high).filter(ImageFilter.GaussianBlur(1))
    mask = Image.new("L", (wide, high))
    ImageDraw.Draw(mask).ellipse((wide // 3, high // 4, wide * 2 // 3, high), fill=255)
    ground.paste(sharp, mask=mask)
    return ground


def _photo(wide: int, high: int) -> Any:
    """No photo may come with the sources: clouds in five sizes and a camera's noise cost the same steps."""
    import numpy as np
    from PIL import Image

    random, photo = np.random.default_rng(7), np.zeros((high, wide, 3))
    for scale in (8, 24, 80, 240):
        size = (max(2, high // scale), max(2, wide // scale), 3)
        coarse = Image.fromarray(random.integers(0, 255, size, np.uint8))
        photo += np.asarray(coarse.resize((wide, high), Image.Resampling.BICUBIC), np.float64) / 4
    photo += random.normal(0, 3, photo.shape)
    return Image.fromarray(photo.clip(0, 255).astype(np.uint8))

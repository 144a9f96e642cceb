"""Hard negatives: what people send every day that looks like text about secrets, or like nothing at all."""

from __future__ import annotations

import random
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image

from benchmarks.eval import unmarked
from benchmarks.eval.paper import Paper
from benchmarks.pictures.fonts import of_style
from benchmarks.pictures.label import Drawn, Label, Want
from benchmarks.pictures.papers import page
from benchmarks.pictures.screens import chat, window
from benchmarks.pictures.sheet import Sheet, width_of

GOODS = ("拿铁咖啡", "牛肉面", "矿泉水", "签字笔", "复印纸", "充电器", "苹果", "牛奶", "面包", "洗衣液")
MEMES = (
    "这是一个秘密", "我不说", "打工人的秘密", "机密文件.jpg", "绝密档案 已解锁", "老板看了都说好", "嘘！秘密",
    "今天也要加油鸭", "收到请回复", "秘密武器：咖啡", "我太难了", "就这？", "星期一的我", "★五星好评★",
)  # fmt: skip


def _nothing(family: str, px: int, image: Image.Image, screen: bool = False) -> Drawn:
    return Drawn(Label(Want.NOTHING, family, px=px), image, screen)


def paper(make: Callable[[random.Random], Paper]) -> Callable[[int, random.Random], Drawn]:
    """A negative of the text evaluation, set on a page."""

    def drawn(px: int, chance: random.Random) -> Drawn:
        text = make(chance)
        sheet, face = page(px, chance), chance.choice(of_style(chance.choice(("Hei", "Song", "Kai"))))
        if text.table:
            sheet.width = max(sheet.width, width_of(text.table, face, px) + 2 * sheet.margin)
            sheet = Sheet(sheet.width, sheet.height, sheet.paper, margin=sheet.margin)
        sheet.line(text.lines[0], chance.choice(of_style("Hei")), int(px * 1.4), "centre", lead=2)
        for line in text.lines[1:]:
            sheet.paragraph(line, face, px, 2 if len(line) > 20 else 0)
        if text.table and sheet.y < sheet.height - px * 4:
            sheet.table(text.table, face, px)
        return _nothing(make.__name__, px, sheet.image)

    return drawn


def on_screen(px: int, chance: random.Random) -> Drawn:
    """One of them as a screenshot."""
    return window(paper(chance.choice(unmarked.FAMILIES))(px, chance), chance)


def lesson(px: int, chance: random.Random) -> Drawn:
    """A slide that teaches secrecy."""
    wide = max(px * 30, 720)
    sheet = Sheet(wide, wide * 9 // 16, (250, 250, 250), margin=wide // 24)
    face = chance.choice(of_style("Hei"))
    sheet.line(
        chance.choice(("保密知识培训", "国家秘密的标志", "什么是国家秘密", "保密法解读")), face, int(px * 1.6), lead=2
    )
    lines = [f"• {line}" for line in unmarked.talk(chance).lines[1:3] + unmarked.regulation(chance).lines[1:4]]
    for line in lines[: chance.randint(3, 5)]:
        sheet.paragraph(line, face, px, 0)
    return _nothing("lesson", px, sheet.image, screen=True)


def small_talk(px: int, chance: random.Random) -> Drawn:
    """A chat without anything."""
    return _nothing("chat", px, chat([], px, chance, chance.randint(5, 10)), screen=True)


def receipt(px: int, chance: random.Random) -> Drawn:
    """What a till prints: numbers, stars, times."""
    sheet = Sheet(px * 18, px * 40, (248, 248, 244), margin=px)
    face = chance.choice(of_style(chance.choice(("Hei", "Song"))))
    sheet.line(chance.choice(("某某超市", "某某咖啡", "某某便利店")), face, int(px * 1.4), "centre")
    sheet.line(f"单号：{unmarked.numbers.order(chance)}", face, px)
    sheet.line("*" * 20, face, px)
    for _ in range(chance.randint(3, 8)):
        sheet.line(
            f"{chance.choice(GOODS)}  x{chance.randint(1, 5)}  {chance.randint(3, 99)}.{chance.randint(0, 9)}0",
            face,
            px,
        )
    sheet.line("*" * 20, face, px)
    sheet.line(f"会员：138****{chance.randint(1000, 9999)}", face, px)
    sheet.line("★★★★★ 欢迎评价", face, px, "centre")
    return _nothing("receipt", px, sheet.cut())


def meme(px: int, chance: random.Random) -> Drawn:
    """A photo with a few large words."""
    image = _scene(chance, 640, 640)
    sheet = Sheet(640, 640)
    sheet.image.paste(image)
    face, text, large = chance.choice(of_style("Hei")), chance.choice(MEMES), chance.randint(36, 60)
    wide = face.at(large).getlength(text)
    at = (320 - wide / 2, chance.choice((30, 640 - 90)))
    sheet.pen.text(at, text, fill=(255, 255, 255), font=face.at(large), stroke_width=3, stroke_fill=(0, 0, 0))
    return _nothing("meme", px, sheet.image)


def photo(px: int, chance: random.Random) -> Drawn:
    """A photo without text: sky, ground, things, noise of a sensor."""
    return _nothing("photo", px, _scene(chance, *chance.choice(((1280, 960), (960, 1280), (1080, 810), (800, 800)))))


def _scene(chance: random.Random, wide: int, high: int) -> Image.Image:
    """A sky that fades, soft shapes, leaves and grain."""
    random_ = np.random.default_rng(chance.getrandbits(32))
    top, low = random_.integers(40, 240, 3), random_.integers(20, 220, 3)
    fade = np.linspace(0, 1, high)[:, None, None]
    scene = np.broadcast_to(top * (1 - fade) + low * fade, (high, wide, 3)).astype(np.uint8).copy()
    for _ in range(chance.randint(4, 16)):
        at, size = (
            (chance.randrange(wide), chance.randrange(high)),
            (chance.randint(20, wide // 3), chance.randint(20, high // 3)),
        )
        colour = [int(one) for one in random_.integers(0, 255, 3)]
        if chance.random() < 0.6:
            cv2.ellipse(scene, at, size, chance.randint(0, 180), 0, 360, colour, -1)
        else:
            cv2.rectangle(scene, at, (at[0] + size[0], at[1] + size[1]), colour, -1)
    scene = cv2.GaussianBlur(scene, (0, 0), chance.uniform(1, 8))
    leaves = cv2.resize(random_.normal(0, 28, (high // 6, wide // 6)).astype(np.float32), (wide, high))
    grain = random_.normal(0, chance.uniform(2, 9), (high, wide))
    half = np.linspace(0, 1, high)[:, None] > chance.random()
    rough = scene + (leaves * half + grain)[:, :, None]
    return Image.fromarray(np.clip(rough, 0, 255).astype(np.uint8))


HARMLESS: tuple[Callable[[int, random.Random], Drawn], ...] = (
    *(paper(family) for family in unmarked.FAMILIES), lesson, lesson, small_talk, small_talk, receipt, receipt, meme,
    meme, photo, photo, on_screen, on_screen,
)  # fmt: skip

"""Screens: a document in a window, chats with bubbles, long scrolls, dark mode."""

from __future__ import annotations

import random
from collections.abc import Sequence

from PIL import Image

from benchmarks.eval.words import SENTENCES, filled
from benchmarks.pictures.fonts import Face, of_style
from benchmarks.pictures.label import Drawn
from benchmarks.pictures.sheet import Colour, Sheet, wrapped

LIGHT, DARK = (237, 237, 237), (17, 17, 17)
BUBBLES: dict[bool, tuple[Colour, Colour, Colour]] = {
    False: ((255, 255, 255), (149, 236, 105), (25, 25, 25)),
    True: ((44, 44, 44), (62, 180, 117), (215, 215, 215)),
}
"""By dark mode: the other's bubble, one's own, the text."""
SMALL_TALK = (
    "好的，收到", "明天几点开会？", "下午三点，二楼会议室", "辛苦了", "文件发你邮箱了", "嗯嗯", "我到楼下了",
    "今天堵车，晚十分钟到", "周末有空一起吃饭吗", "哈哈哈哈", "可以的", "记得带身份证", "这是我的小秘密，别告诉别人",
    "稍等，我看一下", "图片已收到", "机密大厅的门禁卡在前台", "那部电影叫《绝密飞行》，挺好看的", "会议密码2580",
)  # fmt: skip


def window(drawn: Drawn, chance: random.Random) -> Drawn:
    """The picture as a screen shows it: bars of a program above, grey on both sides."""
    inner, px = drawn.image, max(12, min(18, drawn.label.px))
    wide, bar = int(inner.width * chance.uniform(1.05, 1.35)), px * 2
    dark = chance.random() < 0.25
    paper, ink = ((32, 33, 36), (220, 220, 220)) if dark else ((225, 226, 229), (50, 50, 50))
    sheet = Sheet(wide, inner.height + bar * 2, paper, ink, margin=px)
    face = chance.choice(of_style("Hei"))
    sheet.put(px, bar * 0.2, chance.choice(("文档1 - 阅读器", "关于工作安排的通知.docx", "报告.pdf")), face, px)
    for n, word in enumerate(("文件", "开始", "插入", "页面", "审阅", "视图")):
        sheet.put(px + n * px * 3.5, bar * 1.2, word, face, px)
    sheet.image.paste(inner, ((wide - inner.width) // 2, bar * 2))
    drawn.image, drawn.screen = sheet.image, True
    drawn.label.family += " on a screen"
    return drawn


def inverted(drawn: Drawn) -> Drawn:
    """Dark mode as readers make it: light on dark."""
    drawn.image = Image.eval(drawn.image, lambda one: 255 - int(one * 0.92))
    drawn.label.wear += ("dark",)
    drawn.screen = True
    return drawn


def chat(says: Sequence[str], px: int, chance: random.Random, talk: int = 6) -> Image.Image:
    """A chat in which ``says`` are said among small talk; ``talk`` bubbles besides."""
    dark = chance.random() < 0.35
    wide = max(480, px * 26)
    face = chance.choice(of_style("Hei"))
    lines = [small_talk(chance) for _ in range(talk)]
    for one in reversed(says):
        lines.insert(chance.randint(0, len(lines)), one)
    high = px * 5 + sum(px * 1.5 * (len(_broken(one, face, px, wide))) + px * 2 for one in lines)
    sheet = Sheet(wide, int(high), DARK if dark else LIGHT, margin=px)
    sheet.y = px * 0.8
    sheet.line(chance.choice(("项目群(12)", "小王", "李工", "家人群")), face, px, "centre", BUBBLES[dark][2])
    sheet.line(f"{chance.randint(8, 22)}:{chance.randint(10, 59)}", face, int(px * 0.8), "centre", (140, 140, 140))
    for one in lines:
        _bubble(sheet, one, face, px, dark, chance.random() < 0.5)
    return sheet.cut()


def small_talk(chance: random.Random) -> str:
    """What people say in chats; now and then a longer sentence."""
    return chance.choice(SMALL_TALK) if chance.random() < 0.8 else filled(chance.choice(SENTENCES), chance)


def _broken(text: str, face: Face, px: int, wide: int) -> list[str]:
    return [line for part in text.split("\n") for line in wrapped(part, face, px, wide * 0.62)]


def _bubble(sheet: Sheet, text: str, face: Face, px: int, dark: bool, own: bool) -> None:
    lines = _broken(text, face, px, sheet.width)
    other, mine, ink = BUBBLES[dark]
    wide = max(face.at(px).getlength(line) for line in lines) + px * 1.4
    high = len(lines) * px * 1.5 + px * 0.7
    head = px * 2.2
    left = sheet.width - sheet.margin - head - px * 0.6 - wide if own else sheet.margin + head + px * 0.6
    x = sheet.width - sheet.margin - head if own else sheet.margin
    sheet.pen.rounded_rectangle((x, sheet.y, x + head, sheet.y + head), px * 0.3, fill=(120, 150 if own else 110, 170))
    sheet.pen.rounded_rectangle((left, sheet.y, left + wide, sheet.y + high), px * 0.4, fill=mine if own else other)
    for n, line in enumerate(lines):
        sheet.put(left + px * 0.7, sheet.y + px * 0.45 + n * px * 1.5, line, face, px, ink)
    sheet.y += high + px * 0.9

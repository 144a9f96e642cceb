"""Official papers, reports, covers and slides with a mark at a place where marks stand."""

from __future__ import annotations

import math
import random

from benchmarks.eval.words import WHO, body, title
from benchmarks.pictures.fonts import Face, of_style
from benchmarks.pictures.label import Drawn, Label, Want
from benchmarks.pictures.marks import Mark, bare, mark
from benchmarks.pictures.sheet import RED, Sheet

A4 = 37.2
"""Width of A4 in ems of the size that marks are set in (210 mm by 三号, 16 points; GB/T 9704-2012)."""
SHAPE = 1.414


def page(px: int, chance: random.Random, share: float = 0.0) -> Sheet:
    """A sheet of A4 on which ``px`` is 三号, or its upper part."""
    wide = int(px * A4)
    high = wide * SHAPE * (share or chance.choice((0.35, 0.35, 0.5, 0.5, 0.5, 0.5, 1.0)))
    white = chance.randint(238, 255)
    return Sheet(wide, int(high), (white, white, white - chance.randint(0, 12)), margin=int(wide * 0.13))


def labelled(sheet: Sheet, family: str, found: Mark, px: int) -> Drawn:
    """The sheet with the truth about it."""
    return Drawn(Label(Want.MARK, family, found.text, found.level, px), sheet.image)


def official(px: int, chance: random.Random) -> Drawn:
    """A paper with red header, number and stamp; the mark top left, below the copy number where there is one."""
    sheet, found = page(px, chance), mark(chance)
    hei, song, fang = (chance.choice(of_style(style)) for style in ("Hei", "Song", "Kai"))
    if chance.random() < 0.5:
        sheet.line(f"{chance.randint(1, 400):06}", hei, px)
    sheet.line(found.text, hei, px)
    if chance.random() < 0.4:
        sheet.line(chance.choice(("特急", "加急", "特 急")), hei, px)
    sheet.y += px
    who = chance.choice(("某某省人民政府", "某某市规划局", "某某集团公司", "某某研究院"))
    sheet.line(f"{who}文件", song, int(px * 2.2), "centre", RED, 1.5)
    sheet.line(f"某政发〔{chance.randint(2019, 2026)}〕{chance.randint(1, 99)}号", fang, px, "centre")
    sheet.rule(RED)
    rest(sheet, chance, song, fang, px)
    stamp(sheet, chance, who, hei, px)
    return labelled(sheet, "official", found, px)


def rest(sheet: Sheet, chance: random.Random, head: Face, text: Face, px: int) -> None:
    """Title and paragraphs."""
    sheet.y += px * 0.6
    sheet.line(title(chance), head, int(px * 1.35), "centre", lead=2)
    for one in body(chance):
        sheet.paragraph(one, text, px)


def stamp(sheet: Sheet, chance: random.Random, who: str, face: Face, px: int) -> None:
    """A round red seal with a star over the end of the text."""
    if chance.random() < 0.4:
        return
    radius = px * 4.2
    x, y = sheet.width * chance.uniform(0.55, 0.75), min(sheet.y, sheet.height - radius * 2)
    box = (x - radius, y - radius, x + radius, y + radius)
    sheet.pen.ellipse(box, outline=RED, width=max(2, px // 6))
    font = face.at(int(px * 0.9))
    for n, one in enumerate(who):
        turn = math.pi * (0.15 + 0.7 * n / max(1, len(who) - 1))
        at = x - math.cos(turn) * radius * 0.72, y - math.sin(turn) * radius * 0.72
        sheet.pen.text(at, one, fill=RED, font=font, anchor="mm")
    sheet.pen.text((x, y), "★", fill=RED, font=face.at(int(px * 2)), anchor="mm")


def report(px: int, chance: random.Random) -> Drawn:
    """A paper without header: mark in a corner or in the middle, title, text."""
    sheet = page(px, chance)
    found = bare(chance) if chance.random() < 0.12 else mark(chance)
    face, text = chance.choice(of_style("Hei")), chance.choice(of_style(chance.choice(("Song", "Kai"))))
    sheet.line(
        found.text, face if chance.random() < 0.7 else text, px, chance.choice(("left", "left", "right", "centre"))
    )
    rest(sheet, chance, face, text, px)
    return labelled(sheet, "report", found, px)


def cover(px: int, chance: random.Random) -> Drawn:
    """A cover: mark in an upper corner, a large title, who and when."""
    sheet, found = page(px, chance, chance.choice((0.7, 1.0))), mark(chance)
    face = chance.choice(of_style("Hei"))
    if chance.random() < 0.3:
        sheet.line(f"编号：{chance.randint(1, 300):04}", face, px)
    sheet.line(found.text, face, px, chance.choice(("left", "right")))
    sheet.y = sheet.height * 0.3
    sheet.line(title(chance), face, int(px * 1.9), "centre")
    sheet.y = sheet.height * 0.75
    sheet.line(chance.choice(WHO), face, px, "centre")
    sheet.line(f"{chance.randint(2019, 2026)}年{chance.randint(1, 12)}月", face, px, "centre")
    return labelled(sheet, "cover", found, px)


def secrecy_field(px: int, chance: random.Random) -> Drawn:
    """A form of a project: a table with a secrecy field at its top, or a line with it."""
    sheet = page(px, chance, 0.5)
    found, face = mark(chance), chance.choice(of_style(chance.choice(("Hei", "Song"))))
    if chance.random() < 0.5:
        sheet.line(f"密级：{found.text}        编号：XX-2026-{chance.randint(1, 99):03}", face, px)
        rest(sheet, chance, face, face, px)
    else:
        sheet.line(chance.choice(("项目任务书", "文件审批单", "技术报告")), face, int(px * 1.4), "centre", lead=2)
        rows = [["密级", found.text], ["项目名称", title(chance)[:12]], ["编制单位", chance.choice(WHO)]]
        sheet.table(rows, face, px)
        for one in body(chance, 1, 3):
            sheet.paragraph(one, face, px)
    return labelled(sheet, "field", found, px)


def slide(px: int, chance: random.Random) -> Drawn:
    """The first slide of a talk, the mark in one of its upper corners."""
    wide, found = max(px * 30, 720), mark(chance)
    dark = chance.random() < 0.4
    paper, ink = ((24, 44, 92), (245, 245, 245)) if dark else ((250, 250, 250), (25, 25, 40))
    sheet = Sheet(wide, wide * 9 // 16, paper, ink, margin=max(16, wide // 30))
    face = chance.choice(of_style("Hei"))
    sheet.line(found.text, face, px, chance.choice(("left", "right")), (230, 60, 60) if not dark else None)
    sheet.y = sheet.height * 0.4
    sheet.line(title(chance), face, min(int(px * 1.7), wide // 16), "centre")
    sheet.line(chance.choice(WHO), face, px, "centre")
    drawn = labelled(sheet, "slide", found, px)
    drawn.screen = True
    return drawn

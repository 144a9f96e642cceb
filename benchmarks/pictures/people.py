"""Pictures with numbers of people: cards, tables, forms, chats, phone lists. All numbers are made up."""

from __future__ import annotations

import random

from benchmarks.eval import numbers
from benchmarks.eval.words import WHO, title
from benchmarks.pictures.fonts import of_style
from benchmarks.pictures.label import Drawn, Label, Want
from benchmarks.pictures.screens import chat
from benchmarks.pictures.sheet import Sheet, width_of


def card(px: int, chance: random.Random) -> Drawn:
    """Laid out as the face of an identity card."""
    wide = px * 26
    sheet = Sheet(wide, int(wide / 1.585), (214, 228, 236), margin=int(px * 1.6))
    for x in range(0, wide, 14):
        sheet.pen.arc((x - 200, -90, x + 260, wide), 20, 200, fill=(196, 214, 226))
    face, value = chance.choice(of_style("Hei")), numbers.resident(chance)
    small = max(10, int(px * 0.85))
    for text in (
        f"姓名  {numbers.person(chance)}", f"性别  {chance.choice('男女')}   民族  汉",
        f"出生  {value[6:10]} 年 {int(value[10:12])} 月 {int(value[12:14])} 日",
        f"住址  某某省某某市某某路{chance.randint(1, 99)}号",
    ):  # fmt: skip
        sheet.line(text, face, small, lead=2.1)
    sheet.pen.rectangle((wide * 0.68, px * 2, wide * 0.92, px * 10), fill=(176, 196, 210))
    sheet.pen.ellipse((wide * 0.75, px * 3, wide * 0.85, px * 6), fill=(222, 190, 168))
    sheet.y = sheet.height - px * 2.6
    sheet.line(f"公民身份号码   {value}", face, px)
    return Drawn(Label(Want.NUMBER, "card", value, "sensitive", px), sheet.image)


def people(px: int, chance: random.Random) -> Drawn:
    """A table of people with their numbers."""
    values = [numbers.resident(chance) for _ in range(chance.randint(2, 10))]
    head = ["序号", "姓名", chance.choice(("身份证号", "身份证号码", "公民身份号码")), "单位"]
    rows = [[str(n), numbers.person(chance), value, chance.choice(WHO)] for n, value in enumerate(values, 1)]
    drawn = _table([head, *rows], "table", px, chance)
    drawn.label.want, drawn.label.said = Want.NUMBER, "\n".join(values)
    return drawn


def phones(px: int, chance: random.Random) -> Drawn:
    """A list of people with their phones."""
    values = [numbers.mobile(chance) for _ in range(chance.randint(10, 14))]
    rows = [[str(n), numbers.person(chance), value] for n, value in enumerate(values, 1)]
    drawn = _table([["序号", "姓名", chance.choice(("手机号码", "联系电话", "手机号"))], *rows], "phones", px, chance)
    drawn.label.want, drawn.label.said = Want.PHONES, "\n".join(values)
    return drawn


def _table(rows: list[list[str]], family: str, px: int, chance: random.Random) -> Drawn:
    face = chance.choice(of_style(chance.choice(("Hei", "Song"))))
    margin = px * 2
    sheet = Sheet(width_of(rows, face, px) + 2 * margin, int(px * (len(rows) * 1.9 + 7)), margin=margin)
    sheet.line(chance.choice(("人员名单", "参会人员登记表", "体检名单")), face, int(px * 1.3), "centre")
    sheet.table(rows, face, px)
    return Drawn(Label(Want.NUMBER, family, "", "sensitive", px), sheet.image)


def form(px: int, chance: random.Random) -> Drawn:
    """A letter or form with one number in a sentence."""
    sheet = Sheet(px * 36, px * 22, margin=px * 3)
    face, value = chance.choice(of_style(chance.choice(("Song", "Kai", "Hei")))), numbers.resident(chance)
    sheet.line(chance.choice(("介绍信", "证明", "申请表", "委托书")), face, int(px * 1.5), "centre", lead=2.2)
    said = chance.choice(
        (
            "兹有{w}，身份证号{v}，前往贵处办理{t}事宜，请予接洽。",
            "申请人：{w}　身份证号码：{v}",
            "委托人{w}（身份证号：{v}）因故不能亲自办理，特委托他人代办。",
        )
    )
    sheet.paragraph(said.format(w=numbers.person(chance), v=value, t=title(chance)[:6]), face, px)
    sheet.paragraph("以上情况属实，特此说明。", face, px)
    sheet.line(f"{chance.choice(WHO)}　2026年{chance.randint(1, 12)}月", face, px, "right")
    return Drawn(Label(Want.NUMBER, "form", value, "sensitive", px), sheet.image)


def said_in_chat(px: int, chance: random.Random) -> Drawn:
    """A number sent as a message."""
    value = numbers.resident(chance)
    said = chance.choice(("{w} {v}", "身份证号：{v}", "{v}", "帮我订张票，{w}，身份证{v}")).format(
        w=numbers.person(chance), v=value
    )
    image = chat([said], px, chance, chance.randint(4, 8))
    return Drawn(Label(Want.NUMBER, "chat", value, "sensitive", px), image, screen=True)

"""A Place in words, for people: "page 1, top left", "a.zip → b.docx → header"."""

from __future__ import annotations

from classifiers.model import Place, Region

ARROW = " → "
REGIONS = {
    Region.BODY: ("body", "正文"),
    Region.TITLE: ("title", "标题"),
    Region.HEADER: ("header", "页眉"),
    Region.FOOTER: ("footer", "页脚"),
    Region.CELL: ("table", "表格"),
    Region.TEXT_BOX: ("text box", "文本框"),
    Region.COMMENT: ("comment", "批注"),
    Region.NOTE: ("note", "备注"),
    Region.METADATA: ("property", "文档属性"),
    Region.FILE_NAME: ("file name", "文件名"),
    Region.WATERMARK: ("watermark", "水印"),
    Region.PICTURE: ("picture", "图片"),
}
LEFT_SHARE = 0.35
TOP_SHARE = 0.25
"""A mark stands top left when it begins in this share of the page (GB/T 9704-2012: first lines of the type area)."""

PARTS = {
    "true type": "真实类型",
    "left": "左",
    "centre": "中",
    "right": "右",
    "attributes": "属性",
    "comment": "注释",
    "data validation": "数据有效性",
    "defined name": "定义名称",
    "drawing": "绘图",
    "field": "域",
    "formula": "公式",
    "label": "标签",
    "layer": "图层",
    "number format": "数字格式",
    "numbering": "编号",
    "object": "对象",
    "outline": "大纲",
    "sheet name": "工作表名称",
    "shared strings": "共享字符串",
    "text object": "文字对象",
    "version": "版本",
}
"""Parts that our readers name, in Chinese; those that a file itself names stay as they are."""


def render(place: Place, language: str) -> str:
    """The Place in ``language`` ("en" or "zh"), outermost container first; empty for the file as a whole."""
    chinese = language == "zh"
    inner = ("，" if chinese else ", ").join(word for word in _words(place, chinese) if word)
    return ARROW.join([*place.path, inner] if inner else place.path)


def _words(place: Place, chinese: bool) -> list[str]:
    """From the coarse to the fine."""
    return [
        _numbered(place.page, "page {}", "第{}页", chinese),
        _numbered(place.slide, "slide {}", "第{}张幻灯片", chinese),
        (f"工作表“{place.sheet}”" if chinese else f"sheet {place.sheet}") if place.sheet else "",
        place.cell or _in_table(place, chinese),
        _corner(place, chinese),
        _region(place, chinese),
        _numbered(place.line, "line {}", "第{}行", chinese),
    ]


def _numbered(number: int | None, en: str, zh: str, chinese: bool) -> str:
    return "" if number is None else (zh if chinese else en).format(number)


def _in_table(place: Place, chinese: bool) -> str:
    if place.row is None or place.column is None:
        return ""
    table = "" if place.table is None else f"表{place.table + 1}" if chinese else f"table {place.table + 1}, "
    row, column = place.row + 1, place.column + 1
    return f"{table}第{row}行第{column}列" if chinese else f"{table}row {row}, column {column}"


def _corner(place: Place, chinese: bool) -> str:
    if place.x is None or place.y is None:
        return ""
    top, bottom = place.y < TOP_SHARE, place.y > 1 - TOP_SHARE
    left, right = place.x < LEFT_SHARE, place.x > 1 - LEFT_SHARE
    if chinese:
        across = "左" if left else "右" if right else "中"
        return (
            f"{across}上方" if top else f"{across}下方" if bottom else {"左": "左侧", "右": "右侧"}.get(across, "中部")
        )
    high = "top" if top else "bottom" if bottom else ""
    wide = "left" if left else "right" if right else ""
    return f"{high} {wide}".strip() or "middle"


def _region(place: Place, chinese: bool) -> str:
    """The region where it says more than the other words do, with the name that the format gives the part."""
    plain = place.region is Region.BODY or (place.region is Region.CELL and (place.cell or place.row is not None))
    named = "" if plain else REGIONS[place.region][chinese]
    if not place.part:
        return named
    part = PARTS.get(place.part, place.part) if chinese else place.part
    return (f"{named}“{part}”" if chinese else f"{named} {part}".strip()) if named else part

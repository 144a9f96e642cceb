"""A picture that text is set on, line by line."""

from __future__ import annotations

from dataclasses import dataclass, field

from PIL import Image, ImageDraw

from benchmarks.pictures.fonts import Face

Colour = tuple[int, int, int]
BLACK: Colour = (20, 20, 20)
RED: Colour = (205, 25, 25)


@dataclass(slots=True)
class Sheet:
    """Width and height in pixels, a margin, and how far down text stands already."""

    width: int
    height: int
    paper: Colour = (255, 255, 255)
    ink: Colour = BLACK
    margin: int = 40
    y: float = 0
    image: Image.Image = field(init=False)
    pen: ImageDraw.ImageDraw = field(init=False)

    def __post_init__(self) -> None:
        self.image = Image.new("RGB", (self.width, self.height), self.paper)
        self.pen = ImageDraw.Draw(self.image)
        self.y = self.y or self.margin

    def put(self, x: float, y: float, text: str, face: Face, px: int, ink: Colour | None = None) -> None:
        """One line at a place."""
        self.pen.text((x, y), text, fill=ink or self.ink, font=face.at(px))

    def line(
        self, text: str, face: Face, px: int, align: str = "left", ink: Colour | None = None, lead: float = 1.7
    ) -> None:
        """One line, then on by ``lead`` times its size."""
        wide = face.at(px).getlength(text)
        free = self.width - 2 * self.margin - wide
        x = self.margin + {"left": 0.0, "centre": free / 2, "right": free}[align]
        self.put(x, self.y, text, face, px, ink)
        self.y += px * lead

    def paragraph(self, text: str, face: Face, px: int, indent: int = 2, lead: float = 1.7) -> None:
        """Running text, broken at the margin; what would leave the sheet is left out."""
        for line in wrapped("\u3000" * indent + text, face, px, self.width - 2 * self.margin):
            if self.y + px > self.height - self.margin / 2:
                return
            self.line(line, face, px, lead=lead)

    def rule(self, ink: Colour, thick: int = 3) -> None:
        """A line across."""
        self.pen.rectangle((self.margin, self.y, self.width - self.margin, self.y + thick - 1), fill=ink)
        self.y += thick * 3

    def table(self, rows: list[list[str]], face: Face, px: int) -> None:
        """A table with lines, columns as wide as they need."""
        columns = range(max(len(row) for row in rows))
        font = face.at(px)
        wide = [max(font.getlength(row[n]) if n < len(row) else 0 for row in rows) + px * 1.4 for n in columns]
        high, left = px * 1.9, float(self.margin)
        for row in rows:
            x = left
            for n in columns:
                self.pen.rectangle((x, self.y, x + wide[n], self.y + high), outline=self.ink)
                self.put(x + px * 0.7, self.y + px * 0.35, row[n] if n < len(row) else "", face, px)
                x += wide[n]
            self.y += high
        self.y += px

    def cut(self) -> Image.Image:
        """The picture down to where text stands, with its margin."""
        return self.image.crop((0, 0, self.width, min(self.height, int(self.y + self.margin))))


def wrapped(text: str, face: Face, px: int, width: float) -> list[str]:
    """Lines no wider than ``width`` pixels."""
    font, lines, line, used = face.at(px), [], "", 0.0
    for one in text:
        wide = font.getlength(one)
        if used + wide > width and line:
            lines.append(line)
            line, used = "", 0.0
        line, used = line + one, used + wide
    return [*lines, line] if line else lines


def width_of(rows: list[list[str]], face: Face, px: int) -> int:
    """Pixels that a table needs."""
    font = face.at(px)
    columns = range(max(len(row) for row in rows))
    return int(sum(max(font.getlength(row[n]) if n < len(row) else 0 for row in rows) + px * 1.4 for n in columns))

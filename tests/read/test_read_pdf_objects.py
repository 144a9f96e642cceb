"""What a PDF holds beside its pages is the same whether or not its file can be mapped into memory."""

from __future__ import annotations

import io
import os
import tempfile
from functools import partial

from matrix import every

from classifiers.model import Block, Gap
from dlp.model import Limits
from dlp.read import pdf_objects
from dlp.read.budget import Budget
from dlp.read.document import read
from dlp.read.source import Source
from dlp.read.visit import Part, Visit

CONTENT = every()["a.pdf"][0]


def objects(descriptor: int | None) -> list[Part]:
    source = Source(io.BytesIO(CONTENT), len(CONTENT), "a.pdf", descriptor=descriptor)
    visit = Visit(source, Budget(Limits()), lambda inner, budget: iter([Block(inner.name)]))
    found = list(pdf_objects.read(visit, CONTENT))
    return [part for part in found if isinstance(part, Block | Gap)]


def test_mapped_or_not() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(CONTENT)
        file.flush()
        mapped = objects(file.fileno())
        assert os.lseek(file.fileno(), 0, os.SEEK_CUR) == len(CONTENT)
        file.write(b" ")
        file.flush()
        grown = objects(file.fileno())
        closed = file.fileno()
    assert mapped == objects(None) == grown == objects(closed)
    assert any(isinstance(part, Block) for part in mapped)
    assert not any(isinstance(part, Gap) for part in mapped)


def test_attachments_come_in_the_same_order_each_time() -> None:
    import pikepdf

    with pikepdf.new() as pdf, tempfile.TemporaryFile() as file:
        pdf.add_blank_page()
        files = {f"/{key}": pdf.make_stream(key.encode()) for key in ("UF", "F", "Unix", "Mac", "DOS")}
        pdf.Root.Kept = pdf.make_indirect(pikepdf.Dictionary(F="a.txt", EF=pikepdf.Dictionary(files)))
        pdf.save(file)
        parts = list(read(file.fileno(), "a.pdf", Limits()).parts)
    texts = [part.text for part in parts if isinstance(part, Block) and part.place.path and part.place.line]
    assert texts == ["DOS", "F", "Mac", "UF", "Unix"]


def test_numbers_and_names_among_the_objects_are_no_hindrance() -> None:
    import pikepdf

    with pikepdf.new() as pdf, tempfile.TemporaryFile() as file:
        pdf.add_blank_page()
        put = partial(pdf.Root.__setitem__)
        for number, value in enumerate([1, True, "text", pikepdf.Name("/N"), pikepdf.Array([1]), 1.5]):
            put(f"/Own{number}", pdf.make_indirect(value))
        pdf.Root.Told = pdf.make_indirect(pikepdf.Dictionary(Alt="机密图"))
        pdf.save(file)
        parts = list(read(file.fileno(), "a.pdf", Limits()).parts)
    assert [part.text for part in parts if isinstance(part, Block) and part.place.part == "alt"] == ["机密图"]
    assert not any(isinstance(part, Gap) for part in parts)

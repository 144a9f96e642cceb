"""The loss check: what the XML of a document says, and what two PDF libraries find, is also what came out."""

from __future__ import annotations

import os
import re
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from classifiers.model import Block
from dlp.model import Limits
from dlp.read.document import read

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
CONTENT = re.compile(
    r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml$|ppt/(?:slides/slide|notesSlides/notesSlide)\d+\.xml$"
    r"|xl/(?:sharedStrings|comments\d*)\.xml$|(?:^|/)content\.xml$|(?:Pages|Tpls)/.*Content\.xml$"
)
KEPT = 0.98
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
NO_TEXT = frozenset(
    [
        "posOffset",
        "pctWidth",
        "pctHeight",
        "align",
        "binData",
        "creator",
        "date",
        "initials",
        "tableStyleId",
        "AbbreviatedData",
        "PhysicalBox",
        "ApplicationBox",
        "ContentBox",
        "CropBox",
        "Glyphs",
        "date-string",
        "pctPosHOffset",
        "pctPosVOffset",
    ]
)
"""Elements whose text is a measure, an id or a shape."""
SLOW = {"testPDF_protected.pdf"}


def read_text(path: Path) -> str:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        parts = list(read(descriptor, path.name, Limits()).parts)
    finally:
        os.close(descriptor)
    return "\n".join(part.text for part in parts if isinstance(part, Block))


def packages() -> list[Path]:
    return [path for path in sorted(SAMPLES.rglob("*")) if path.is_file() and path.suffix in SUFFIXES]


SUFFIXES = {".docx", ".docm", ".dotx", ".xlsx", ".xlsm", ".pptx", ".ppsx", ".odt", ".ods", ".odp", ".ofd"}


def written_nodes(path: Path) -> list[str]:
    """Text nodes of all content parts, without the second versions of the same shapes."""
    found = []
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if not CONTENT.search(name):
                continue
            root = etree.fromstring(package.read(name), etree.XMLParser(recover=True, huge_tree=False))
            for fallback in list(root.iter(FALLBACK)) if root is not None else ():
                fallback.getparent().remove(fallback)
            for element in root.iter("*") if root is not None else ():
                local = element.tag.rpartition("}")[2]
                if local not in NO_TEXT:
                    found += [text for text in (element.text, element.tail) if text and text.strip()]
    return found


def bare(text: str) -> str:
    return "".join(text.split())


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not there")
def test_text_nodes_of_content_parts_are_found() -> None:
    short = []
    for path in packages():
        try:
            nodes = written_nodes(path)
        except (zipfile.BadZipFile, etree.XMLSyntaxError):
            continue
        text = bare(read_text(path))
        total = sum(len(bare(node)) for node in nodes)
        kept = sum(len(bare(node)) for node in nodes if bare(node) in text)
        if total and kept < KEPT * total:
            missing = [node for node in nodes if bare(node) not in text][:3]
            short.append(f"{path.name}: {kept} of {total}: {missing}")
    assert not short


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not there")
def test_pdfminer_finds_at_most_twice_what_we_find() -> None:
    from pdfminer.high_level import extract_text

    short = []
    for path in sorted(SAMPLES.rglob("*.pdf")):
        if path.name in SLOW:
            continue
        try:
            other = extract_text(str(path), maxpages=20)
        except Exception:  # noqa: BLE001 - whatever pdfminer meets, it is only the other side of a comparison
            continue
        mine = sum(map(str.isalnum, read_text(path)))
        theirs = sum(map(str.isalnum, re.sub(r"\(cid:\d+\)", "", other)))
        if theirs > 2 * mine:
            short.append(f"{path.name}: {mine}, pdfminer {theirs}")
    assert not short

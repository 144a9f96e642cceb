"""What lies inside compound files: whole files as streams, workbooks inside documents, and what rights keep from us."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from reading import read_bytes

from classifiers.model import GapReason, Region
from dlp.demo import papers
from dlp.read import compound_single

CORPUS = Path(__file__).resolve().parents[1] / "corpus" / "office"


def with_stream(name: str, content: bytes) -> bytes:
    made = compound_single.around(content, name)
    assert made is not None
    return made


def test_a_pdf_in_the_contents_of_an_object_is_read_as_a_pdf() -> None:
    found = read_bytes(with_stream("CONTENTS", papers.all_files()["红头文件.pdf"]), "a.bin")
    pages = [block for block in found.blocks if block.place.page == 1 and block.place.path == ("CONTENTS",)]
    assert pages
    assert not found.having("salvage")


@pytest.mark.parametrize("stream", ["\tDRMContent", "\tDRMViewerContent"])
def test_a_file_under_rights_management_is_encrypted_whatever_text_it_shows(stream: str) -> None:
    found = read_bytes(with_stream(stream, bytes(range(256)) * 32), "a.doc")
    assert GapReason.ENCRYPTED in {gap.reason for gap in found.gaps}


def test_a_stream_is_found_in_any_case_and_read_once() -> None:
    old, new = "Workbook".encode("utf-16-le"), "WORKBOOK".encode("utf-16-le")
    content = (CORPUS / "marks.xls").read_bytes().replace(old, new)
    found = read_bytes(content, "a.xls")
    assert found.type == "application/vnd.ms-excel"
    assert not [block for block in found.blocks if block.place.part == "salvage: WORKBOOK"]


def test_a_workbook_with_only_its_stream_keeps_its_numbers() -> None:
    import olefile

    with olefile.OleFileIO(CORPUS / "marks.xls") as ole:
        stream = ole.openstream("Workbook").read()
    whole = read_bytes((CORPUS / "marks.xls").read_bytes(), "a.xls")
    alone = read_bytes(with_stream("Workbook", stream), "a.xls")
    cells = [block for block in whole.blocks if block.place.region is Region.CELL]
    assert cells
    assert [block for block in alone.blocks if block.place.region is Region.CELL] == cells


@pytest.mark.parametrize("size", [0, 1, 511, 4096, 4097, 65_000, 66_000, 7_000_000])
def test_one_stream_of_any_size_comes_back(size: int) -> None:
    import olefile

    content = (b"\x01" + bytes(range(256)) * (size // 256 + 1))[:size]
    with olefile.OleFileIO(io.BytesIO(with_stream("Some", content))) as ole:
        found = ole.openstream("Some").read()
    assert found.rstrip(b"\0") == content.rstrip(b"\0")
    assert compound_single.around(bytes(8_000_000), "Some") is None

"""The short ways through a package: each must find what the long way finds, and leave to it what is odd."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import olefile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from matrix_ooxml import POINT, R, docx, package, pptx, relations, xlsx
from reading import read_bytes

from classifiers.model import GapReason
from dlp.model import Limits
from dlp.read import blank, directory, markup, properties, salvage, streams, zipped
from dlp.read.budget import Budget
from dlp.read.source import Source
from dlp.read.visit import Visit

CORPUS = Path(__file__).resolve().parents[1] / "corpus" / "office"
SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"


def _entry(of: zipfile.ZipInfo) -> tuple[object, ...]:
    return of.filename, of.flag_bits, of.compress_type, of.CRC, of.compress_size, of.file_size, of.header_offset


@pytest.mark.filterwarnings("ignore:Duplicate name")
@settings(max_examples=200, deadline=None)
@given(
    some.lists(some.tuples(some.text(min_size=1, max_size=12), some.binary(max_size=60)), max_size=6),
    some.lists(some.tuples(some.integers(0, 500), some.integers(0, 255)), max_size=3),
    some.sampled_from([b"", b"comment"]),
)
def test_a_directory_is_what_zipfile_says_or_left_to_it(
    members: list[tuple[str, bytes]], flips: list[tuple[int, int]], comment: bytes
) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.comment = comment
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name.replace("\0", "")), content)
    raw = bytearray(made.getvalue())
    for at, value in flips:
        raw[-1 - at % len(raw)] = value
    found = directory.read(io.BytesIO(bytes(raw)), len(raw))
    if found is not None:
        expected = zipfile.ZipFile(io.BytesIO(bytes(raw)))
        assert [_entry(of) for of in found.entries] == [_entry(of) for of in expected.infolist()]
        assert found.start_dir == expected.start_dir
        assert zipped.hides_members(found) == zipped.hides_members(expected)


def test_a_package_with_a_part_that_its_directory_does_not_name_is_a_gap() -> None:
    raw = docx()[0]
    first = raw.index(b"PK\x01\x02")
    end = raw.index(b"PK\x05\x06")
    second = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02", first + 4) + 4)
    third = raw.index(b"PK\x01\x02", second + 4)
    short = raw[:second] + raw[third:end]
    count = raw.count(b"PK\x01\x02") - 1
    counts = count.to_bytes(2, "little") * 2
    size = (len(short) - first).to_bytes(4, "little")
    found = read_bytes(short + b"PK\x05\x06" + bytes(4) + counts + size + raw[end + 16 :], "a.docx")
    assert [gap.detail for gap in found.gaps] == ["members that its directory does not name"]


def test_what_held_nothing_is_known_by_its_bytes_and_not_by_its_check_sum() -> None:
    memory = blank.Memory(most=2)
    parts = [zipfile.ZipInfo(str(number)) for number in range(3)]
    for number, part in enumerate(parts):
        part.CRC, part.file_size, part.compress_size, part.compress_type = number, 10, 5, 8
        memory.add(bytes([number]), part, "theme+xml")
    assert memory.holds(b"\2", parts[2], "theme+xml")
    assert not memory.holds(b"other", parts[2], "theme+xml")
    assert not memory.holds(b"\2", parts[2], "slide+xml")
    # The one remembered first made room.
    assert not memory.holds(b"\0", parts[0], "theme+xml")


@pytest.mark.parametrize("made", [docx, xlsx, pptx])
def test_a_document_is_read_the_second_time_as_it_was_the_first(made) -> None:
    content, marks = made()
    first, second = read_bytes(content, "a"), read_bytes(content, "a")
    assert (first.blocks, first.gaps) == (second.blocks, second.gaps)
    assert all(second.having(mark) for mark in marks)


def layout(*texts: str) -> bytes:
    ns = f'{R} xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="urn:a"'
    runs = "".join(f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>" for text in texts)
    shape = f"<p:sp><p:txBody>{runs}</p:txBody></p:sp>"
    parts = {
        "_rels/.rels": relations(("rId1", "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": (f"{POINT}.presentation.main+xml", f"<p:presentation {ns}/>"),
        "ppt/slideLayouts/slideLayout1.xml": (f"{POINT}.slideLayout+xml", f"<p:sldLayout {ns}>{shape}</p:sldLayout>"),
    }
    return package(parts)


PROMPTS = (
    "单击此处编辑母版标题样式",
    "第二级",
    "Click to edit Master title style",
    "‹#›",
    "2026/11/29",
    "2026年1月2日",
)


def test_prompts_of_layouts_are_no_text() -> None:
    assert not any(block.place.part for block in read_bytes(layout(*PROMPTS), "a.pptx").blocks)


@pytest.mark.parametrize(
    "text", ["单击此处编辑母版标题样式 机密★10年", "Click to edit the plan of attack", "编辑母版机密", "13800138000"]
)
def test_words_behind_a_prompt_are_read(text: str) -> None:
    # Known to hold nothing with the prompts alone, which must not hide what else comes in the same place.
    read_bytes(layout(*PROMPTS), "a.pptx")
    assert read_bytes(layout(*PROMPTS, text), "a.pptx").having(text)


def _by_olefile(raw: bytes) -> list[tuple[tuple[str, ...], bytes]]:
    with olefile.OleFileIO(io.BytesIO(raw)) as ole:
        names = ole.listdir(streams=True, storages=False)
        return [(tuple(name), ole.openstream(name).read()) for name in names]


def _read(raw: bytes) -> list[tuple[tuple[str, ...], bytes]]:
    found = streams.opened(io.BytesIO(raw))
    return [(name, found.content(name)) for name in found.names()]


@pytest.mark.parametrize("kind", ["doc", "xls", "ppt"])
def test_streams_are_those_that_olefile_finds(kind: str) -> None:
    raw = (CORPUS / f"marks.{kind}").read_bytes()
    assert streams.opened(io.BytesIO(raw))._plain
    assert _read(raw) == _by_olefile(raw)


@pytest.mark.parametrize("seed", range(150))
def test_no_stream_of_a_damaged_file_is_lost_that_olefile_finds(seed: int) -> None:
    chance = random.Random(seed)
    raw = bytearray((CORPUS / f"marks.{chance.choice(['doc', 'xls', 'ppt'])}").read_bytes())
    for _ in range(chance.randint(1, 4)):
        raw[chance.choice([chance.randrange(512), chance.randrange(len(raw))])] = chance.choice([0, 1, 255])
    if not seed % 5:
        del raw[chance.randrange(1024, len(raw)) :]
    try:
        expected = _by_olefile(bytes(raw))
    except (OSError, IndexError, ValueError, OverflowError):
        return
    assert _read(bytes(raw)) == expected


def test_what_is_no_compound_file_is_refused_as_olefile_refuses_it() -> None:
    with pytest.raises(OSError, match="not an OLE2"):
        streams.opened(io.BytesIO(bytes(2000)))


def _parsed(content: bytes) -> list[tuple[str, str]]:
    visit = Visit(Source(io.BytesIO(), 0, "a"), Budget(Limits()), lambda source, budget: iter(()))
    root = markup.parsed(content).root
    assert root is not None
    return [(block.place.part, block.text) for block in properties.read(visit, root)]  # type: ignore[union-attr]


def test_properties_by_their_tags_are_those_of_the_tree() -> None:
    found = 0
    for path in sorted((*CORPUS.glob("*.[dpx]*x"), *SAMPLES.rglob("*.docx"), *SAMPLES.rglob("*.pptx"))):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for name in (one for one in archive.namelist() if one.startswith("docProps/") and one.endswith("xml")):
                    content = archive.read(name)
                    plain = properties.plain(content)
                    found += plain is not None
                    assert plain is None or plain == _parsed(content), (path, name)
    assert found >= 4


@pytest.mark.parametrize(
    "content",
    [
        b"<a x='1'><b>one</b><b>two",
        b"<a x='1'>&nothing;</a>",
        b"<!DOCTYPE a [<!ENTITY e 'x'>]><a x='1'><b>&e;</b></a>",
        b"<?xml version='1.0' encoding='gbk'?><a x='1'><b>one</b></a>",
        b"<a x='1'><b>1 < 2</b></a>",
        b"<a x='1'><b y='>'>text</b></a>",
        b"<a x='1'><property name='level'><v>top</v></property></a>",
    ],
)
def test_odd_properties_are_parsed(content: bytes) -> None:
    assert properties.plain(content) is None


def test_a_broken_part_with_properties_is_still_a_gap() -> None:
    content = {
        "_rels/.rels": relations(("rId1", "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": (f"{POINT}.presentation.main+xml", "<p:presentation xmlns:p='p'/>"),
        "docProps/core.xml": (
            "application/vnd.openxmlformats-package.core-properties+xml",
            "<c:x xmlns:c='c'><c:title>标题</c:title><c:subject>",
        ),
    }
    found = read_bytes(package(content), "a.pptx")
    assert found.having("标题")
    assert [(gap.reason, gap.place.part) for gap in found.gaps] == [(GapReason.BROKEN, "docProps/core.xml")]


def test_words_of_two_bytes_among_plain_ones_are_salvaged() -> None:
    told = list(salvage.strings(b"plain ASCII words" * 3 + bytes(8) + "机密文件内容".encode("utf-16-le") + bytes(8)))
    assert "机密文件内容" in told
    assert told[-1] == "plain ASCII words" * 3
    assert list(salvage.strings(bytes(9) + "secret plan".encode("utf-16-le"))) == ["secret plan"]


def test_a_part_under_a_password_is_a_gap_of_its_own() -> None:
    raw = bytearray(docx()[0])
    name = b"word/header1.xml"
    for magic, flags, at_name in ((b"PK\x03\x04", 6, 30), (b"PK\x01\x02", 8, 46)):
        at = raw.index(magic + raw[raw.index(magic) + 4 : raw.index(magic) + 6])
        while raw[at + at_name : at + at_name + len(name)] != name:
            at = raw.index(magic, at + 4)
        raw[at + flags] |= 1
    found = read_bytes(bytes(raw), "a.docx")
    assert [(gap.reason, gap.place.part) for gap in found.gaps if gap.place.part] == [
        (GapReason.ENCRYPTED, name.decode())
    ]

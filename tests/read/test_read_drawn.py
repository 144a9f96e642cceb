"""Words in drawn pictures (EMF, WMF): records made by hand, LibreOffice's own, and any bytes."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import Read, read_bytes

from classifiers.model import GapKind, GapReason, Region
from dlp.read import compound_single, metafile_emf, metafile_wmf

OFFICE = Path(__file__).resolve().parents[1] / "corpus" / "office"
NO_FRAME = struct.pack("<4i", 0, 0, -1, -1)


def record(kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, 8 + len(body)) + body


def emf(*records: bytes, description: str = "") -> bytes:
    told = description.encode("utf-16-le")
    head = (
        struct.pack("<8i", 0, 0, 1000, 2000, 0, 0, 21000, 29700) + b" EMF" + struct.pack("<IIIHH", 0x10000, 0, 0, 1, 0)
    )
    head += struct.pack("<5I", len(told) // 2, 88 if told else 0, 0, 1000, 2000) + struct.pack("<II", 210, 297)
    return record(1, head + told) + b"".join(records) + record(14, bytes(12))


def text_object(text: bytes, count: int, at: tuple[int, int], *, options: int = 0, start: int = 76) -> bytes:
    return struct.pack("<2i3I", *at, count, start, options) + NO_FRAME + struct.pack("<I", 0)


def wide(text: str, at: tuple[int, int] = (0, 0), options: int = 0, steps: int = 0) -> bytes:
    raw = text.encode("utf-16-le")
    raw += bytes(-len(raw) % 4)
    spacing = 76 + len(raw) if steps else 0
    body = struct.pack("<2i3I", *at, len(text), 76, options) + NO_FRAME + struct.pack("<I", spacing) + raw
    body += struct.pack(f"<{len(text)}i", *[steps] * len(text)) if steps else b""
    return record(84, NO_FRAME + struct.pack("<Iff", 1, 1.0, 1.0) + body)


def narrow(raw: bytes, at: tuple[int, int] = (0, 0)) -> bytes:
    body = text_object(raw, len(raw), at) + raw
    return record(83, NO_FRAME + struct.pack("<Iff", 1, 1.0, 1.0) + body)


def many(*texts: str) -> bytes:
    objects, strings, start = b"", b"", 40 + 40 * len(texts)
    for number, text in enumerate(texts):
        raw = text.encode("utf-16-le")
        objects += text_object(raw, len(text), (0, 50 * number), start=start + len(strings))
        strings += raw
    return record(97, NO_FRAME + struct.pack("<IffI", 1, 1.0, 1.0, len(texts)) + objects + strings)


def small(text: str, codec: str = "utf-16-le", options: int = 0x100, frame: bytes = b"") -> bytes:
    head = struct.pack("<2i3Iff", 10, 20, len(text), options, 1, 1.0, 1.0)
    return record(108, head + frame + text.encode(codec))


def font(character_set: int, number: int = 1) -> bytes:
    body = struct.pack("<I5i4B", number, -12, 0, 0, 0, 400, 0, 0, 0, character_set)
    return record(82, body + bytes(328 - len(body))) + record(37, struct.pack("<I", number))


def plus(*records: bytes) -> bytes:
    body = b"EMF+" + b"".join(records)
    return record(70, struct.pack("<I", len(body)) + body)


def plus_string(text: str) -> bytes:
    raw = text.encode("utf-16-le")
    body = struct.pack("<3I4f", 0, 0, len(text), 5.0, 6.0, 100.0, 20.0) + raw + bytes(-len(raw) % 4)
    return struct.pack("<HHII", 0x401C, 0, 12 + len(body), len(body)) + body


def bitmap() -> bytes:
    body = NO_FRAME + struct.pack("<6i4I", 0, 0, 0, 0, 9, 9, 80, 40, 120, 4) + bytes(44)
    return record(81, body)


def wmf(*records: bytes, placeable: bool = True) -> bytes:
    body = b"".join(records) + struct.pack("<IH", 3, 0)
    head = struct.pack("<HHHIHIH", 1, 9, 0x300, 9 + len(body) // 2, 1, 100, 0)
    place = struct.pack("<IH4hHIH", 0x9AC6CDD7, 0, 0, 0, 2880, 1440, 1440, 0, 0) if placeable else b""
    return place + head + body


def words(kind: int, body: bytes) -> bytes:
    body += bytes(len(body) % 2)
    return struct.pack("<IH", 3 + len(body) // 2, kind) + body


def wmf_font(character_set: int, number: int = 0) -> bytes:
    made = words(0x02FB, struct.pack("<5h4B", -12, 0, 0, 0, 400, 0, 0, 0, character_set) + b"SimSun\0\0" + bytes(4))
    return made + words(0x012D, struct.pack("<H", number))


def wmf_text(raw: bytes, at: tuple[int, int] = (0, 0)) -> bytes:
    return words(0x0521, struct.pack("<H", len(raw)) + raw + bytes(len(raw) % 2) + struct.pack("<2h", at[1], at[0]))


def wmf_placed(raw: bytes, options: int = 0, at: tuple[int, int] = (0, 0)) -> bytes:
    frame = struct.pack("<4h", 0, 0, 9, 9) if options & 6 else b""
    return words(0x0A32, struct.pack("<2h2H", at[1], at[0], len(raw), options) + frame + raw)


EMF_CASES = {
    "text": wide("机密文件"),
    "text in the font's code page": font(134) + narrow("机密文件".encode("gbk")),
    "text in Big5": font(136) + narrow("機密文件".encode("big5")),
    "text in no told code page": font(0) + narrow("机密文件".encode("gbk")),
    "several texts": many("机密文件", "第二"),
    "short text": small("机密文件"),
    "short text with a frame": small("机密文件", options=0, frame=NO_FRAME),
    "short text of one byte": small("secret", "latin-1", 0x300),
    "a character a record": wide("机", (0, 7), steps=20)
    + wide("密", (20, 7), steps=20)
    + wide("文件", (40, 7), steps=20),
    "EMF+": plus(plus_string("机密文件")),
}


@pytest.mark.parametrize("case", EMF_CASES)
def test_every_text_record_of_emf_is_read(case: str) -> None:
    found = read_bytes(emf(EMF_CASES[case]), "a.emf")
    wanted = {"text in Big5": "機密文件", "short text of one byte": "secret"}.get(case, "机密文件")
    assert found.type == "image/emf"
    (block,) = found.having(wanted)
    assert (block.place.region, block.place.part) == (Region.PICTURE, "drawing")
    assert not found.gaps


@pytest.mark.parametrize(
    "records",
    [
        wmf_font(134) + wmf_text("机密文件".encode("gbk")),
        wmf_font(134) + wmf_placed("机密文件".encode("gbk")),
        wmf_font(134) + wmf_placed("机密文件".encode("gbk"), options=2),
        words(0x02FA, bytes(10)) + wmf_font(134, 1) + wmf_placed("机密文件".encode("gbk")),
    ],
)
@pytest.mark.parametrize("placeable", [True, False])
def test_every_text_record_of_wmf_is_read(records: bytes, *, placeable: bool) -> None:
    found = read_bytes(wmf(records, placeable=placeable), "a.wmf")
    assert found.type == "image/wmf"
    (block,) = found.having("机密文件")
    assert (block.place.region, block.place.part) == (Region.PICTURE, "drawing")
    assert not found.gaps


def test_fonts_of_other_charsets_in_turn() -> None:
    turns = wmf_font(134, 0) + wmf_text("机密".encode("gbk"), (0, 0)) + wmf_font(136, 1)
    found = read_bytes(wmf(turns + wmf_text("機密".encode("big5"), (0, 90))), "a.wmf")
    assert found.having("机密")
    assert found.having("機密")


def test_words_apart_on_one_line_stay_apart() -> None:
    found = read_bytes(emf(wide("机密", (0, 7), steps=20), wide("十年", (200, 7), steps=20)), "a.emf")
    assert found.having("机密 十年")


def test_both_kinds_of_records_for_the_same_words_give_them_once() -> None:
    found = read_bytes(emf(plus(plus_string("机密文件")), wide("机密"), wide("文件")), "a.emf")
    assert [block.text for block in found.blocks[1:]] == ["机密文件"]


def test_where_the_words_stand() -> None:
    scaled = record(9, struct.pack("<2i", 100, 100)) + record(11, struct.pack("<2i", 1000, 1000))
    (block,) = read_bytes(emf(scaled, wide("机密文件", (50, 150))), "a.emf").having("机密文件")
    assert (block.place.x, block.place.y) == (0.5, 0.75)


@pytest.mark.parametrize(
    "records", [bitmap() + wide("some"), record(85, bytes(24)) + wide("some"), wide("abcd", options=0x10), b""]
)
def test_what_may_be_text_in_another_way_stays_unseen(records: bytes) -> None:
    (gap,) = read_bytes(emf(records), "a.emf").gaps
    assert (gap.kind, gap.reason) == (GapKind.UNSEEN, GapReason.PICTURE)


def test_a_record_that_says_more_than_there_is() -> None:
    (gap,) = read_bytes(emf(record(84, bytes(12)))[:-20], "a.emf").gaps
    assert (gap.kind, gap.reason) == (GapKind.UNREADABLE, GapReason.BROKEN)


def test_the_description_of_a_picture_is_a_property() -> None:
    found = read_bytes(emf(wide("x"), description="Visio\0机密图\0\0"), "a.emf")
    assert found.regions("机密图") == [Region.METADATA]


@pytest.mark.parametrize("packed", [True, False])
def test_a_drawn_picture_among_the_shapes_of_old_formats_is_read(*, packed: bool) -> None:
    drawing = emf(wide("机密文件"))
    raw = zlib.compress(drawing) if packed else drawing
    told = struct.pack("<I4i2iIBB", len(drawing), 0, 0, 9, 9, 360000, 360000, len(raw), 0 if packed else 0xFE, 0xFE)
    blip = bytes(16) + told + raw
    stream = bytes(600) + struct.pack("<HHI", 0x3D40, 0xF01A, len(blip)) + blip + bytes(4000)
    made = compound_single.around(stream, "Pictures")
    assert made is not None
    found = [block for block in read_bytes(made, "a.ppt").having("机密文件") if block.place.part == "drawing"]
    assert [block.place.region for block in found] == [Region.PICTURE]


def test_the_view_that_an_object_keeps_of_itself_is_read() -> None:
    drawing = wmf(wmf_font(134) + wmf_text("机密文件".encode("gbk")), placeable=False)
    head = struct.pack("<10I", 0xFFFFFFFF, 3, 4, 1, 0xFFFFFFFF, 2, 0, 9, 9, len(drawing))
    made = compound_single.around(head + drawing, "\x02OlePres000")
    assert made is not None
    (block,) = read_bytes(made, "a.bin").having("机密文件")
    assert (block.place.region, block.place.part) == (Region.PICTURE, "drawing")


@pytest.mark.parametrize("kind", ["emf", "wmf"])
def test_what_libreoffice_drew(kind: str) -> None:
    found = read_bytes((OFFICE / f"marks.{kind}").read_bytes(), f"marks.{kind}")
    (above,), (below,) = found.having("绘图上方文字"), found.having("绘图下方 secret words")
    assert (above.place.x or 0) < 0.2 < (below.place.x or 0)
    assert (above.place.y or 0) < 0.2 < (below.place.y or 0)
    assert not found.gaps


def test_a_drawn_picture_in_a_document_is_read_where_it_lies() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(OFFICE / "marks.docx") as old, zipfile.ZipFile(made, "w") as new:
        for entry in old.infolist():
            new.writestr(entry, old.read(entry))
        new.writestr("word/media/image9.emf", emf(wide("机密文件")))
    found: Read = read_bytes(made.getvalue(), "a.docx")
    (block,) = found.having("机密文件")
    assert block.place.path == ("word/media/image9.emf",)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([9, 37, 70, 76, 81, 82, 83, 84, 96, 97, 108]), st.binary(max_size=120)), max_size=8
    )
)
def test_any_records_end_as_text_or_as_an_error_of_ours(parts: list[tuple[int, bytes]]) -> None:
    content = emf(*(record(kind, body) for kind, body in parts))
    found = read_bytes(content, "a.emf")
    assert all(gap.reason in {GapReason.PICTURE, GapReason.BROKEN} for gap in found.gaps)
    assert all(gap.detail in {"", "error", "IndexError"} for gap in found.gaps)


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_end_as_text_or_as_an_error_of_ours(body: bytes, enhanced: bool) -> None:
    module, start = (metafile_emf, emf()[:108]) if enhanced else (metafile_wmf, wmf()[:40])
    try:
        drawn = module.read(start + body)
    except (struct.error, IndexError):
        return
    assert all(isinstance(run.text, str) for run in drawn.runs)

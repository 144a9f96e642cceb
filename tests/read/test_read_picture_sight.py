"""What is read in pictures, by the real networks on real files, in one process."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from drawn import LINES, saved, sheet
from PIL import Image
from reading import Read, read_bytes

from classifiers.model import Gap, GapKind, GapReason, Region
from dlp.sight.looking import Looking
from dlp.sight.networks import Networks, missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"the extra ocr is not installed: {missing()}")
PAGE = ("mark", "-", "title", "text", "chat")


@pytest.fixture(scope="module")
def networks() -> Networks:
    return Networks()


def seen(content: bytes, name: str, networks: Networks, patience: float = 20.0) -> Read:
    return read_bytes(content, name, eyes=Looking(networks, patience=patience))


def has(found: Read, *names: str) -> bool:
    return all(LINES[name].rstrip("。") in found.text for name in names)


@pytest.mark.parametrize(
    ("form", "name", "options"),
    [
        ("PNG", "a.png", {}),
        ("JPEG", "a.jpg", {"quality": 40}),
        ("WEBP", "a.webp", {"quality": 60}),
        ("BMP", "a.bmp", {}),
        ("GIF", "a.gif", {}),
        ("TIFF", "a.tiff", {"compression": "tiff_lzw"}),
    ],
)
def test_a_page_is_read_whatever_its_format(
    form: str, name: str, options: dict[str, object], networks: Networks
) -> None:
    found = seen(saved(sheet(*PAGE), form, **options), name, networks)
    assert has(found, "mark", "title", "text", "chat")
    assert not found.gaps
    (mark,) = found.having(LINES["mark"])
    assert mark.place.region is Region.PICTURE
    assert mark.place.x is not None and mark.place.x < 0.15
    assert mark.place.y is not None and mark.place.y < 0.1
    assert 0.8 < mark.sure <= 1.0


def test_heic(networks: Networks) -> None:
    heif = pytest.importorskip("pillow_heif")
    file = io.BytesIO()
    heif.from_pillow(sheet(*PAGE)).save(file, quality=60)
    assert has(seen(file.getvalue(), "a.heic", networks), "mark", "text")


@pytest.mark.parametrize(
    ("form", "name"), [("JPEG", "a.jpg"), ("WEBP", "a.webp"), ("HEIF", "a.heic"), ("PNG", "a.png")]
)
def test_what_a_camera_or_a_person_noted_is_read(form: str, name: str, networks: Networks) -> None:
    if form == "HEIF":
        pytest.importorskip("pillow_heif").register_heif_opener()
    exif = Image.Exif()
    exif[0x010E] = "only for the board"
    photo = saved(Image.new("RGB", (64, 64), "grey"), form, exif=exif.tobytes())
    (noted,) = seen(photo, name, networks).having("only for the board")
    assert noted.place.region is Region.METADATA


@pytest.mark.parametrize("turn", [3, -3, 10, -10, 90, 180, 270])
def test_a_turned_page_is_read(turn: int, networks: Networks) -> None:
    page = sheet(*PAGE).rotate(turn, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    found = seen(saved(page, "JPEG"), "a.jpg", networks)
    assert has(found, "mark", "title")
    (mark,) = found.having(LINES["mark"])
    assert mark.place.y is not None and mark.place.y < 0.25


def test_the_turn_that_a_camera_notes_is_followed(networks: Networks) -> None:
    page = sheet(*PAGE).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    found = seen(saved(page, "JPEG", exif=exif), "a.jpg", networks)
    assert has(found, "mark", "title")


def test_dark_mode_and_small_letters(networks: Networks) -> None:
    found = seen(saved(sheet(*PAGE, size=(1920, 1080), height=24, dark=True), "PNG"), "a.png", networks)
    assert has(found, "mark", "title", "chat")


def test_light_letters_on_nothing_are_seen(networks: Networks) -> None:
    page = sheet(*PAGE, dark=True).convert("RGBA")
    page.putalpha(page.convert("L"))
    assert has(seen(saved(page, "PNG"), "a.png", networks), "mark", "title")


def test_a_mark_in_two_boxes_is_one_line(networks: Networks) -> None:
    page = sheet("-", "title", "text")
    whole = sheet("mark").crop((80, 40, 260, 85))
    page.paste(whole.crop((0, 0, 86, 45)), (80, 40))
    page.paste(whole.crop((86, 0, 180, 45)), (190, 40))
    texts = [block.text.replace(" ", "") for block in seen(saved(page, "PNG"), "a.png", networks).blocks]
    assert LINES["mark"] in texts


def test_a_scroll_is_read_to_its_end(networks: Networks) -> None:
    rows = ["-" if row % 5 else "chat" for row in range(1, 190)]
    found = seen(saved(sheet(*rows, "identity", size=(720, 9000), height=28), "PNG"), "a.png", networks)
    assert has(found, "identity")
    assert not found.gaps
    # Parts overlap, and no line is told twice.
    assert len(found.having(LINES["chat"])) == sum(row == "chat" for row in rows)


def test_every_page_of_a_tiff_and_the_frames_of_a_gif(networks: Networks) -> None:
    plain, page = sheet("text", "chat"), sheet(*PAGE)
    tiff = saved(plain, "TIFF", save_all=True, append_images=[page], compression="tiff_lzw")
    (mark,) = seen(tiff, "fax.tiff", networks).having(LINES["mark"])
    assert mark.place.page == 2
    gif = saved(plain, "GIF", save_all=True, append_images=[page, plain])
    assert has(seen(gif, "a.gif", networks), "mark", "chat")


def test_scanned_pages_of_a_pdf(networks: Networks) -> None:
    scan = saved(sheet("title", "text"), "PDF", save_all=True, append_images=[sheet(*PAGE)], resolution=150)
    found = seen(scan, "scan.pdf", networks)
    (mark,) = found.having(LINES["mark"])
    assert (mark.place.page, mark.place.region) == (2, Region.PICTURE)
    assert not found.gaps


def test_a_picture_in_a_document_and_one_look_at_a_logo_on_forty_slides(networks: Networks) -> None:
    from docx import Document
    from docx.shared import Cm
    from pptx import Presentation

    document = Document()
    document.add_paragraph("附件如下")
    document.add_picture(io.BytesIO(saved(sheet(*PAGE), "PNG")), width=Cm(15))
    file = io.BytesIO()
    document.save(file)
    (mark,) = seen(file.getvalue(), "a.docx", networks).having(LINES["mark"])
    assert mark.place.path == ("word/media/image1.png",)

    deck, logo = Presentation(), saved(sheet("garden", size=(700, 120)), "PNG")
    for number in range(40):
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        # Each slide has a file of its own, as decks that were put together from others do.
        slide.shapes.add_picture(io.BytesIO(logo), 0, 0, 914400 + number)
    file = io.BytesIO()
    deck.save(file)
    eyes = Looking(networks)
    found = read_bytes(_doubled(file.getvalue()), "deck.pptx", eyes=eyes)
    assert eyes.looks == 1 + 1  # the logo, and the small picture that python-pptx puts in as a thumbnail
    assert not [gap for gap in found.gaps if gap.coverage]


def _doubled(deck: bytes) -> bytes:
    """The deck with its one picture forty times, under forty names."""
    file = io.BytesIO(deck)
    with zipfile.ZipFile(file, "a") as package:
        (name,) = [name for name in package.namelist() if name.startswith("ppt/media/")]
        content = package.read(name)
        for number in range(2, 42):
            package.writestr(f"ppt/media/image{number}.png", content)
    return file.getvalue()


def test_pages_that_had_to_be_let_go_are_read_to_their_end(networks: Networks, monkeypatch: pytest.MonkeyPatch) -> None:
    from dlp.sight import looking

    pages = [sheet("title", *["text"] * 12), sheet("chat", *["text"] * 12).rotate(180)]
    scan = saved(pages[0], "PDF", save_all=True, append_images=pages[1:], resolution=150)
    whole = seen(scan, "scan.pdf", networks)
    monkeypatch.setattr(looking, "KEPT_PIXELS", 0)
    again = seen(scan, "scan.pdf", networks)
    assert sorted(block.text for block in again.blocks) == sorted(block.text for block in whole.blocks)
    assert len(again.having(LINES["text"].rstrip("。"))) == 24
    monkeypatch.setattr(looking, "KEPT_BYTES", 0)
    reasons = {(gap.place.page, gap.reason, gap.detail) for gap in seen(scan, "scan.pdf", networks).gaps}
    told = "kept_bytes: picture {0} of {0}"
    assert reasons == {(page, GapReason.PICTURE_IN_PART, told.format(page)) for page in (1, 2)}


def test_codes(networks: Networks) -> None:
    zxing = pytest.importorskip("zxingcpp")
    made = zxing.create_barcode("https://pan.example.cn/s/1a2b3c", zxing.BarcodeFormat.QRCode)
    code = zxing.write_barcode_to_image(made, scale=8)
    page = Image.new("RGB", (1080, 1440), "white")
    page.paste(Image.fromarray(code).convert("RGB"), (340, 500))
    (block,) = seen(saved(page, "PNG"), "a.png", networks).having("pan.example.cn")
    assert (block.place.region, block.place.part) == (Region.PICTURE, "code")


def test_red_head_line_and_seal_are_told_as_a_support(networks: Networks) -> None:
    from PIL import ImageDraw

    page = sheet("-", "-", "-", "-", "-", "title", "text", "text")
    draw = ImageDraw.Draw(page)
    for at in range(8):
        draw.rectangle((150 + at * 120, 90, 230 + at * 120, 170), fill=(210, 20, 20))
        draw.rectangle((170 + at * 120, 110, 210 + at * 120, 150), fill="white")
    draw.rectangle((90, 300, 1150, 306), fill=(210, 20, 20))
    draw.ellipse((760, 1300, 1060, 1600), outline=(210, 20, 20), width=14)
    (told,) = seen(saved(page, "PNG"), "a.png", networks).having("red")
    assert (told.place.region, told.place.part) == (Region.METADATA, "picture")
    assert told.text == "red line, red head, red seal"
    assert not seen(saved(sheet(*PAGE), "PNG"), "a.png", networks).having("red")


def hollow() -> bytes:
    """A HEIC file with a picture's size and place, and nothing that says how it was packed."""

    def box(kind: bytes, *bodies: bytes) -> bytes:
        body = b"".join(bodies)
        return struct.pack(">I", 8 + len(body)) + kind + body

    item = box(b"infe", b"\2\0\0\0\0\1\0\0hvc1\0")
    size = box(b"iprp", box(b"ipco", box(b"ispe", struct.pack(">III", 0, 4032, 3024))))
    meta = box(
        b"meta",
        bytes(4),
        box(b"hdlr", bytes(8), b"pict", bytes(13)),
        box(b"pitm", bytes(4), b"\0\1"),
        box(b"iinf", bytes(4), b"\0\1", item),
        size,
    )
    return box(b"ftyp", b"heic", bytes(4), b"mif1heic") + meta + box(b"mdat", bytes(64))


def bomb(wide: int, high: int) -> bytes:
    """A PNG of so many pixels of one bit, all alike: a few kB that unpack to a hundred MB and more."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + wide // 8)) for _ in range(high)) + packer.flush()
    head = struct.pack(">IIBBBBB", wide, high, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "reason", "told"),
    [
        (bomb(30_000, 30_000), GapReason.TOO_BIG, "picture_pixels: 30000 x 30000"),
        (bomb(40_000, 8), GapReason.TOO_BIG, "picture_side: 40000 x 8"),
        (saved(sheet(*PAGE), "PNG")[:4000], GapReason.BROKEN, ""),
        (saved(sheet(*PAGE), "JPEG")[:300], GapReason.BROKEN, ""),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), GapReason.BROKEN, ""),
        (hollow(), GapReason.BROKEN, "picture_codec: none in the file"),
    ],
    ids=["30000x30000", "40000x8", "cut png", "cut jpeg", "no png", "heic without a picture"],
)
def test_what_cannot_be_looked_at_stays_unseen_and_names_the_limit(
    content: bytes, reason: GapReason, told: str, networks: Networks
) -> None:
    (gap,) = seen(content, "a.png", networks).gaps
    assert (gap.kind, gap.reason, gap.coverage) == (GapKind.UNSEEN, reason, 1.0)
    assert told in gap.detail


def test_what_the_time_does_not_reach_is_a_gap(networks: Networks) -> None:
    gap: Gap
    (gap,) = seen(saved(sheet(*PAGE), "PNG"), "a.png", networks, patience=0.0).gaps
    assert (gap.kind, gap.reason, gap.coverage) == (GapKind.UNSEEN, GapReason.TOO_SLOW, 1.0)
    assert gap.detail == "looking_seconds"


def test_once_it_is_decided_no_more_is_looked_at(networks: Networks) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("1.png", saved(sheet(*PAGE), "PNG"))
        package.writestr("2.png", saved(sheet("chat", "identity"), "PNG"))
    eyes = Looking(networks, lambda blocks: any("密" in block.text for block in blocks))
    found = read_bytes(archive.getvalue(), "a.zip", eyes=eyes)
    assert eyes.looks == 1
    reasons = {gap.place.path: gap.reason for gap in found.gaps}
    assert reasons == {("1.png",): GapReason.PICTURE_IN_PART, ("2.png",): GapReason.PICTURE}
    (in_part,) = [gap for gap in found.gaps if gap.reason is GapReason.PICTURE_IN_PART]
    assert in_part.detail == "picture 1 of 2"


def test_a_picture_met_again_is_not_clean_because_it_was_met_before(networks: Networks) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("1.png", bomb(30_000, 30_000))
        package.writestr("2.png", bomb(30_000, 30_000))
    gaps = seen(archive.getvalue(), "a.zip", networks).gaps
    assert [(gap.place.path, gap.reason) for gap in gaps] == [
        (("1.png",), GapReason.TOO_BIG),
        (("2.png",), GapReason.TOO_BIG),
    ]


def test_a_photo_without_text_has_nothing_to_read(networks: Networks) -> None:
    import numpy as np

    # Clouds: noise in several sizes, as soft as a photo is.
    random, photo = np.random.default_rng(7), np.zeros((960, 1280, 3))
    for scale in (4, 16, 64, 160):
        coarse = Image.fromarray(random.integers(0, 255, (960 // scale, 1280 // scale, 3), np.uint8))
        photo += np.asarray(coarse.resize((1280, 960), Image.Resampling.BICUBIC), np.float64) / 4
    found = seen(saved(Image.fromarray(photo.astype(np.uint8)), "JPEG"), "a.jpg", networks)
    assert [block.text for block in found.blocks if block.place.part != "dimensions"] == ["a.jpg"]
    assert not found.gaps


@pytest.mark.parametrize("turn", [10, -10])
def test_the_short_last_line_of_a_paragraph_that_runs_down_the_page_is_read(turn: int, networks: Networks) -> None:
    """Askew, it stands as high as the middle of the long line above it."""
    page = sheet("text", "identity", "text", "mark", height=30)
    found = seen(saved(page.rotate(turn, expand=True, fillcolor="white"), "PNG"), "a.png", networks)
    assert has(found, "identity", "mark")
    assert len(found.having(LINES["text"].rstrip("。"))) == 2


@pytest.mark.parametrize("height", [13, 15])
def test_a_long_number_in_small_letters_is_read_in_its_natural_width(height: int, networks: Networks) -> None:
    page = sheet("title", "identity", "chat", size=(700, 400), height=height)
    assert has(seen(saved(page, "JPEG", quality=30), "a.jpg", networks), "identity")

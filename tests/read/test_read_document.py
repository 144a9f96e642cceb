# ruff: noqa: E501 - raw documents are read as they stand
"""Ordinary files of the formats people send, read from real bytes."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from reading import read_bytes

from classifiers.model import GapKind, GapReason, Region
from dlp.demo import papers, texts
from dlp.model import Limits

LONG = "各部门：现将有关事项通知如下，请认真贯彻执行。会议定于本月召开，请准时参加。\n"


def zipped(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "big5"]
)
def test_text_in_the_encodings_of_chinese_windows(codec: str) -> None:
    text = LONG if codec != "big5" else "各部門：現將有關事項通知如下，請認真貫徹執行。會議定於本月召開，請準時參加。\n"
    found = read_bytes(text.encode(codec), "通知.txt")
    assert found.type == "text/plain"
    assert found.blocks[1].text == text
    assert not found.gaps


def test_the_file_name_comes_first() -> None:
    found = read_bytes(b"text", "机密文件.txt")
    assert (found.blocks[0].text, found.blocks[0].place.region) == ("机密文件.txt", Region.FILE_NAME)


def test_long_text_comes_in_large_blocks_that_end_where_lines_end() -> None:
    text = "".join(f"第{number}行 {LONG}" for number in range(20_000))
    found = read_bytes(text.encode(), "a.log")
    blocks = found.blocks[1:]
    assert "".join(block.text for block in blocks) == text
    assert all(block.text.endswith("\n") and 60_000 < len(block.text) <= 65_536 for block in blocks[:-1])
    for block in blocks:
        assert text.splitlines()[(block.place.line or 0) - 1] == block.text.splitlines()[0]


@pytest.mark.parametrize("name", ["红头文件.docx", "红头文件.pdf", "红头文件.ofd", "客户名单.xlsx", "会议安排.txt"])
def test_the_papers_of_the_demo_are_read_whole(name: str) -> None:
    found = read_bytes(papers.all_files()[name], name)
    # python-docx's template carries a thumbnail, which covers nothing of any page.
    assert not [gap for gap in found.gaps if gap.coverage or gap.kind is GapKind.UNREADABLE]
    wanted = texts.RED_HEADER if "红头" in name else [texts.customers()[1][0]] if "客户" in name else ["会议"]
    for line in wanted:
        for word in line.split():
            assert word in found.text


def test_pdf_lines_have_page_position_and_size() -> None:
    found = read_bytes(papers.all_files()["红头文件.pdf"], "a.pdf")
    first = next(block for block in found.blocks if block.place.page)
    assert first.place.page == 1
    assert 0 < (first.place.x or 0) < 1
    assert 0 < (first.place.y or 0) < 0.3
    assert (first.place.size or 0) > 5


def test_containers_are_read_inward_with_their_path() -> None:
    inner = zipped({"合同.docx": papers.docx(["甲方乙方"]), "说明.txt": "说明".encode()})
    found = read_bytes(zipped({"里面.zip": inner}), "a.zip")
    (block,) = found.having("甲方乙方")
    assert block.place.path == ("里面.zip", "合同.docx")
    names = [b.text for b in found.blocks if b.place.region is Region.FILE_NAME]
    assert [name for name in names if "/" not in name] == ["a.zip", "里面.zip", "合同.docx", "说明.txt"]


def test_an_encrypted_member_is_unreadable_and_the_rest_is_read() -> None:
    found = read_bytes(papers.all_files()["加密附件.zip"], "a.zip")
    assert [(gap.kind, gap.reason) for gap in found.gaps] == [(GapKind.UNREADABLE, GapReason.ENCRYPTED)]
    assert found.having("合同.txt")


def test_names_in_gbk_are_read() -> None:
    made = zipped({"xxxx.txt": b"x"}).replace(b"xxxx.txt", "密件.txt".encode("gbk"))
    assert read_bytes(made, "a.zip").having("密件.txt")


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"depth": 1}, GapReason.TOO_DEEP),
        ({"members": 3}, GapReason.TOO_MANY),
        ({"expanded_bytes": 1_000_000}, GapReason.TOO_BIG),
        ({"expanded_characters": 1000}, GapReason.TOO_BIG),
        ({"ratio": 10}, GapReason.TOO_BIG),
        ({"seconds": 0.0}, GapReason.TOO_SLOW),
    ],
)
def test_every_limit_is_a_gap_that_names_it(limits: dict[str, float], reason: GapReason) -> None:
    big = zipped({"big.txt": b"a line of text\n" * 200_000})
    found = read_bytes(zipped({"a.zip": big, "b.zip": big}), "a.zip", replace(Limits(), **limits))
    assert reason in {gap.reason for gap in found.gaps}
    assert all(gap.kind is GapKind.UNREADABLE for gap in found.gaps)
    assert any(next(iter(limits)) in gap.detail for gap in found.gaps)


def test_a_picture_is_unseen_and_an_unknown_type_unreadable() -> None:
    (gap,) = read_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100), "a.png").gaps
    assert (gap.kind, gap.reason, gap.coverage) == (GapKind.UNSEEN, GapReason.PICTURE, 1.0)
    (gap,) = read_bytes(bytes(range(256)) * 20, "a.bin").gaps
    assert (gap.kind, gap.reason) == (GapKind.UNREADABLE, GapReason.UNKNOWN_TYPE)


def test_mail_with_attachment_and_encoded_headers() -> None:
    mail = (
        "From: =?gb2312?B?1cXI/Q==?= <a@example.com>\nTo: b@example.com\nSubject: =?utf-8?B?6YCa55+l?=\n"
        "msip_labels: MSIP_Label_x_Name=Secret\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
        "Content-Type: text/plain; charset=gb2312\nContent-Transfer-Encoding: base64\n\n1f3OxA==\n--b\n"
        "Content-Type: application/octet-stream\nContent-Disposition: attachment;\n"
        " filename*=utf-8''%E9%99%84%E4%BB%B6.txt\n\nattached words\n--b--\n"
    )
    found = read_bytes(mail.encode(), "a.eml")
    assert found.type == "message/rfc822"
    for text, region in (("张三", Region.METADATA), ("通知", Region.TITLE), ("正文", Region.BODY)):
        assert region in found.regions(text)
    assert [b.place.part for b in found.having("MSIP_Label")] == ["msip_labels"]
    assert found.having("attached words")[0].place.path == ("附件.txt",)
    assert not found.gaps


def test_html_shows_what_is_seen_and_what_is_not() -> None:
    page = (
        "<html><head><meta charset=utf-8><title>标题</title><script>var a='脚本'</script></head><body><p>机<b>密</b>文</p>"
        "<!-- 注释 --><img alt=替代><input value=填写><table><tr><td>单元格</table></body></html>"
    )
    found = read_bytes(page.encode(), "a.html")
    assert found.regions("标题") == [Region.TITLE]
    assert found.regions("单元格") == [Region.CELL]
    for text in ("机密文", "脚本", "注释", "替代", "填写"):
        assert found.having(text)


def test_the_source_of_macros_is_unpacked() -> None:
    from dlp.read import vba

    # The example of MS-OVBA 3.2.2: literal characters and copies of what stands before.
    packed = bytes.fromhex(
        "2fb00023616161626364658266007061676869 6a01380861 6b6c00306d6e6f70 0671027004107273747576 107778797a003c"
    )
    assert vba._unpacked(packed) == b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa"


def test_a_zip_that_begins_with_an_unpacked_pdf_is_read_as_a_whole() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("scan.pdf", b"%PDF-1.4\n%%EOF\n")
        archive.writestr("b.txt", "inside the second member")
    found = read_bytes(file.getvalue(), "a.zip")
    assert found.type == "application/zip"
    assert found.having("inside the second member")


def test_a_text_that_speaks_of_pdf_is_a_text_and_a_pdf_behind_other_bytes_is_one() -> None:
    told = read_bytes("A PDF begins with %PDF-1.7 and its version. 机密文件\n".encode(), "a.txt")
    assert (told.type, told.gaps) == ("text/plain", [])
    behind = read_bytes(b"some bytes before it\n" + papers.all_files()["红头文件.pdf"], "a.pdf")
    assert behind.type == "application/pdf"
    assert [block for block in behind.blocks if block.place.page == 1]

"""Outlook messages: every text property, the body once, attachments, and messages inside messages."""

from __future__ import annotations

import pytest
from compound_made import compound
from reading import read_bytes

from classifiers.model import Region

Streams = dict[tuple[str, ...], bytes]


def named(tag: str, text: str, codec: str = "utf-16-le") -> Streams:
    return {(f"__substg1.0_{tag}{'001F' if codec == 'utf-16-le' else '001E'}",): text.encode(codec)}


def under(folder: str, streams: Streams) -> Streams:
    return {(folder, *path): content for path, content in streams.items()}


PROPERTIES: Streams = {("__properties_version1.0",): b""}


@pytest.mark.parametrize("codec", ["utf-16-le", "gb18030", "utf-8"])
def test_subject_body_people_and_properties(codec: str) -> None:
    streams = PROPERTIES | named("0037", "主题机密", codec) | named("1000", "正文机密文件，请各部门认真执行。", codec)
    streams |= named("0C1A", "发件人", codec) | named("8001", "自定义标签", codec)
    streams |= under("__recip_version1.0_#00000000", named("3001", "收件人", codec))
    found = read_bytes(compound(streams), "a.msg")
    assert found.type == "application/vnd.ms-outlook"
    assert found.regions("主题机密") == [Region.TITLE]
    assert found.regions("正文机密文件") == [Region.BODY]
    for text in ("发件人", "自定义标签", "收件人"):
        assert found.regions(text) == [Region.METADATA]
    assert not found.gaps


def test_a_narrow_property_of_western_letters_is_no_utf_16() -> None:
    streams = PROPERTIES | {("__substg1.0_1000001E",): "La réponse à vos attentes\0".encode("cp1252")}
    assert read_bytes(compound(streams), "a.msg").having("La réponse à vos attentes")


def test_what_the_html_body_says_and_the_plain_one_does_not_is_read_and_the_rest_once() -> None:
    page = "<html><meta charset=utf-8><p>正文相同</p><p>网页另有机密</p><a href='http://example.com/a'>见此</a></html>"
    streams = PROPERTIES | named("1000", "正文相同") | {("__substg1.0_10130102",): page.encode()}
    found = read_bytes(compound(streams, pad=b" "), "a.msg")
    assert len(found.having("正文相同")) == 1
    assert found.having("网页另有机密")
    assert not found.gaps


def test_attachments_and_messages_inside() -> None:
    attached = {("__substg1.0_37010102",): "附件正文机密\n".encode() * 300} | named("3707", "合同.txt")
    inner = under("__substg1.0_3701000D", PROPERTIES | named("0037", "内层主题") | named("1000", "内层正文"))
    streams = PROPERTIES | named("1000", "外层") | under("__attach_version1.0_#00000000", attached)
    streams |= under("__attach_version1.0_#00000001", inner | named("3707", "转发.msg"))
    found = read_bytes(compound(streams), "a.msg")
    assert {block.place.path for block in found.having("附件正文机密")} == {("合同.txt",)}
    assert found.having("合同.txt")
    for text in ("内层主题", "内层正文", "外层"):
        assert found.having(text), text
    assert not found.gaps

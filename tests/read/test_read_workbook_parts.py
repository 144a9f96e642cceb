"""What a workbook says beside its cells is found without parsing the parts whole, however they are written."""

from __future__ import annotations

import io
import zipfile

import pytest
from reading import read_bytes

from classifiers.model import Region
from dlp.read import workbook_strings

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml"
ROWS = '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>单元格</t></is></c></row></sheetData>'


def book(sheet: str, strings: str = "") -> bytes:
    """A workbook of one sheet, whose XML begins with its root's attributes."""
    kinds = "".join(
        f'<Override PartName="/xl/{name}.xml" ContentType="{EXCEL}.{kind}+xml"/>'
        for name, kind in (("workbook", "sheet.main"), ("s1", "worksheet"), ("sharedStrings", "sharedStrings"))
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">{kinds}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{OFFICE}/'
        'officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="表" sheetId="1" r:id="r1"'
        "/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{OFFICE}/worksheet" Target="s1.xml"/><Relationship Id="r2" Type="{OFFICE}/sharedStrings" '
        'Target="sharedStrings.xml"/></Relationships>',
        "xl/s1.xml": sheet,
        "xl/sharedStrings.xml": strings or f'<sst xmlns="{MAIN}"/>',
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    "rest",
    [
        "<headerFooter><oddHeader>&amp;C机密</oddHeader></headerFooter>",
        '<headerFooter alignWithMargins="0"><oddHeader>&amp;C机密</oddHeader></headerFooter>',
        "<headerFooter><oddHeader>&amp;C机密</oddHeader></headerFooter><!-- </sheetData> -->",
        "<headerFooter><oddHeader><![CDATA[&C机密]]></oddHeader></headerFooter>",
    ],
)
def test_a_header(rest: str) -> None:
    found = read_bytes(book(f'<worksheet xmlns="{MAIN}">{ROWS}{rest}</worksheet>'), "a.xlsx")
    assert found.regions("机密") == [Region.HEADER]
    assert [(block.text, block.place.cell) for block in found.having("单元格")] == [("单元格", "A1")]
    assert not found.gaps


def test_a_header_under_a_prefix() -> None:
    rows = ROWS.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
    rest = "<x:headerFooter><x:oddFooter>机密</x:oddFooter></x:headerFooter>"
    found = read_bytes(book(f'<x:worksheet xmlns:x="{MAIN}">{rows}{rest}</x:worksheet>'), "a.xlsx")
    assert found.regions("机密") == [Region.FOOTER]
    assert found.having("单元格")


def test_what_may_be_chosen_and_where_links_lead() -> None:
    rest = (
        '<dataValidations><dataValidation sqref="B2" prompt="绝密提示"><formula1>"甲,乙"</formula1></dataValidation>'
        '</dataValidations><hyperlinks><hyperlink ref="A1" tooltip="内部链接"/></hyperlinks>'
    )
    found = read_bytes(book(f'<worksheet xmlns="{MAIN}">{ROWS}{rest}</worksheet>'), "a.xlsx")
    assert [block.place.cell for block in found.having("绝密提示") + found.having("内部链接")] == ["B2", "A1"]


def test_a_sheet_that_ends_too_early_is_a_gap() -> None:
    found = read_bytes(book(f'<worksheet xmlns="{MAIN}">{ROWS}<pageMargins left="1"/><headerF'), "a.xlsx")
    assert found.gaps


def test_a_formula_with_words() -> None:
    rows = '<sheetData><row r="1"><c r="A1"><f>IF(B1,"秘密公式","")</f><v>1</v></c></row></sheetData>'
    found = read_bytes(book(f'<worksheet xmlns="{MAIN}">{rows}</worksheet>'), "a.xlsx")
    assert found.having("秘密公式")[0].place.part == "formula"


PLAIN = (
    "<si><t>甲</t></si><si><t xml:space='preserve'> 乙 </t></si><si><t/></si><si><t>a&amp;lt;b&#10;c\r\nd</t></si>"
    "<si><r><t>两</t></r><r><rPr><b/></rPr><t>段</t></r></si><si/>"
    "<si><t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh></si>"
)


@pytest.mark.parametrize("shown", [[], ["甲", "两段", "東京"], [" 乙 ", "a&lt;b\nc\nd"]])
def test_strings_are_the_same_by_their_bytes_and_by_their_tree(shown: list[str]) -> None:
    seen = {hash(text) for text in shown}
    by_bytes = f'<?xml version="1.0" encoding="UTF-8"?>\n<sst xmlns="{MAIN}">{PLAIN}</sst>'.encode()
    by_tree = by_bytes.replace(b"</sst>", b"<!-- --></sst>")
    found = workbook_strings.unshown(by_bytes, seen)
    assert found == workbook_strings.unshown(by_tree, seen)
    everything = ["甲", " 乙 ", "a&lt;b\nc\nd", "两段", "東京トウキョウ"]
    left = [text for text in everything if text not in shown and not (text == "東京トウキョウ" and "東京" in shown)]
    assert found == [*left, *(["トウキョウ"] if "東京" in shown else [])]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_strings_in_another_encoding(encoding: str) -> None:
    content = f'<?xml version="1.0" encoding="{encoding}"?><sst xmlns="{MAIN}"><si><t>机密</t></si></sst>'
    assert workbook_strings.unshown(content.encode(encoding), set()) == ["机密"]


@pytest.mark.parametrize(
    "content",
    [
        f'<x:sst xmlns:x="{MAIN}"><x:si><x:t>机密</x:t></x:si></x:sst>',
        f'<sst xmlns="{MAIN}" xmlns:x="{MAIN}"><x:si><x:t>机密</x:t></x:si></sst>',
    ],
)
def test_strings_under_a_prefix(content: str) -> None:
    assert workbook_strings.unshown(content.encode(), set()) == ["机密"]

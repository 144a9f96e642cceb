# ruff: noqa: E501 - raw documents are read as they stand
"""Makes tests/corpus/office anew with LibreOffice (soffice on PATH): the same marks in every format that it writes.

Run by hand: ``python tests/corpus/make.py``. The files are kept, so that the tests need no LibreOffice.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent / "office"
NS = (
    " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (
            ("office", "office"),
            ("text", "text"),
            ("table", "table"),
            ("draw", "drawing"),
            ("style", "style"),
            ("meta", "meta"),
            ("fo", "xsl-fo-compatible"),
            ("svg", "svg-compatible"),
            ("presentation", "presentation"),
        )
    )
    + ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
META = (
    "<office:meta><dc:title>标题属性</dc:title><dc:subject>主题属性</dc:subject>"
    '<meta:user-defined meta:name="密级" meta:value-type="string">自定义属性</meta:user-defined></office:meta>'
)
HEAD = f'<?xml version="1.0" encoding="UTF-8"?><office:document {NS} office:version="1.3" office:mimetype="{{}}">{META}'
TEXT = (
    HEAD.format("application/vnd.oasis.opendocument.text")
    + "<office:automatic-styles><style:style style:name='H' style:family='text'><style:text-properties text:display='none'/>"
    "</style:style><style:page-layout style:name='L'><style:header-style/><style:footer-style/></style:page-layout>"
    "</office:automatic-styles><office:master-styles><style:master-page style:name='Standard' style:page-layout-name='L'>"
    "<style:header><text:p>页眉文字</text:p></style:header><style:footer><text:p>页脚文字</text:p></style:footer>"
    "</style:master-page></office:master-styles><office:body><office:text><text:tracked-changes><text:changed-region "
    "text:id='c1'><text:deletion><office:change-info><dc:creator>某</dc:creator><dc:date>2026-01-01T00:00:00</dc:date>"
    "</office:change-info><text:p>删除文字</text:p></text:deletion></text:changed-region></text:tracked-changes>"
    "<text:p>正文文字<office:annotation><dc:creator>某</dc:creator><text:p>批注文字</text:p></office:annotation><text:note "
    "text:id='f1' text:note-class='footnote'><text:note-citation>1</text:note-citation><text:note-body><text:p>脚注文字</text:p>"
    "</text:note-body></text:note><text:note text:id='e1' text:note-class='endnote'><text:note-citation>1</text:note-citation>"
    "<text:note-body><text:p>尾注文字</text:p></text:note-body></text:note></text:p><text:p>前<text:change "
    "text:change-id='c1'/>后</text:p><text:p><text:span text:style-name='H'>隐藏文字</text:span></text:p>"
    "<table:table table:name='T'><table:table-column table:number-columns-repeated='2'/><table:table-row><table:table-cell>"
    "<text:p>表格左文字</text:p></table:table-cell><table:table-cell><text:p>表格右文字</text:p></table:table-cell>"
    "</table:table-row></table:table><text:p><draw:frame draw:name='F' text:anchor-type='paragraph' svg:width='5cm' "
    "svg:height='2cm'><draw:text-box><text:p>文本框文字</text:p></draw:text-box><svg:desc>替代文字说明</svg:desc></draw:frame>"
    "</text:p></office:text></office:body></office:document>"
)
SHEET = (
    HEAD.format("application/vnd.oasis.opendocument.spreadsheet")
    + "<office:automatic-styles><style:style style:name='h' style:family='table'><style:table-properties table:display='false'/>"
    "</style:style><style:page-layout style:name='L'><style:header-style/><style:footer-style/></style:page-layout>"
    "</office:automatic-styles><office:master-styles><style:master-page style:name='Default' style:page-layout-name='L'>"
    "<style:header><text:p>页眉文字</text:p></style:header><style:footer><text:p>页脚文字</text:p></style:footer>"
    "</style:master-page></office:master-styles><office:body><office:spreadsheet><table:table table:name='表甲'>"
    "<table:table-row><table:table-cell office:value-type='string'><text:p>单元格文字</text:p><office:annotation><text:p>批注文字"
    "</text:p></office:annotation></table:table-cell><table:table-cell office:value-type='float' office:value='13800138000'>"
    "<text:p>13800138000</text:p></table:table-cell></table:table-row></table:table><table:table table:name='表乙' "
    "table:style-name='h'><table:table-row><table:table-cell office:value-type='string'><text:p>隐藏表文字</text:p>"
    "</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document>"
)
SLIDES = (
    HEAD.format("application/vnd.oasis.opendocument.presentation")
    + "<office:automatic-styles><style:page-layout style:name='L'/></office:automatic-styles><office:master-styles>"
    "<style:master-page style:name='M' style:page-layout-name='L'><draw:frame svg:x='1cm' svg:y='1cm' svg:width='9cm' "
    "svg:height='2cm'><draw:text-box><text:p>母版文字</text:p></draw:text-box></draw:frame></style:master-page>"
    "</office:master-styles><office:body><office:presentation><draw:page draw:name='p1' draw:master-page-name='M'><draw:frame "
    "svg:x='2cm' svg:y='5cm' svg:width='9cm' svg:height='2cm'><draw:text-box><text:p>幻灯片文字</text:p></draw:text-box>"
    "</draw:frame><presentation:notes><draw:frame presentation:class='notes' svg:x='2cm' svg:y='12cm' svg:width='9cm' "
    "svg:height='9cm'><draw:text-box><text:p>备注文字</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>"
    "</office:presentation></office:body></office:document>"
)
DRAWING = (
    HEAD.format("application/vnd.oasis.opendocument.graphics")
    + "<office:automatic-styles><style:page-layout style:name='L'/></office:automatic-styles><office:master-styles>"
    "<style:master-page style:name='M' style:page-layout-name='L'/></office:master-styles><office:body><office:drawing>"
    "<draw:page draw:name='p1' draw:master-page-name='M'><draw:frame svg:x='2cm' svg:y='2cm' svg:width='9cm' svg:height='2cm'>"
    "<draw:text-box><text:p>绘图上方文字</text:p></draw:text-box></draw:frame><draw:frame svg:x='9cm' svg:y='15cm' "
    "svg:width='9cm' svg:height='2cm'><draw:text-box><text:p>绘图下方 secret words</text:p></draw:text-box></draw:frame>"
    "</draw:page></office:drawing></office:body></office:document>"
)
KINDS = {
    "fodt": (TEXT, "doc docx rtf odt pdf html"),
    "fods": (SHEET, "xls xlsx ods"),
    "fodp": (SLIDES, "ppt pptx odp"),
    "fodg": (DRAWING, "emf wmf"),
}


def main() -> int:
    HERE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for suffix, (content, targets) in KINDS.items():
            source = Path(folder) / f"marks.{suffix}"
            source.write_text(content, "utf-8")
            (HERE / source.name).write_text(content, "utf-8")
            for target in targets.split():
                subprocess.run(
                    [
                        "soffice",
                        f"-env:UserInstallation=file://{folder}/profile",
                        "--headless",
                        "--convert-to",
                        target,
                        "--outdir",
                        str(HERE),
                        str(source),
                    ],
                    check=True,
                    capture_output=True,
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())

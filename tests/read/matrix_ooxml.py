# ruff: noqa: E501 - raw documents are read as they stand
"""The hidden-text matrix for Office packages: one marked sentence in every part that can hold text, as raw XML."""

from __future__ import annotations

import io
import zipfile

from classifiers.model import Region

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
STRICT = 'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
MORE = (
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" ' + A
)
OFFICE = "application/vnd.openxmlformats-officedocument"
WORD, EXCEL, POINT = f"{OFFICE}.wordprocessingml", f"{OFFICE}.spreadsheetml", f"{OFFICE}.presentationml"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
Marks = dict[str, Region | None]
"""Mark to the region it must be found in; None: any."""


def package(parts: dict[str, tuple[str, str | bytes]]) -> bytes:
    """A package from part name to content type and content; ``.rels`` parts need no type."""
    made = io.BytesIO()
    types = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, (kind, _) in parts.items() if kind)
    table = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>'
    )
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", table)
        for name, (_, content) in parts.items():
            file.writestr(name, content)
    return made.getvalue()


def relations(*pairs: tuple[str, str, str], external: str = "") -> tuple[str, str]:
    inner = "".join(f'<Relationship Id="{i}" Type="{KINDS}/{kind}" Target="{target}"/>' for i, kind, target in pairs)
    if external:
        inner += f'<Relationship Id="x" Type="{KINDS}/hyperlink" Target="{external}" TargetMode="External"/>'
    return (
        "",
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>',
    )


def p(text: str, around: str = "{}") -> str:
    return "<w:p>" + around.format(f"<w:r><w:t>{text}</w:t></w:r>") + "</w:p>"


def properties(kind: str) -> dict[str, tuple[str, str]]:
    return {
        "docProps/core.xml": (
            "application/vnd.openxmlformats-package.core-properties+xml",
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{kind}核心属性</dc:title></cp:coreProperties>',
        ),
        "docProps/app.xml": (
            f"{OFFICE}.extended-properties+xml",
            f'<Properties xmlns="{KINDS[:-14]}/extended-properties"><Company>{kind}程序属性</Company></Properties>',
        ),
        "docProps/custom.xml": (
            f"{OFFICE}.custom-properties+xml",
            '<Properties xmlns="x" xmlns:vt="y"><property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" '
            f'name="密级"><vt:lpwstr>{kind}自定义属性</vt:lpwstr></property></Properties>',
        ),
        "docMetadata/LabelInfo.xml": (
            "application/vnd.ms-office.classificationlabels+xml",
            '<clbl:labelList xmlns:clbl="http://schemas.microsoft.com/office/2020/mipLabelMetadata">'
            f'<clbl:label id="{kind}标签编号" enabled="1" method="Privileged" siteId="s"/></clbl:labelList>',
        ),
    }


def property_marks(kind: str) -> Marks:
    return dict.fromkeys(
        (f"{kind}核心属性", f"{kind}程序属性", f"{kind}自定义属性", f"{kind}标签编号"), Region.METADATA
    )


CHART = (
    f'<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" {A}><c:chart><c:title><c:tx><c:rich><a:p>'
    "<a:r><a:t>{0}图表标题</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:barChart><c:ser><c:cat><c:strRef>"
    '<c:strCache><c:pt idx="0"><c:v>{0}图表缓存</c:v></c:pt></c:strCache></c:strRef></c:cat></c:ser></c:barChart>'
    "</c:plotArea></c:chart></c:chartSpace>"
)
SMART = (
    f'<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" {A}><dgm:ptLst><dgm:pt><dgm:t><a:p>'
    "<a:r><a:t>{0}智能图形</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>"
)
SMART_COPY = (
    f'<dsp:drawing xmlns:dsp="http://schemas.microsoft.com/office/drawing/2008/diagram" {A}><dsp:spTree><dsp:sp><dsp:txBody>'
    "<a:p><a:r><a:t>{0}智能图形</a:t></a:r></a:p></dsp:txBody></dsp:sp></dsp:spTree></dsp:drawing>"
)


def docx(*, strict: bool = False, inner: bytes = b"") -> tuple[bytes, Marks]:
    """A Word document; strict: in the namespaces of ISO's own variant."""
    k, w = "文档", STRICT if strict else W
    box = f"<w:txbxContent>{p(k + '文本框')}</w:txbxContent>"
    body = "".join(
        [
            p(k + "正文"),
            f"<w:p><w:r><w:t>{k}跨</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>越连写</w:t></w:r></w:p>",
            f"<w:tbl><w:tr><w:tc>{p(k + '表格一')}</w:tc><w:tc>{p(k + '表格二')}</w:tc></w:tr></w:tbl>",
            f"<w:sdt><w:sdtContent>{p(k + '内容控件')}</w:sdtContent></w:sdt>",
            p(k + "插入", '<w:ins w:id="1" w:author="a">{}</w:ins>'),
            f'<w:p><w:del w:id="2" w:author="a"><w:r><w:delText>{k}删除</w:delText></w:r></w:del></w:p>',
            f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>QUOTE {k}域代码</w:instrText></w:r><w:r>'
            f'<w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{k}域结果</w:t></w:r></w:p>',
            f"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>{k}隐藏</w:t></w:r></w:p>",
            f'<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><wp:extent cx="9" cy="9"/><wp:docPr '
            f'id="1" name="文本框 1" descr="{k}替代文字"/><a:graphic><a:graphicData><wps:wsp><wps:txbx>{box}</wps:txbx></wps:wsp>'
            f"</a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>{box}"
            "</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>",
            f"<w:p><m:oMath><m:r><m:t>{k}公式</m:t></m:r></m:oMath></w:p>",
            f"<w:p><w:r><w:t>机</w:t></w:r><w:r><w:ruby><w:rt><w:r><w:t>{k}注音</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>密</w:t>"
            "</w:r></w:rubyBase></w:ruby></w:r></w:p>",
            f'<w:sdt><w:sdtPr><w:dropDownList><w:listItem w:displayText="{k}下拉" w:value="1"/></w:dropDownList></w:sdtPr></w:sdt>',
            '<w:p><w:r><w:t>机密</w:t></w:r><w:r><w:sym w:font="Wingdings" w:char="F0AB"/></w:r><w:r><w:t>10年</w:t></w:r></w:p>',
        ]
    )
    watermark = (
        '<w:p><w:r><w:pict><v:shape id="PowerPlusWaterMarkObject1" type="#_x0000_t136"><v:textpath style="" '
        f'string="{k}水印"/></v:shape></w:pict></w:r></w:p>'
    )
    t = f"{WORD}."
    parts: dict[str, tuple[str, str | bytes]] = {
        "_rels/.rels": relations(("rId1", "officeDocument", "word/document.xml")),
        "word/document.xml": (
            f"{t}document.main+xml",
            f"<w:document {w} {MORE} {R}><w:body>{body}</w:body></w:document>",
        ),
        "word/_rels/document.xml.rels": relations(external=f"http://example.com/{k}链接"),
        "word/header1.xml": (f"{t}header+xml", f"<w:hdr {w} {MORE}>{p(k + '首页页眉')}{watermark}</w:hdr>"),
        "word/header2.xml": (f"{t}header+xml", f"<w:hdr {w}>{p(k + '奇数页眉')}</w:hdr>"),
        "word/header3.xml": (f"{t}header+xml", f"<w:hdr {w}>{p(k + '偶数页眉')}</w:hdr>"),
        "word/footer1.xml": (f"{t}footer+xml", f"<w:ftr {w}>{p(k + '页脚')}</w:ftr>"),
        "word/footnotes.xml": (
            f"{t}footnotes+xml",
            f'<w:footnotes {w}><w:footnote w:id="1">{p(k + "脚注")}</w:footnote></w:footnotes>',
        ),
        "word/endnotes.xml": (
            f"{t}endnotes+xml",
            f'<w:endnotes {w}><w:endnote w:id="1">{p(k + "尾注")}</w:endnote></w:endnotes>',
        ),
        "word/comments.xml": (
            f"{t}comments+xml",
            f'<w:comments {w}><w:comment w:id="1" w:author="{k}批注者">{p(k + "批注")}</w:comment></w:comments>',
        ),
        "word/glossary/document.xml": (
            f"{t}document.glossary+xml",
            f"<w:glossaryDocument {w}>{p(k + '构建基块')}</w:glossaryDocument>",
        ),
        "word/settings.xml": (
            f"{t}settings+xml",
            f'<w:settings {w}><w:docVars><w:docVar w:name="v" w:val="{k}文档变量"/></w:docVars></w:settings>',
        ),
        "word/numbering.xml": (
            f"{t}numbering+xml",
            f'<w:numbering {w}><w:abstractNum><w:lvl><w:lvlText w:val="{k}编号文字%1"/></w:lvl></w:abstractNum></w:numbering>',
        ),
        "word/charts/chart1.xml": (f"{OFFICE}.drawingml.chart+xml", CHART.format(k)),
        "word/diagrams/data1.xml": (f"{OFFICE}.drawingml.diagramData+xml", SMART.format(k)),
        "word/diagrams/drawing1.xml": ("application/vnd.ms-office.drawingml.diagramDrawing+xml", SMART_COPY.format(k)),
        "customXml/item1.xml": ("application/xml", f'<root a="{k}自定义部件属性"><x>{k}自定义部件</x></root>'),
        "word/无人引用.xml": ("application/xml", f"<x>{k}无引用部件</x>"),
        "word/afchunk.htm": ("text/html", f"<html><body>{k}外来块</body></html>"),
        **properties(k),
    }
    if inner:
        parts["word/embeddings/工作簿.xlsx"] = (f"{EXCEL}.sheet", inner)
    body_marks = [
        "正文",
        "跨越连写",
        "内容控件",
        "插入",
        "删除",
        "域代码",
        "域结果",
        "隐藏",
        "公式",
        "注音",
        "下拉",
        "构建基块",
    ]
    marks: Marks = {k + mark: Region.BODY for mark in body_marks} | {"机密★10年": Region.BODY, k + "注音": None}
    marks |= {k + "文本框": Region.TEXT_BOX, k + "替代文字": Region.PICTURE, k + "水印": Region.WATERMARK}
    marks |= dict.fromkeys((k + "表格一", k + "表格二"), Region.CELL)
    marks |= dict.fromkeys((k + "首页页眉", k + "奇数页眉", k + "偶数页眉"), Region.HEADER) | {
        k + "页脚": Region.FOOTER
    }
    marks |= dict.fromkeys((k + "脚注", k + "尾注"), Region.NOTE)
    marks |= dict.fromkeys((k + "批注者",), None) | {k + "文档变量": Region.METADATA}
    marks |= dict.fromkeys((k + "图表标题", k + "图表缓存", k + "智能图形"), Region.TEXT_BOX)
    marks |= dict.fromkeys([k + m for m in ("编号文字", "自定义部件属性", "无引用部件", "外来块", "链接")])
    return package(parts), marks | property_marks(k)


def xlsx() -> tuple[bytes, Marks]:
    """A workbook with everything around its cells."""
    k, s = "表格", 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'

    def sheet(cell: str, more: str = "") -> str:
        inline = f'<c r="B2" t="inlineStr"><is><t>{cell}</t></is></c>'
        return f'<worksheet {s} {R}><sheetData><row r="2">{inline}</row></sheetData>{more}</worksheet>'

    around = (
        f'<dataValidations count="1"><dataValidation sqref="C1" prompt="{k}输入提示"><formula1>"{k}下拉甲,乙"</formula1>'
        f'</dataValidation></dataValidations><headerFooter><oddHeader>&amp;L左&amp;C&amp;"宋体"&amp;12{k}页眉</oddHeader>'
        f"<oddFooter>&amp;R{k}页脚</oddFooter></headerFooter>"
    )
    formula = f'<row r="3"><c r="A3"><f>"{k}公式"&amp;"x"</f><v>1</v></c><c r="B3" t="s"><v>0</v></c><c r="C3"><v>13800138000</v></c></row>'
    e = f"{EXCEL}."
    parts: dict[str, tuple[str, str | bytes]] = {
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            f"{e}sheet.main+xml",
            f'<workbook {s} {R}><sheets><sheet name="{k}甲" sheetId="1" r:id="rId1"/><sheet name="乙" sheetId="2" state="hidden" '
            'r:id="rId2"/><sheet name="丙" sheetId="3" state="veryHidden" r:id="rId3"/></sheets><definedNames>'
            f'<definedName name="n">"{k}定义名称"</definedName></definedNames></workbook>',
        ),
        "xl/_rels/workbook.xml.rels": relations(
            *((f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in (1, 2, 3)),
            ("rId4", "sharedStrings", "sharedStrings.xml"),
            ("rId5", "styles", "styles.xml"),
        ),
        "xl/worksheets/sheet1.xml": (
            f"{e}worksheet+xml",
            sheet(k + "单元格", around).replace("</sheetData>", formula + "</sheetData>"),
        ),
        "xl/worksheets/sheet2.xml": (f"{e}worksheet+xml", sheet(k + "隐藏表")),
        "xl/worksheets/sheet3.xml": (f"{e}worksheet+xml", sheet(k + "深度隐藏表")),
        "xl/worksheets/_rels/sheet1.xml.rels": relations(
            ("rId1", "comments", "../comments1.xml"),
            ("rId2", "threadedComment", "../threadedComments/threadedComment1.xml"),
        ),
        "xl/sharedStrings.xml": (
            f"{e}sharedStrings+xml",
            f"<sst {s}><si><t>{k}共享</t></si><si><t>{k}无人使用</t></si></sst>",
        ),
        "xl/styles.xml": (
            f"{e}styles+xml",
            f'<styleSheet {s}><numFmts count="1"><numFmt numFmtId="200" formatCode="&quot;{k}数字格式&quot;0"/></numFmts></styleSheet>',
        ),
        "xl/comments1.xml": (
            f"{e}comments+xml",
            f'<comments {s}><authors><author>{k}批注者</author></authors><commentList><comment ref="B2" authorId="0"><text><r>'
            f"<t>{k}批注</t></r></text></comment></commentList></comments>",
        ),
        "xl/threadedComments/threadedComment1.xml": (
            "application/vnd.ms-excel.threadedcomments+xml",
            '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"><threadedComment '
            f'ref="D4"><text>{k}会话批注</text></threadedComment></ThreadedComments>',
        ),
        "xl/drawings/drawing1.xml": (
            f"{OFFICE}.drawing+xml",
            f'<xdr:wsDr xmlns:xdr="x" {A}><xdr:sp><xdr:nvSpPr><xdr:cNvPr id="1" name="形状 1" descr="{k}替代文字"/></xdr:nvSpPr>'
            f"<xdr:txBody><a:p><a:r><a:t>{k}文本框</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>",
        ),
        "xl/charts/chart1.xml": (f"{OFFICE}.drawingml.chart+xml", CHART.format(k)),
        "xl/pivotCache/pivotCacheRecords1.xml": (
            f"{e}pivotCacheRecords+xml",
            f'<pivotCacheRecords {s}><r><s v="{k}透视缓存"/></r></pivotCacheRecords>',
        ),
        "xl/externalLinks/externalLink1.xml": (
            f"{e}externalLink+xml",
            f'<externalLink {s}><externalBook><sheetDataSet><sheetData><row r="1"><cell r="A1"><v>{k}外部缓存</v></cell></row>'
            "</sheetData></sheetDataSet></externalBook></externalLink>",
        ),
        **properties(k),
    }
    marks: Marks = dict.fromkeys((k + "单元格", k + "隐藏表", k + "深度隐藏表", k + "共享", "13800138000"), Region.CELL)
    marks |= {
        k + "页眉": Region.HEADER,
        k + "页脚": Region.FOOTER,
        k + "甲": Region.TITLE,
        k + "批注者": Region.METADATA,
    }
    marks |= dict.fromkeys((k + "会话批注",), Region.COMMENT)
    marks |= dict.fromkeys((k + "图表标题", k + "图表缓存", k + "文本框"), Region.TEXT_BOX) | {
        k + "替代文字": Region.PICTURE
    }
    others = ["输入提示", "下拉甲", "公式", "定义名称", "无人使用", "数字格式", "透视缓存", "外部缓存"]
    return package(parts), marks | dict.fromkeys(k + mark for mark in others) | property_marks(k)


def pptx() -> tuple[bytes, Marks]:
    """A presentation with a hidden slide, notes, comments and masters."""
    k, ns = "演示", f'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" {A} {R}'

    def shape(text: str, holder: str = "", said: str = "") -> str:
        return (
            f'<p:sp><p:nvSpPr><p:cNvPr id="2" name="形状 2" descr="{said}"/><p:nvPr>{holder}</p:nvPr></p:nvSpPr><p:spPr/><p:txBody>'
            f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
        )

    def sheet(tag: str, shapes: str, more: str = "") -> str:
        return f"<p:{tag} {ns} {more}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:{tag}>"

    table = (
        f"<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>{k}表格</a:t></a:r></a:p></a:txBody>"
        "</a:tc></a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
    )
    title, body, foot = '<p:ph type="title"/>', '<p:ph type="body"/>', '<p:ph type="ftr"/>'
    o = f"{POINT}."
    parts: dict[str, tuple[str, str | bytes]] = {
        "_rels/.rels": relations(("rId1", "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": (
            f"{o}presentation.main+xml",
            f'<p:presentation {ns}><p:sldIdLst><p:sldId id="256" r:id="rId1"/><p:sldId id="257" r:id="rId2"/></p:sldIdLst>'
            '<p:sldSz cx="9144000" cy="6858000"/></p:presentation>',
        ),
        "ppt/_rels/presentation.xml.rels": relations(
            ("rId1", "slide", "slides/slide1.xml"), ("rId2", "slide", "slides/slide2.xml")
        ),
        "ppt/slides/slide1.xml": (
            f"{o}slide+xml",
            sheet(
                "sld",
                shape(k + "标题", title)
                + shape(k + "正文", body)
                + shape(k + "文本框", "", k + "替代文字")
                + table
                + shape(k + "页脚", foot),
            ),
        ),
        "ppt/slides/slide2.xml": (f"{o}slide+xml", sheet("sld", shape(k + "隐藏页", body), 'show="0"')),
        "ppt/notesSlides/notesSlide1.xml": (f"{o}notesSlide+xml", sheet("notes", shape(k + "备注", body))),
        "ppt/slideMasters/slideMaster1.xml": (f"{o}slideMaster+xml", sheet("sldMaster", shape(k + "母版文字"))),
        "ppt/slideLayouts/slideLayout1.xml": (f"{o}slideLayout+xml", sheet("sldLayout", shape(k + "版式文字"))),
        "ppt/comments/comment1.xml": (
            f"{o}comments+xml",
            f"<p:cmLst {ns}><p:cm><p:text>{k}批注</p:text></p:cm></p:cmLst>",
        ),
        "ppt/comments/modernComment_1.xml": (
            "application/vnd.ms-powerpoint.comments+xml",
            f'<p188:cmLst xmlns:p188="x" {A}><p188:cm><p188:txBody><a:p><a:r><a:t>{k}新式批注</a:t></a:r></a:p></p188:txBody></p188:cm>'
            "</p188:cmLst>",
        ),
        "ppt/commentAuthors.xml": (
            f"{o}commentAuthors+xml",
            f'<p:cmAuthorLst {ns}><p:cmAuthor name="{k}批注者"/></p:cmAuthorLst>',
        ),
        "ppt/charts/chart1.xml": (f"{OFFICE}.drawingml.chart+xml", CHART.format(k)),
        "ppt/diagrams/data1.xml": (f"{OFFICE}.drawingml.diagramData+xml", SMART.format(k)),
        "ppt/diagrams/drawing1.xml": ("application/vnd.ms-office.drawingml.diagramDrawing+xml", SMART_COPY.format(k)),
        **properties(k),
    }
    marks: Marks = {
        k + "标题": Region.TITLE,
        k + "正文": Region.BODY,
        k + "文本框": Region.TEXT_BOX,
        k + "表格": Region.CELL,
    }
    marks |= {
        k + "替代文字": Region.PICTURE,
        k + "页脚": Region.FOOTER,
        k + "隐藏页": Region.BODY,
        k + "备注": Region.NOTE,
    }
    marks |= dict.fromkeys((k + "母版文字", k + "版式文字"), Region.HEADER)
    marks |= {k + "新式批注": Region.COMMENT, k + "批注者": None}
    marks |= dict.fromkeys((k + "图表标题", k + "图表缓存", k + "智能图形"), Region.TEXT_BOX)
    del marks[k + "标题"], marks[k + "批注者"]
    marks |= {k + "标题": Region.TITLE} | {k + "批注者": None}
    return package(parts), marks | property_marks(k)

# ruff: noqa: E501 - raw documents are read as they stand
"""The hidden-text matrix for PDF, OFD, mail, HTML, RTF and OpenDocument."""

from __future__ import annotations

import io
import zipfile

from matrix_ooxml import Marks

from classifiers.model import Region


def cases() -> dict[str, tuple[bytes, Marks]]:
    return {
        "a.rtf": rtf(),
        "a.odt": odt(),
        "a.eml": eml(),
        "a.html": html(),
        "a.ofd": ofd(),
        "a.pdf": pdf(),
        "a.png": png(),
    }


def rtf() -> tuple[bytes, Marks]:
    k = "富文本"

    def gbk(text: str) -> str:
        return "".join(f"\\'{byte:02x}" for byte in text.encode("gbk"))

    def wide(text: str) -> str:
        return "".join(f"\\u{ord(c) if ord(c) < 32768 else ord(c) - 65536}?" for c in text)

    content = (
        r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 SimSun;}}"
        rf"{{\info{{\title {gbk(k + '标题属性')}}}}}{{\header {gbk(k + '页眉')}\par}}{{\footer {gbk(k + '页脚')}\par}}"
        rf"\f0 {gbk(k + '正文')}\par {wide(k + '统一码')}\par {{\v {gbk(k + '隐藏')}}}\par {{\deleted {gbk(k + '删除')}}}\par"
        rf"{{\footnote {gbk(k + '脚注')}}}{{\*\annotation {gbk(k + '批注')}}}{{\shp{{\*\shpinst{{\shptxt {gbk(k + '文本框')}\par}}}}}}"
        rf"{{\field{{\*\fldinst HYPERLINK {gbk(k + '域代码')}}}{{\fldrslt {gbk(k + '域结果')}}}}}{{\*\unheard {gbk(k + '未知目的')}}}"
        rf"\par\trowd {gbk(k + '单元格')}\cell\row }}"
    )
    marks: Marks = {
        k + m: Region.BODY for m in ("正文", "统一码", "隐藏", "删除", "域代码", "域结果", "单元格", "未知目的")
    }
    marks |= {k + "页眉": Region.HEADER, k + "页脚": Region.FOOTER, k + "脚注": Region.NOTE, k + "批注": Region.COMMENT}
    return content.encode("ascii"), marks | {k + "文本框": Region.TEXT_BOX, k + "标题属性": Region.METADATA}


def odt() -> tuple[bytes, Marks]:
    k = "开放文档"
    ns = (
        " ".join(
            f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
            for prefix, name in (
                ("office", "office"),
                ("text", "text"),
                ("table", "table"),
                ("draw", "drawing"),
                ("style", "style"),
                ("meta", "meta"),
            )
        )
        + ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
    )
    content = (
        f"<office:document-content {ns}><office:body><office:text><text:tracked-changes><text:changed-region><text:deletion>"
        f"<text:p>{k}删除</text:p></text:deletion></text:changed-region></text:tracked-changes><text:p>{k}<text:span>正文</text:span>"
        f"<office:annotation><dc:creator>某</dc:creator><text:p>{k}批注</text:p></office:annotation><text:note><text:note-body>"
        f'<text:p>{k}脚注</text:p></text:note-body></text:note></text:p><table:table table:name="表"><table:table-row>'
        f"<table:table-cell><text:p>{k}单元格</text:p></table:table-cell></table:table-row></table:table><text:p><draw:frame>"
        f"<draw:text-box><text:p>{k}文本框</text:p></draw:text-box><svg:desc>{k}替代文字</svg:desc></draw:frame></text:p>"
        "</office:text></office:body></office:document-content>"
    )
    styles = (
        f"<office:document-styles {ns}><office:master-styles><style:master-page><style:header><text:p>{k}页眉</text:p></style:header>"
        f"<style:footer><text:p>{k}页脚</text:p></style:footer></style:master-page></office:master-styles></office:document-styles>"
    )
    meta = (
        f'<office:document-meta {ns}><office:meta><dc:title>{k}标题属性</dc:title><meta:user-defined meta:name="密级">{k}自定义属性'
        "</meta:user-defined></office:meta></office:document-meta>"
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        for name, part in (("content.xml", content), ("styles.xml", styles), ("meta.xml", meta)):
            file.writestr(name, part)
    marks: Marks = {
        k + "正文": Region.BODY,
        k + "删除": Region.BODY,
        k + "批注": Region.COMMENT,
        k + "脚注": Region.NOTE,
    }
    marks |= {
        k + "单元格": Region.CELL,
        k + "文本框": Region.TEXT_BOX,
        k + "页眉": Region.HEADER,
        k + "页脚": Region.FOOTER,
    }
    return made.getvalue(), marks | {
        k + "替代文字": Region.PICTURE,
        k + "标题属性": Region.METADATA,
        k + "自定义属性": Region.METADATA,
    }


def eml() -> tuple[bytes, Marks]:
    from email.message import EmailMessage

    k, message = "邮件", EmailMessage()
    message["From"] = f"{k}发件人 <a@example.com>"
    message["Subject"] = f"{k}主题"
    message["X-Label"] = f"{k}标签"
    message.set_content(f"{k}正文")
    message.add_alternative(f"<p>{k}正文</p><p>{k}网页另有</p>", subtype="html")
    message.add_attachment(
        f"{k}附件正文".encode(), maintype="application", subtype="octet-stream", filename=f"{k}附件名.txt"
    )
    marks: Marks = {
        k + "发件人": Region.METADATA,
        k + "主题": Region.TITLE,
        k + "标签": Region.METADATA,
        k + "正文": Region.BODY,
    }
    return bytes(message), marks | {
        k + "网页另有": Region.BODY,
        k + "附件正文": Region.BODY,
        k + "附件名": Region.FILE_NAME,
    }


def html() -> tuple[bytes, Marks]:
    k = "网页"
    page = (
        f"<html><head><meta charset=utf-8><title>{k}标题</title><meta name=keywords content={k}关键词><script>var a='{k}脚本'</script>"
        f"<style>a:after{{content:'{k}样式'}}</style></head><body><p style='display:none'>{k}<b>隐藏</b></p><!--{k}注释-->"
        f"<img alt={k}替代><input value={k}填写><table><tr><td>{k}单元格</table><noscript>{k}无脚本</noscript><template><p>{k}模板</p>"
        "</template></body></html>"
    )
    marks: Marks = {
        k + "标题": Region.TITLE,
        k + "关键词": Region.METADATA,
        k + "注释": Region.COMMENT,
        k + "单元格": Region.CELL,
    }
    return page.encode(), marks | dict.fromkeys(
        k + m for m in ("脚本", "样式", "隐藏", "替代", "填写", "无脚本", "模板")
    )


def ofd() -> tuple[bytes, Marks]:
    k = "版式"

    def text(words: str, y: int) -> str:
        return f'<TextObject Boundary="20 {y} 100 10" Size="5"><TextCode X="0" Y="5">{words}</TextCode></TextObject>'

    def page(objects: str, more: str = "") -> str:
        return f"<Page>{more}<Content><Layer>{objects}</Layer></Content></Page>"

    parts = {
        "OFD.xml": f"<OFD><DocBody><DocInfo><Title>{k}标题属性</Title><CustomDatas><CustomData Name='密级'>{k}自定义属性</CustomData>"
        "</CustomDatas></DocInfo><DocRoot>Doc_0/Document.xml</DocRoot></DocBody></OFD>",
        "Doc_0/Document.xml": "<Document><CommonData><PageArea><PhysicalBox>0 0 210 297</PhysicalBox></PageArea><TemplatePage ID='9' "
        "BaseLoc='Tpls/T.xml'/></CommonData><Pages><Page ID='1' BaseLoc='Pages/P.xml'/></Pages><Outlines><OutlineElem "
        f"Title='{k}大纲'/></Outlines><Annotations>Annots.xml</Annotations><Attachments>Attachs.xml</Attachments></Document>",
        "Doc_0/Tpls/T.xml": page(text(k + "模板页", 10)),
        "Doc_0/Pages/P.xml": page(text(k + "正文", 50), "<Template TemplateID='9'/>"),
        "Doc_0/Annots.xml": "<Annotations><Page PageID='1'><FileLoc>A.xml</FileLoc></Page></Annotations>",
        "Doc_0/A.xml": f"<PageAnnot><Annot Type='Watermark'><Appearance>{text(k + '水印', 5)}</Appearance></Annot><Annot Type='Note'>"
        f"<Remark>{k}注释</Remark></Annot></PageAnnot>",
        "Doc_0/Attachs.xml": f"<Attachments><Attachment Name='{k}附件名.txt'><FileLoc>a.txt</FileLoc></Attachment></Attachments>",
        "Doc_0/a.txt": f"{k}附件正文",
        "Doc_0/hidden.xml": f"<x>{k}无引用部件</x>",
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, part in parts.items():
            file.writestr(name, part)
    marks: Marks = {
        k + "正文": Region.BODY,
        k + "模板页": Region.BODY,
        k + "水印": Region.WATERMARK,
        k + "注释": Region.COMMENT,
    }
    marks |= {
        k + "标题属性": Region.METADATA,
        k + "自定义属性": Region.METADATA,
        k + "附件名": None,
        k + "附件正文": Region.BODY,
    }
    return made.getvalue(), marks | {k + "大纲": None, k + "无引用部件": None}


def pdf() -> tuple[bytes, Marks]:
    """With pikepdf: text of every kind of visibility, and all that hangs on pages and document."""
    import pikepdf
    from pikepdf import Array, AttachedFileSpec, Dictionary, Name, String

    made = pikepdf.new()
    page = made.add_blank_page(page_size=(595, 842))
    shown = ["PdfBody", "PdfInvisible", "PdfWhite", "PdfTiny", "PdfBeside", "PdfTwo"]
    content = (
        b"BT /F 12 Tf 72 800 Td (PdfBody) Tj ET BT /F 12 Tf 3 Tr 72 760 Td (PdfInvisible) Tj 0 Tr ET "
        b"BT 1 1 1 rg /F 12 Tf 72 720 Td (PdfWhite) Tj 0 g ET BT /F 0.5 Tf 72 680 Td (PdfTiny) Tj ET "
        b"BT /F 12 Tf 900 600 Td (PdfBeside) Tj ET /OC /L BDC BT /F 12 Tf 72 560 Td (PdfHiddenLayer) Tj ET EMC"
    )
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    layer = made.make_indirect(Dictionary(Type=Name.OCG, Name=String("PdfLayerName")))
    page.Resources = Dictionary(Font=Dictionary(F=font), Properties=Dictionary(L=layer))
    page.Contents = made.make_stream(content)
    made.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
    field = made.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=String("PdfFieldName"),
            V=String("PdfFieldValue"),
            Rect=[0, 0, 9, 9],
        )
    )
    note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Contents=String("PdfNote"), Rect=[0, 0, 9, 9])
    free = Dictionary(Type=Name.Annot, Subtype=Name.FreeText, Contents=String("PdfFreeText"), Rect=[0, 0, 9, 9])
    page.Annots = Array([field, note, free])
    made.Root.AcroForm = Dictionary(Fields=Array([field]))
    made.docinfo["/Title"] = "PdfTitle"
    made.docinfo["/MSIP_Label"] = "PdfOwnProperty"
    made.attachments["PdfAttached.txt"] = AttachedFileSpec(made, b"PdfAttachedText", filename="PdfAttached.txt")
    with made.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("PdfOutline", 0))
    made.Root.StructTreeRoot = Dictionary(
        Type=Name.StructTreeRoot, K=made.make_indirect(Dictionary(S=Name.Figure, Alt=String("PdfAlt")))
    )
    packet = (
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
        b"xmlns:xmp='http://ns.adobe.com/xap/1.0/'><xmp:Label>PdfXmp</xmp:Label></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    made.Root.Metadata = made.make_stream(packet, Type=Name.Metadata, Subtype=Name.XML)
    saved = io.BytesIO()
    made.save(saved, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    marks: Marks = dict.fromkeys([*shown[:5], "PdfHiddenLayer", "PdfAttachedText"], Region.BODY)
    marks |= {"PdfTitle": Region.METADATA, "PdfOwnProperty": Region.METADATA, "PdfXmp": Region.METADATA}
    marks |= {"PdfNote": Region.COMMENT, "PdfFreeText": Region.TEXT_BOX, "PdfFieldValue": None, "PdfFieldName": None}
    return saved.getvalue(), marks | dict.fromkeys(("PdfLayerName", "PdfOutline", "PdfAlt", "PdfAttached.txt"))


def png() -> tuple[bytes, Marks]:
    import struct
    import zlib

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 900, 700, 8, 0, 0, 0, 0))
    texts = chunk(b"iTXt", b"Title\0\0\0\0\0" + "图片标题".encode()) + chunk(
        b"zTXt", b"Comment\0\0" + zlib.compress("图片说明".encode())
    )
    content = (
        b"\x89PNG\r\n\x1a\n" + head + texts + chunk(b"IDAT", zlib.compress(bytes(901 * 700))) + chunk(b"IEND", b"")
    )
    return content, {"图片标题": Region.METADATA, "图片说明": Region.METADATA}

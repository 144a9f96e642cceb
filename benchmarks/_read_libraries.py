"""The programs that read the benchmark's files, each in a process of its own: ours, its floor, and the peers'.

Each defines ``read(name)``: all text that it finds in a file. ``MEASURE`` runs one of them and prints what it cost.
"""

MEASURE = """
import json, resource, sys, time
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begun = time.process_time()
{load}
marks, found, spent = json.load(open(sys.argv[1])), {{}}, {{}}
for kind in ("docx", "xlsx", "pptx", "pdf"):
    try:
        read(next(name for name in marks if name.endswith(kind)))
    except BaseException as error:
        pass
loaded = time.process_time() - begun
for name, words in marks.items():
    begun = time.process_time()
    try:
        text = read(name)
    except BaseException as error:
        text = None
    spent[name] = time.process_time() - begun
    found[name] = None if text is None else [word for word in words if word in text]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({{"import": loaded, "spent": spent, "found": found, "peak": peak}}))
"""
OURS = """
sys.path.insert(0, {top!r})
import importlib, os
from classifiers.model import Gap
from dlp.model import Limits
from dlp.read import allocation, registry, second_vote
from dlp.read.document import read as begin
# What a process loads once, whatever file brings it about; the peers load it all with their import.
for module in sorted({{module for _, module in registry.READERS}}):
    importlib.import_module("dlp.read." + module)
second_vote.vote(b"GIF89a")
allocation.settle()
def read(name):
    fd = os.open(name, os.O_RDONLY)
    try:
        # As the classifier takes them: the cells of a sheet together.
        parts = begin(fd, "", Limits()).joined
        return "\\n".join([part.text for part in parts if type(part) is not Gap])
    finally:
        os.close(fd)
"""
KREUZBERG = """
from kreuzberg import ExtractionConfig, extract_file_sync
def read(name):
    result = extract_file_sync(name, config=ExtractionConfig(use_cache=False))
    return result.content + json.dumps(result.metadata, ensure_ascii=False, default=str)
"""
KREUZBERG_BEST = """
from kreuzberg import ContentFilterConfig, ExtractionConfig, PdfConfig, extract_file_sync
CONFIG = ExtractionConfig(
    use_cache=False,
    include_document_structure=True,
    disable_ocr=True,
    pdf_options=PdfConfig(extract_annotations=True, extract_metadata=True),
    content_filter=ContentFilterConfig(
        include_headers=True, include_footers=True, include_watermarks=True, strip_repeating_text=False
    ),
)
FIELDS = ("metadata", "document", "tables", "elements", "pages", "annotations", "uris", "children")
def plain(one):
    return getattr(one, "__dict__", None) or str(one)
def told(result):
    yield result.content
    for name in FIELDS:
        if value := getattr(result, name, None):
            yield json.dumps(value, ensure_ascii=False, default=plain)
def read(name):
    return "\\n".join(told(extract_file_sync(name, config=CONFIG)))
"""
FLOOR = """
import zipfile
from lxml import etree
def read(name):
    if not name.endswith(("docx", "xlsx", "pptx")):
        return None
    with zipfile.ZipFile(name) as package:
        for entry in package.infolist():
            content = package.read(entry)
            if entry.filename.endswith((".xml", ".rels", ".vml")):
                etree.fromstring(content, etree.XMLParser(recover=True, resolve_entities=False))
    return ""
"""
MARKITDOWN = """
from markitdown import MarkItDown
tool = MarkItDown()
def read(name):
    return tool.convert(name).markdown
"""
CARD = """
import docx, openpyxl, pptx
from pdfminer.high_level import extract_text
def read(name):
    if name.endswith("docx"):
        document = docx.Document(name)
        cells = [c.text for t in document.tables for r in t.rows for c in r.cells]
        return "\\n".join([p.text for p in document.paragraphs] + cells)
    if name.endswith("xlsx"):
        book = openpyxl.load_workbook(name, read_only=True, data_only=True)
        return "\\n".join(str(v) for s in book for row in s.iter_rows(values_only=True) for v in row if v is not None)
    if name.endswith("pptx"):
        shapes = [s for page in pptx.Presentation(name).slides for s in page.shapes]
        return "\\n".join(s.text_frame.text for s in shapes if s.has_text_frame)
    if name.endswith("pdf"):
        return extract_text(name)
    return None
"""
PEER_LOADS = (
    ("kreuzberg", KREUZBERG),
    ("kreuzberg at its best", KREUZBERG_BEST),
    ("markitdown", MARKITDOWN),
    ("card's libraries", CARD),
)

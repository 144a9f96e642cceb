"""What readers find and what they cost, beside the libraries that an engineer would pick, on the same files in one run.

Files: the hidden-text matrix and LibreOffice's files (recall), and the docx, xlsx, pptx and pdf of the samples where
they are there (CPU). The peers are installed into a throw-away environment; without a package index they are left out,
which the lines say. Each library runs in a process of its own, one file after the other; CPU is process time,
so threads of a library count; what a library loads with the first file of a kind counts as its import. A peer finds a
mark when its text or its metadata has it, wherever that is.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[1]
SAMPLES = TOP.parent / "shared" / "samples"
PEERS = (
    "kreuzberg",
    "markitdown[docx,xlsx,xls,pptx,pdf,outlook]",
    "python-docx",
    "openpyxl",
    "python-pptx",
    "pdfminer.six",
)
KINDS = ("docx", "xlsx", "pptx", "pdf")
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
import os
from dlp.model import Limits
from dlp.read.document import read as begin
def read(name):
    fd = os.open(name, os.O_RDONLY)
    try:
        return "\\n".join(part.text for part in begin(fd, "", Limits()).parts if hasattr(part, "text"))
    finally:
        os.close(fd)
"""
KREUZBERG = """
from kreuzberg import ExtractionConfig, extract_file_sync
def read(name):
    result = extract_file_sync(name, config=ExtractionConfig(use_cache=False))
    return result.content + json.dumps(result.metadata, ensure_ascii=False, default=str)
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


def run() -> list[str]:
    """One line for each library and measure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        listed = _listed(folder)
        measured = {"ours": _measure(sys.executable, OURS.format(top=str(TOP)), listed)}
        theirs = _peers(folder)
        if theirs is None:
            lines = ["read: the peers could not be installed, ours alone"]
        else:
            lines = []
            for peer, load in (("kreuzberg", KREUZBERG), ("markitdown", MARKITDOWN), ("card's libraries", CARD)):
                measured[peer] = _measure(theirs, load, listed)
        marks = json.loads(listed.read_text("utf-8"))
    return (
        lines + _recall(measured, marks) + [line for kind in KINDS for line in _cpu(measured, kind)] + _size(measured)
    )


def _listed(folder: Path) -> Path:
    """The files written down with the marks to find in each."""
    sys.path.insert(0, str(TOP / "tests" / "read"))
    from matrix import every

    files: dict[str, list[str]] = {}
    for name, (content, marks) in every().items():
        (folder / name).write_bytes(content)
        files[str(folder / name)] = sorted(marks)
    for path in sorted((TOP / "tests" / "corpus" / "office").iterdir()):
        if path.suffix in {".docx", ".xlsx", ".pptx", ".doc", ".xls", ".ppt", ".odt", ".ods", ".rtf", ".pdf"}:
            files[str(path)] = _written(path)
    for kind in KINDS:
        files |= {str(path): [] for path in sorted(SAMPLES.rglob(f"*.{kind}"))}
    listed = folder / "listed.json"
    listed.write_text(json.dumps(files), "utf-8")
    return listed


def _written(path: Path) -> list[str]:
    """The marks that LibreOffice wrote into a file of this kind."""
    from test_read_corpus import EXPECTED, PROPERTIES

    own = {} if path.suffix == ".pdf" else PROPERTIES
    return sorted(EXPECTED[path.suffix[1:]] | own)


def _peers(folder: Path) -> str | None:
    """A Python with the peers; None where they cannot be had."""
    python = folder / "peers" / "bin" / "python"
    uv = [sys.executable, "-m", "uv"]
    try:
        subprocess.run([*uv, "venv", "-q", str(folder / "peers")], check=True, capture_output=True)
        subprocess.run([*uv, "pip", "install", "-q", "--python", str(python), *PEERS], check=True, capture_output=True)
    except (subprocess.CalledProcessError, OSError):
        return None
    return str(python)


def _measure(python: str, load: str, listed: Path) -> dict[str, Any]:
    program = MEASURE.format(load=load)
    done = subprocess.run([python, "-c", program, str(listed)], capture_output=True, text=True, timeout=900)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _recall(measured: dict[str, dict[str, Any]], marks: dict[str, list[str]]) -> list[str]:
    total = sum(len(words) for words in marks.values())
    lines = []
    for library, found in measured.items():
        count = sum(len(words) for words in found["found"].values() if words)
        lines.append(f"read: {library}: {count} of {total} marks found ({count / total:.0%})")
    return lines


def _cpu(measured: dict[str, dict[str, Any]], kind: str) -> list[str]:
    """CPU on the files that every library read without an error, so that giving up early is no advantage."""
    names = [name for name in measured["ours"]["spent"] if name.endswith(f".{kind}")]
    every = [name for name in names if all(one["found"][name] is not None for one in measured.values())]
    if len(every) < 5:
        return []
    ours = sum(measured["ours"]["spent"][name] for name in every)
    lines = []
    for library, one in measured.items():
        spent = sorted(one["spent"][name] * 1000 for name in every)
        p95 = spent[int(0.95 * (len(spent) - 1))]
        read = sum(one["found"][name] is not None for name in names)
        lines.append(
            f"read: {kind}: {library}: {statistics.median(spent):.1f} ms median, {p95:.1f} p95, "
            f"{sum(spent) / 1000:.2f} s for {len(every)} files ({read} of {len(names)} read), "
            f"{sum(spent) / 1000 / ours:.1f} × ours"
        )
    return lines


def _size(measured: dict[str, dict[str, Any]]) -> list[str]:
    return [
        f"read: {library}: import {one['import'] * 1000:.0f} ms CPU, peak {one['peak'] // 1024} MB"
        for library, one in measured.items()
    ]


if __name__ == "__main__":
    print("\n".join(run()))

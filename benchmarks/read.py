"""What readers find and what they cost, beside the libraries that an engineer would pick, on the same files in one run.

Files: the hidden-text matrix and LibreOffice's files (recall), and the docx, xlsx, pptx and pdf of the samples where
they are there (CPU). The peers are installed into a throw-away environment; without a package index they are left out,
which the lines say. Each library runs in a process of its own, one file after the other; CPU is process time,
so threads of a library count; what a library loads with the first file of a kind counts as its import. A peer finds a
mark when its text or its metadata has it, wherever that is. kreuzberg's cache on disk is off: it would answer from an
earlier run.

Ours and kreuzberg are measured three times in turns, each in a new process, and of each file the middle time counts:
what else the machine does must not fall on one of them alone. The others take ten times as long, and once tells that.

CPU is told five times: of all files of a kind, of those that hold nothing but XML (of the peers, kreuzberg alone opens
some of the files that lie in others), of one large file of each kind, of a document and a presentation with pictures,
and of the four kinds together. The floor is what unpacking and parsing every XML part costs in Python.

kreuzberg is measured twice, each time with recall and CPU from the same call: as it comes, with what it calls the text
and the metadata, and at the setting with which it finds most of the marks (tried out: its output formats, document
structure, annotations of PDF, pictures, headers and watermarks, elements, pages), with every field of its answer. Its
recognition of pictures is off there: it comes without the data for it, and fails on files that would need it.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from benchmarks._read_libraries import FLOOR, MEASURE, OURS, PEER_LOADS

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
TURNS = 3
SLOW = frozenset({"markitdown", "card's libraries"})
KINDS = ("docx", "xlsx", "pptx", "pdf")


def run() -> list[str]:
    """One line for each library and measure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        listed = _listed(folder)
        loads = {"ours": (sys.executable, OURS.format(top=str(TOP))), "floor": (sys.executable, FLOOR)}
        theirs = _peers(folder)
        lines = ["read: the peers could not be installed, ours alone"] if theirs is None else []
        loads |= {peer: (theirs, load) for peer, load in PEER_LOADS if theirs is not None}
        measured = _in_turns(loads, listed)
        floor = measured.pop("floor")
        marks = json.loads(listed.read_text("utf-8"))
        lines += _recall(measured, marks)
        for kind in KINDS:
            made = ("large", "illustrated")
            names = [one for one in marks if one.endswith(f".{kind}") and not any(_is_made(one, m, kind) for m in made)]
            lines += _cpu(measured, kind, names, floor)
            lines += _cpu(measured, f"{kind} of XML alone", [name for name in names if _is_plain(name)], floor)
            for size in ("large", "illustrated"):
                lines += _cpu(measured, f"{size} {kind}", [name for name in marks if _is_made(name, size, kind)], floor)
        made = [
            name for name in marks if name.endswith(KINDS) and not any(_is_made(name, "illustrated", k) for k in KINDS)
        ]
        lines += _cpu(measured, "the four kinds together, with the large files", made, floor)[:-1]  # it knows no PDF
    return lines + _size(measured)


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
    files |= {str(path): [] for path in (*_large(folder), *_illustrated(folder))}
    listed = folder / "listed.json"
    listed.write_text(json.dumps(files), "utf-8")
    return listed


def _large(folder: Path) -> list[Path]:
    """A document of 3,000 paragraphs, a workbook of 100,000 cells and a presentation of 100 slides."""
    import docx
    import openpyxl
    import pptx

    document, book, slides = docx.Document(), openpyxl.Workbook(write_only=True), pptx.Presentation()
    for number in range(3000):
        paragraph = document.add_paragraph()
        for run in range(5):
            paragraph.add_run(f"第{number}段第{run}部分文字内容，各部门认真贯彻执行。")
    sheet = book.create_sheet()
    for number in range(20_000):
        sheet.append([f"姓名{number}", f"1380013{number:05d}", number, number * 1.5, "部门名称"])
    for number in range(100):
        slide = slides.slides.add_slide(slides.slide_layouts[1])
        slide.shapes.title.text = f"标题{number}"
        for line in range(12):
            slide.placeholders[1].text_frame.add_paragraph().text = f"第{line}条内容，请认真贯彻执行。"
    document.save(str(folder / "large.docx"))
    book.save(folder / "large.xlsx")
    slides.save(str(folder / "large.pptx"))
    return [folder / f"large.{kind}" for kind in ("docx", "xlsx", "pptx")]


def _is_made(name: str, size: str, kind: str) -> bool:
    return name.endswith(f"{size}.{kind}")


def _illustrated(folder: Path) -> list[Path]:
    """A report of 300 paragraphs with tables, and 30 slides with notes, with a photograph on every tenth and third."""
    import docx
    import pptx
    from PIL import Image

    photographs = []
    for number in range(10):
        photographs.append(folder / f"photograph{number}.jpg")
        Image.effect_noise((800, 600), 20 + 5 * number).save(photographs[-1], quality=85)
    document, slides = docx.Document(), pptx.Presentation()
    document.sections[0].header.paragraphs[0].text = "内部资料 2026 年度报告"
    for number in range(300):
        document.add_paragraph(f"第{number}段：各部门认真贯彻执行，确保各项工作按期完成。" * 4)
        if number % 30 == 0:
            document.add_picture(str(photographs[number // 30]))
            table = document.add_table(rows=10, cols=5)
            for at, cell in enumerate(table._cells):
                cell.text = f"项目{number}-{at}"
    for number in range(30):
        slide = slides.slides.add_slide(slides.slide_layouts[1])
        slide.shapes.title.text = f"标题{number}"
        slide.notes_slide.notes_text_frame.text = f"第{number}页备注，讲解时间三分钟。"
        for line in range(6):
            slide.placeholders[1].text_frame.add_paragraph().text = f"第{line}条内容，请认真贯彻执行。"
        if number % 3 == 0:
            slide.shapes.add_picture(str(photographs[number // 3]), 0, 0)
    document.save(str(folder / "illustrated.docx"))
    slides.save(str(folder / "illustrated.pptx"))
    return [folder / "illustrated.docx", folder / "illustrated.pptx"]


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


def _in_turns(loads: dict[str, tuple[str, str]], listed: Path) -> dict[str, dict[str, Any]]:
    """What each found and spent."""
    tries: dict[str, list[dict[str, Any]]] = {name: [] for name in loads}
    for number in range(TURNS):
        for name, (python, load) in loads.items():
            if not number or name not in SLOW:
                tries[name].append(_measure(python, load, listed))
    return {name: _middle(found) for name, found in tries.items()}


def _middle(tries: list[dict[str, Any]]) -> dict[str, Any]:
    """The first, with the middle of the times."""
    spent = {name: statistics.median(one["spent"][name] for one in tries) for name in tries[0]["spent"]}
    return tries[0] | {"spent": spent, "import": statistics.median(one["import"] for one in tries)}


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


def _is_plain(name: str) -> bool:
    """Whether a package holds nothing but XML, as far as its names tell."""
    try:
        with zipfile.ZipFile(name) as package:
            return all(part.endswith((".xml", ".rels", ".vml", "/")) for part in package.namelist())
    except (zipfile.BadZipFile, NotImplementedError):
        return False


def _cpu(measured: dict[str, dict[str, Any]], what: str, names: list[str], floor: dict[str, Any]) -> list[str]:
    """CPU on the files that every library read without an error, so that giving up early is no advantage."""
    every = [name for name in names if all(one["found"][name] is not None for one in measured.values())]
    if not every:
        return []
    ours = sum(measured["ours"]["spent"][name] for name in every)
    lines = []
    for library, one in measured.items():
        spent = sorted(one["spent"][name] * 1000 for name in every)
        p95 = spent[int(0.95 * (len(spent) - 1))]
        read = sum(one["found"][name] is not None for name in names)
        lines.append(
            f"read: {what}: {library}: {statistics.median(spent):.1f} ms median, {p95:.1f} p95, "
            f"{sum(spent) / 1000:.2f} s for {len(every)} files ({read} of {len(names)} read), "
            f"{sum(spent) / 1000 / ours:.2f} × ours"
        )
    least = sum(floor["spent"][name] for name in every if floor["found"][name] is not None)
    return [*lines, f"read: {what}: floor: {least:.2f} s, {least / ours:.2f} × ours"] if least else lines


def _size(measured: dict[str, dict[str, Any]]) -> list[str]:
    return [
        f"read: {library}: import {one['import'] * 1000:.0f} ms CPU, peak {one['peak'] // 1024} MB"
        for library, one in measured.items()
    ]


if __name__ == "__main__":
    print("\n".join(run()))

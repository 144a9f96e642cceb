"""Writes docs/failures.md from the table in dlp/failures.py; a test compares the two."""

from pathlib import Path

from dlp.failures import TABLE, Failure, Row

TOP = Path(__file__).resolve().parent.parent
HEAD = """# What happens when something goes wrong

Every failure that has a name, written from `dlp/failures.py` by `python bootstrap/failures.py`. A file that was handed
over is in exactly one known place at every instant, whatever the row.
每一种有名称的故障：文件会怎样、本人看到什么、记录什么。

| Failure | The file | The person sees | Logged as | Again by itself |
|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_line(failure, row) for failure, row in TABLE.items())


def _line(failure: Failure, row: Row) -> str:
    cells = (f"{one.en}<br>{one.zh}" for one in (row.title, row.file, row.person))
    title, file, person = cells
    return f"| **{failure.value}**<br>{title} | {file} | {person} | `{row.log}` | {'yes' if row.again else '–'} |\n"


if __name__ == "__main__":
    (TOP / "docs" / "failures.md").write_text(page(), "utf-8")

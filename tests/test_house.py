"""The house stays as it was drawn: which room may ask which, how big rooms are, which words are used."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent
PACKAGES = ("classifiers", "keys", "dlp", "web")
LINES_OF_A_FILE = 300
LINES_OF_A_FUNCTION = 60
FORBIDDEN = re.compile(r"(?:^|_)(manager|handler|processor|helper|utils?|data|info|item)s?(?:_|$)", re.IGNORECASE)
AGENT = ("outbox", "received", "gate", "custody", "objects", "journal", "archive", "agent", "link", "receipts")


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((TOP / package).rglob("*.py"))


def module(path: Path) -> str:
    parts = path.relative_to(TOP).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """Every module of ours that a file names in an import, wherever in the file it stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert not node.level, f"{path}: relative import"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] in PACKAGES}


def room(name: str) -> str:
    """agent, office, link's protocol, cli or shared: on which side of the link a module stands."""
    parts = name.split(".")
    if parts[0] != "dlp" or len(parts) < 2:
        return parts[0]
    if name.startswith("dlp.link.protocol"):
        return "protocol"
    if parts[1].split("_")[0] in AGENT:
        return "agent"
    return parts[1]


ASKS = {
    "classifiers": {"classifiers"},
    "keys": {"keys"},
    "web": {
        *("web", "office", "model", "language", "words", "outcome_words", "sign_words", "coverage_words", "shown"),
        *("errors", "config", "protocol"),
        *("classifiers", "keys", "ulid", "dlp"),
    },
}


@pytest.mark.parametrize("path", list(sources()), ids=lambda path: module(path))
def test_arrows(path: Path) -> None:
    here = room(module(path))
    for name in imports(path):
        there = room(name)
        if here in ASKS:
            assert there in ASKS[here], f"{module(path)} imports {name}"
        elif here == "office":
            assert there not in {"agent", "web", "cli"}, f"{module(path)}: the office imports {name}"
        elif here == "agent":
            assert there not in {"office", "web", "cli"}, f"{module(path)}: the agent imports {name}"
        elif here == "protocol":
            assert there in {"protocol", "model", "errors", "language", "classifiers", "dlp"}, name
        if there == "web":
            assert here == "web", f"{module(path)} imports {name}"
        if here in {"read", "policy", "inspect"}:
            assert there not in {"office", "agent", "web", "cli"}, f"{module(path)} imports {name}"


@pytest.mark.parametrize("path", list(sources()), ids=lambda path: module(path))
def test_rooms_are_small_and_named_for_what_they_are(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LINES_OF_A_FILE, f"{path.name} is more than one room"
    assert not FORBIDDEN.search(path.stem), f"{path.name}: say what it is"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            assert not FORBIDDEN.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name)), f"{path.name}: {node.name}"
        if isinstance(node, ast.FunctionDef):
            size = (node.end_lineno or 0) - node.lineno + 1
            assert size <= LINES_OF_A_FUNCTION, f"{path.name}: {node.name} has {size} lines"


@pytest.mark.parametrize("path", list(sources()), ids=lambda path: module(path))
def test_only_config_reads_the_environment(path: Path) -> None:
    if path == TOP / "dlp" / "config.py":
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            assert node.attr not in {"environ", "getenv", "environb"}, f"{path.name}:{node.lineno}"


def test_every_package_has_a_docstring() -> None:
    for path in sources():
        assert ast.get_docstring(ast.parse(path.read_text("utf-8"))) or path.stat().st_size == 0, path


def test_every_message_speaks_both_languages() -> None:
    """A Say with two equal sides, or Chinese on the English side, is one that somebody forgot to translate."""
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Say":
                words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                if len(words) == 2 and re.search(r"[A-Za-z]{4}", re.sub(r"\{[^}]*\}", "", words[0])):
                    assert words[0] != words[1], f"{path.name}:{node.lineno}"
                    assert not re.search(r"[一-鿿]", words[0]), f"{path.name}:{node.lineno}"
                    assert re.search(r"[一-鿿]", words[1]), f"{path.name}:{node.lineno}"


@pytest.mark.parametrize(("readme", "language"), [("README.md", "en"), ("README.zh-CN.md", "zh")])
def test_the_readme_shows_the_help_as_it_is(readme: str, language: str) -> None:
    """Invariant 10: documentation and the command line agree."""
    from dlp.cli.main import COMMANDS, overview
    from dlp.language import Language

    text = (TOP / readme).read_text("utf-8")
    assert f"```\n{overview(Language(language))}\n```" in text
    for command in COMMANDS:
        assert f"dlp {command.word}" in text or command.word in overview(Language(language))


def test_every_command_has_help_in_both_languages_that_ends_with_an_example() -> None:
    from dlp.cli.main import COMMANDS, parser_for
    from dlp.language import Language

    for command in COMMANDS:
        for language in Language:
            last = parser_for(command, language).format_help().rstrip().splitlines()[-1]
            assert f"dlp {command.word}" in last, last


def test_the_failures_page_is_the_table_as_it_is() -> None:
    """Invariant 10."""
    import runpy

    page = runpy.run_path(str(TOP / "bootstrap" / "failures.py"))["page"]()
    assert (TOP / "docs" / "failures.md").read_text("utf-8") == page


def test_every_failure_has_its_row() -> None:
    from dlp.failures import BY_NUMBER, TABLE, Failure

    assert set(TABLE) == set(Failure)
    assert set(BY_NUMBER.values()) <= set(TABLE)

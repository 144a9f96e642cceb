"""One pass over a text for all that rules need: by hyperscan where it is there, else by daachorse and ``re``.

Both ways give the same hits. Hyperscan's database takes a while to build, so it is built once and kept in a folder of
the caller's, named after the words, the engine's version and the processor: another machine or engine makes its own.
Short texts never pay for it; the automaton of the portable way is ready in a millisecond.
"""

from __future__ import annotations

import contextlib
import hashlib
import platform
import re
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from classifiers.prefilter import GROUPED, MOST_DIGITS, NUMBER, ZERO, Asking, Hit, Tables, tables
from classifiers.spelling import BLANK, gap_characters

LONG = 1 << 14
"""Code points from which hyperscan is worth its start."""
GAP_AFTER = re.compile(rf"[{BLANK}\n]{{0,6}}")
FEW = 6_000
"""Words up to which the database is built where it is needed; for more, somebody must have built it (``keep``)."""
LEAD = 24
"""Code points that a number or a group may begin before the place where hyperscan is sure of it."""


class Sweep(Protocol):
    """One way of looking."""

    def hits(self, text: str, tables: Tables | None = None) -> list[Hit]:
        """All that is asked for, in rising order; ``tables`` leave out what a document has enough of."""


class _Asked:
    """What both ways share: the words, and what a sighting of each means."""

    def __init__(self, asked: Asking) -> None:
        self.asked = asked
        self.words = asked.in_order()
        self.gaps = gap_characters()
        self.tables = tables(asked, self.words)

    def word(self, text: str, end: int, number: int, tables: Tables, found: list[Hit]) -> None:
        """Add the hits that one sighting of a word makes."""
        if tables.rules[number]:
            found.append((end - 1, -1, tables.rules[number]))
        table = tables.pairs[number]
        if table:
            before = text[end - 2] if end > 1 else ""
            after = text[end] if end < len(text) else ""
            rules = table.get((before, True), ()) + table.get((after, False), ())
            if not rules and (before in self.gaps or after in self.gaps):
                rules = self._over_gaps(text, end, table)
            if rules:
                found.append((end - 1, -1, rules))

    def _over_gaps(self, text: str, end: int, table: dict[tuple[str, bool], tuple[int, ...]]) -> tuple[int, ...]:
        at, least = end - 2, max(-1, end - 8)
        while at > least and text[at] in self.gaps:
            at -= 1
        before = text[at] if at >= 0 else ""
        matched = GAP_AFTER.match(text, end)
        at = matched.end() if matched else end
        after = text[at] if at < len(text) else ""
        return table.get((before, True), ()) + table.get((after, False), ())

    @staticmethod
    def number(match: re.Match[str], tables: Tables, found: list[Hit]) -> None:
        """Add the hit that a number makes."""
        start, end = match.span()
        digits, said = end - start, match[0]
        if not said.isdecimal():
            digits = sum(map(str.isdecimal, said))
        rules = tables.by_length[min(digits, MOST_DIGITS), said[0]]
        if rules:
            found.append((start, end, rules))


class Portable(_Asked):
    """An Aho-Corasick automaton over characters, with wheels for every platform, and ``re`` for numbers."""

    @cached_property
    def _automaton(self) -> Any:  # noqa: ANN401 - the wheel ships no types
        import daachorse

        return daachorse.CharwiseDoubleArrayAhoCorasick(self.words) if self.words else None

    def hits(self, text: str, tables: Tables | None = None) -> list[Hit]:
        """As Sweep."""
        tables = tables or self.tables
        found: list[Hit] = []
        if self._automaton is not None:
            for _, end, number in self._automaton.find_overlapping(_encodable(text)):
                if tables.rules[number] or tables.pairs[number]:
                    self.word(text, end, number, tables, found)
        for match in NUMBER.finditer(text):
            self.number(match, tables, found)
        if tables.grouped:
            found += [(*match.span(), tables.grouped) for match in GROUPED.finditer(text)]
        found.sort()
        return found


class Hyperscan(_Asked):
    """One compiled database."""

    def __init__(self, asked: Asking, folder: Path | None) -> None:
        super().__init__(asked)
        self._folder = folder
        self._stored = self._read()

    def _name(self) -> str:
        import hyperscan

        version = hyperscan.__version__  # type: ignore[attr-defined]  # its stubs leave it out
        parts = (version, platform.machine(), _features(), *(source for source, _ in self._sources()))
        return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:40] + ".hs"

    def _sources(self) -> list[tuple[str, bool]]:
        """Words, then what betrays a number or a group; each with whether it is read as UTF-8."""
        separator = "(?:[ \\-]|－|\u3000|\u00a0)"
        grouped = f"[0-9]{separator}(?:[0-9]{{4}}{separator}[0-9]|[0-9]{{8}})"
        odd = f"[０-９]|[0-9][{ZERO}]{{1,2}}[0-9０-９]|[0-9][{ZERO}]{{0,2}}[ \\-－\u3000\u00a0][{ZERO}]{{1,2}}[0-9]"
        # What is before the first digit is part of it, so that a long number is seen once and not at each digit.
        return [
            *((re.escape(word), False) for word in self.words),
            ("[^0-9][0-9]{6}", False),
            (odd, True),
            (grouped, True),
        ]

    def _read(self) -> bytes | None:
        """Read at once and not when needed: a reading process gives up the file system before its first file."""
        if self._folder is not None:
            with contextlib.suppress(OSError, ImportError):
                return (self._folder / self._name()).read_bytes()
        return None

    @cached_property
    def _database(self) -> Any:  # noqa: ANN401 - the wheel's own types say less than its documentation
        import hyperscan

        if self._stored is not None:
            stored, self._stored = self._stored, None
            with contextlib.suppress(hyperscan.error):
                database = hyperscan.loadb(stored, hyperscan.HS_MODE_BLOCK)
                database.scratch = hyperscan.Scratch(database)
                return database
        sources = [source.encode("utf-8", "replace") for source, _ in self._sources()]
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        flags = [hyperscan.HS_FLAG_UTF8 if utf8 else 0 for _, utf8 in self._sources()]
        database.compile(expressions=sources, ids=list(range(len(sources))), flags=flags)
        return database

    @property
    def ready(self) -> bool:
        """Whether a scan can start without a long wait."""
        return self._stored is not None or len(self.words) <= FEW or "_database" in self.__dict__

    def keep(self) -> None:
        """Build the database and write it down, for processes that start later; nothing where it is there already."""
        if self._folder is None or self._stored is not None:
            return
        import hyperscan

        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".hs-", delete=False) as file:
                file.write(hyperscan.dumpb(self._database))
            Path(file.name).replace(self._folder / self._name())

    def hits(self, text: str, tables: Tables | None = None) -> list[Hit]:
        """As Sweep. The scan tells bytes; characters are counted from sighting to sighting, each byte decoded once."""
        tables = tables or self.tables
        seen: list[tuple[int, int]] = []
        raw = b"\n" + text.encode("utf-8", "replace")
        self._database.scan(raw, match_event_handler=_collect, context=seen.append)
        seen.sort()
        found: list[Hit] = []
        at_byte, at, number_end, grouped_end = 1, 0, 0, 0
        words = len(self.words)
        numbers = any(tables.by_length.values())
        for end, number in seen:
            if number < words and not tables.rules[number] and not tables.pairs[number]:
                continue
            at += len(raw[at_byte:end].decode("utf-8"))
            at_byte = end
            if number < words:
                self.word(text, at, number, tables, found)
                continue
            # What is odd (full width, something invisible between) may be either.
            if numbers and number <= words + 1 and (match := _around(NUMBER, text, number_end, at)):
                number_end = match.end()
                self.number(match, tables, found)
            if number > words and tables.grouped and (match := _around(GROUPED, text, grouped_end, at)):
                grouped_end = match.end()
                found.append((*match.span(), tables.grouped))
        found.sort()
        return found


def _around(pattern: re.Pattern[str], text: str, done: int, at: int) -> re.Match[str] | None:
    """The first match after ``done`` that is near ``at``, as ``finditer`` over the whole text would give it."""
    match = pattern.search(text, max(done, at - LEAD), at + LEAD) if at > done else None
    # It is matched again from its start, because a long number goes on after what was searched.
    return pattern.match(text, match.start()) if match is not None else None


def _encodable(text: str) -> str:
    """The text with every half of a surrogate pair as a question mark, as long as before: engines take UTF-8 only."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text


def _collect(number: int, _start: int, end: int, _flags: int, keep: Any) -> None:  # noqa: ANN401 - list.append
    keep((end, number))


def _features() -> str:
    """The processor's features, as far as the system tells; a database is compiled for them."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
            if line.startswith(("flags", "Features")):
                return line
    return platform.processor()


class Either:
    """Hyperscan for long texts where it is installed, the portable way for the rest."""

    def __init__(self, asked: Asking, folder: Path | None = None) -> None:
        self._asked = asked
        self._folder = folder
        self._portable = Portable(asked)
        self._fast: Hyperscan | None = None
        self._tried = False
        if folder is not None:
            self.fast()

    def fast(self) -> Hyperscan | None:
        """The fast way, or None where it is not installed."""
        if not self._tried:
            self._tried = True
            with contextlib.suppress(ImportError):
                import hyperscan  # noqa: F401 - only to know that it is there

                self._fast = Hyperscan(self._asked, self._folder)
        return self._fast

    def hits(self, text: str, tables: Tables | None = None) -> list[Hit]:
        """As Sweep."""
        fast = self.fast() if len(text) >= LONG else None
        return (fast if fast and fast.ready else self._portable).hits(text, tables)

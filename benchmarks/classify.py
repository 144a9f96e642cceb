# ruff: noqa: E501 - a figure and what it is of stay on one line
"""How fast the whole of ``classify`` is, beside engines that only match, on the same text in the same run.

Ours joins, looks, confirms and scores with the shipped packs and a dictionary of ten thousand terms; the others are given
patterns of the same rules (or the words) and count matches, which is less work. Ratios travel between machines, megabytes
per second do not. Peers that are not installed are left out and said.
"""

from __future__ import annotations

import importlib.util
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from classifiers.build import build
from classifiers.engine import Engine, classify
from classifiers.model import Block, Place, Region
from classifiers.pack import load, shipped
from classifiers.portable import Portable
from classifiers.prepare import prepare
from classifiers.rules import Rules
from classifiers.sweep import for_text

TERMS = 10_000
MEGABYTES = 24
SHORT_MEGABYTES = 1
ROUNDS = 5
DENSE = (1, 4, 8, 16)
MEMORY_MEGABYTES = 3
PARAGRAPH = "各部门请于本周五前报送进展情况，逾期未报的将在下周例会上通报，由办公室汇总后报分管领导审阅。"
MEMORY = """
import sys, pathlib, re, dataclasses, hashlib, unicodedata, datetime
resident = lambda: int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6
from benchmarks.classify import MEMORY_MEGABYTES, ordinary
text = ordinary(MEMORY_MEGABYTES, ["北斗星计划"])
before = resident()
from classifiers.engine import classify
from classifiers.model import Block
from classifiers.pack import load, shipped
rules = load(shipped(), pathlib.Path(sys.argv[1]), keep=False)
assert rules.engine.sweep.fast is not None
classify([Block(text[:2000])], rules, b"k")
classify([Block(text)], rules, b"k")
print(f"{resident() - before:.0f}")
"""
LETTERS = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽水玉出昆冈"
PACK = """
schema: 1
pack: bench
title: {en: Bench, zh: 测试}
rules:
  - id: bench.terms
    title: {en: Terms, zh: 词条}
    category: trade_secret
    level: sensitive
    dictionary: terms.txt
    base: 70
    matching: [关于北斗星计划的会议]
    not_matching: [一般通知]
"""


def run() -> list[str]:
    """One line for each figure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rules, terms = _rules(folder)
        text = ordinary(MEGABYTES, terms)
        return [
            *_ours(rules, text),
            *_shapes(rules),
            *_peers(rules, terms, ordinary(SHORT_MEGABYTES, terms), folder),
            *_start(folder),
        ]


def _rules(folder: Path) -> tuple[Rules, list[str]]:
    chance = random.Random(1)
    terms = sorted({"".join(chance.choices(LETTERS, k=chance.randint(4, 8))) for _ in range(TERMS)})
    (folder / "terms.txt").write_text("\n".join(["北斗星计划", *terms]), "utf-8")
    (folder / "bench.yaml").write_text(PACK, "utf-8")
    files = (*shipped(), folder / "bench.yaml")
    prepare(load(files, folder / "cache"))
    prepare(load(shipped(), folder / "cache"))
    prepare(load(shipped(), folder / "shipped"))
    return load(files, folder / "cache"), terms


def ordinary(megabytes: float, terms: list[str]) -> str:
    """Ordinary Chinese office text: a mention of a secret, a date, a number or a term now and then."""
    from benchmarks.eval.unmarked import FAMILIES
    from benchmarks.eval.words import body

    chance, parts, size = random.Random(2), [], 0.0
    while size < megabytes * 1e6:
        lines = body(chance, 20, 30)
        if chance.random() < 0.2:
            lines += chance.choice(FAMILIES)(chance).lines
        if chance.random() < 0.3:
            lines.append(f"{chance.choice(terms)}的进展见附件。")
        parts.append("\n".join(lines))
        size += len(parts[-1].encode())
    return "\n".join(parts)


def everywhere(megabytes: float) -> str:
    """A text made to hit everywhere: each line a mark, an identifier or a key."""
    from benchmarks.eval import numbers

    chance, lines, size = random.Random(3), [], 0
    while size < megabytes * 1e6:
        lines += [
            f"机密★{chance.randint(1, 20)}年", f"身份证号：{numbers.resident(chance)}", f"卡号 {numbers.card(chance)}",
            f"手机 {numbers.mobile(chance)}", f"密级：{chance.choice(('机密', '秘密', '绝密'))}", f"密码：{numbers.key(chance, 10)}@1",
        ]  # fmt: skip
        size += sum(len(line.encode()) + 1 for line in lines[-6:])
    return "\n".join(lines)


def _seconds(step: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Processor time of the quickest of some rounds: a busy machine must not make a figure."""
    best = float("inf")
    for _ in range(rounds):
        begun = time.process_time()
        step()
        best = min(best, time.process_time() - begun)
    return best


def _size(text: str) -> float:
    return len(text.encode("utf-8")) / 1e6


def _rate(text: str, step: Callable[[], object], rounds: int = ROUNDS) -> float:
    return _size(text) / _seconds(step, rounds)


def _ours(rules: Rules, text: str) -> list[str]:
    portable = Rules(rules.rules, rules.digest, rules.read_as)
    portable.__dict__["engine"] = Engine(portable, Portable(rules, for_text(rules)))
    fast = _rate(text, lambda: classify([Block(text)], rules, b"k"))
    slow = _rate(text, lambda: classify([Block(text)], portable, b"k"), 2)
    return [
        f"classify, {len(rules.rules)} rules and {TERMS} terms, ordinary text: {fast:.0f} MB/s; portable way {slow:.0f} MB/s ({_size(text):.0f} MB, one core)"
    ]


def _shapes(rules: Rules) -> list[str]:
    """Other texts than ordinary ones, and Blocks as readers give them."""
    dense = {size: [Block(everywhere(size))] for size in DENSE}
    seconds = {size: _seconds(partial(classify, blocks, rules, b"k"), 3) for size, blocks in dense.items()}
    rates = ", ".join(f"{size / spent:.1f} MB/s for {size} MB" for size, spent in seconds.items())
    paragraphs = [Block(PARAGRAPH, Place(line=n)) for n in range(50_000)]
    cells = [Block(str(n * 7919 % 100_000), Place(Region.CELL, row=n // 20, column=n % 20)) for n in range(200_000)]
    whole = "".join(block.text for block in paragraphs)
    return [
        f"text that hits on every line: {rates}; twice the length takes {seconds[DENSE[-1]] / seconds[DENSE[-2]]:.2f} times as long",
        f"paragraphs without a hit as Blocks of their own: {_rate(whole, lambda: classify(paragraphs, rules, b'k')):.0f} MB/s",
        f"spreadsheet cells as Blocks of their own: {len(cells) / _seconds(lambda: classify(cells, rules, b'k')) / 1e6:.2f} million cells/s",
    ]


def _peers(rules: Rules, terms: list[str], text: str, folder: Path) -> list[str]:
    ours = _rate(text, lambda: classify([Block(text)], rules, b"k"))
    lines = [f"beside others on {_size(text):.1f} MB of it: classify {ours:.0f} MB/s"]
    patterns = [
        re.compile(rule.pattern, re.MULTILINE | (re.IGNORECASE if rule.ignore_case else 0))
        for rule in rules.rules
        if rule.pattern
    ]
    plain = _rate(text, lambda: [sum(1 for _ in pattern.finditer(text)) for pattern in patterns], 1)
    lines.append(
        f"  re, the same {len(patterns)} patterns without terms: {plain:.2f} MB/s, ours is {ours / plain:.0f} times as fast"
    )
    for word, peer in (("rg -F -f", _ripgrep), ("yara", _yara), ("presidio", _presidio)):
        rate = peer(text, terms, folder)
        lines.append(
            f"  {word}: {rate:.1f} MB/s, ours is {ours / rate:.1f} times as fast"
            if rate
            else f"  {word}: not installed here"
        )
    return lines


def _ripgrep(text: str, terms: list[str], folder: Path) -> float:
    if not shutil.which("rg"):
        return 0.0
    source, words = folder / "text", folder / "words"
    source.write_text(text * 8, "utf-8")
    words.write_text("\n".join(terms), "utf-8")
    begun = time.perf_counter()
    subprocess.run(["rg", "-j1", "-c", "-F", "-f", str(words), str(source)], check=False, capture_output=True)
    return 8 * _size(text) / (time.perf_counter() - begun)


def _yara(text: str, terms: list[str], _folder: Path) -> float:
    if importlib.util.find_spec("yara") is None:
        return 0.0
    import yara

    words = "\n".join(f'$t{n} = "{term}"' for n, term in enumerate(terms))
    compiled = yara.compile(source=f"rule t {{ strings:\n{words}\ncondition: any of them }}")
    raw = text.encode()
    return _rate(text, lambda: compiled.match(data=raw))


def _presidio(text: str, _terms: list[str], _folder: Path) -> float:
    if importlib.util.find_spec("presidio_analyzer") is None:
        return 0.0
    from presidio_analyzer.predefined_recognizers import CreditCardRecognizer, IbanRecognizer, IpRecognizer

    # Not the one for mail addresses: it asks the network for a list of domains.
    recognizers = [CreditCardRecognizer(), IbanRecognizer(), IpRecognizer()]
    return _rate(text, lambda: [one.analyze(text, one.supported_entities, None) for one in recognizers], 1)


def _start(folder: Path) -> list[str]:
    cache, own = folder / "cache", (*shipped(), folder / "bench.yaml")
    plain = _seconds(lambda: load(shipped(), cache, keep=False).engine, 5)
    cached = _seconds(lambda: load(own, cache, keep=False).engine, 5)
    built = _seconds(lambda: build(load(shipped()), for_text(load(shipped()))), 2)
    command = [sys.executable, "-c", MEMORY, str(folder / "shipped")]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parent.parent).stdout
    return [
        f"loading the shipped packs, ready to judge: {plain * 1000:.0f} ms; with an own pack of {TERMS} terms from its cache: {cached * 1000:.0f} ms; building the shipped database, once: {built * 1000:.0f} ms",
        f"memory of the shipped packs, with their database and after {MEMORY_MEGABYTES} MB of text: {told.strip()} MB",
    ]


if __name__ == "__main__":
    print("\n".join(run()))

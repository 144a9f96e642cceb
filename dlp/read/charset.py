"""Which encoding a text is in: byte order mark, UTF-8, UTF-16 without mark, then GB18030, Big5 by their characters."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 4096
_ENOUGH = 200
"""Bytes of other than ASCII from which it can be told whether they are a language."""
_FEWEST_COMMON = 0.03
"""Share of common characters; a list of names has 0.1 at least, random bytes have less than none."""
_MOST_ACCENTS = 0.35
_APART = re.compile(rb"[\x80-\xff](?![\x80-\xff])")
_TOGETHER = re.compile(rb"[\x81-\xfe][\x81-\xfe]")
_COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同"
    "现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很"
    "最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义"
    "各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司"
    "五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔章"
    "這個們來為國時會說發後經過對學現當沒動開進實從與長機關點業將兩間問應戰頭體見產給東聲員處義條認題爾變總電數報結務場計資統區隊決馬書聽強則難"
    "權記類據邊張該規萬覺術領確傳師觀讓識帶導爭運秘密機絕級★年月日号第一二三四五六七八九十，。、：；（）《》“”省市县局部委办厅院章文件通知关于请示"
)

_NOT_ORDINARY = re.compile(r"[^ -~\r\n\t\u4e00-\u9fff\u3000-\u301f]+")

_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x08\x1b\x1a"))
_HIGH = bytes(range(128, 256))


def of(head: bytes) -> str | None:
    """Codec name for text that begins with these bytes; None where they are not text."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    sample = head[:_SAMPLE]
    if b"\0" in sample:
        return _utf16(sample)
    if _has_controls(sample):
        return None
    if decodes(sample, "utf-8"):
        return "utf-8"
    return _double_byte(sample)


def decodes(sample: bytes, codec: str) -> bool:
    """Whether the bytes are valid, a character cut at their end aside."""
    try:
        codecs.getincrementaldecoder(codec)().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _has_controls(sample: bytes) -> bool:
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return controls > len(sample) // 100


def _utf16(sample: bytes) -> str | None:
    """UTF-16 without a mark, by which of the two readings gives ordinary characters; None where neither does."""
    even = sample[: len(sample) // 2 * 2]
    best = max(("utf-16-le", "utf-16-be"), key=lambda codec: _ordinary(even, codec))
    return best if _ordinary(even, best) > 0.7 else None


def _ordinary(sample: bytes, codec: str) -> float:
    text = sample.decode(codec, "replace")
    if "\0" in text.rstrip("\0"):
        return 0.0
    return len(_NOT_ORDINARY.sub("", text)) / max(1, len(text))


def _double_byte(sample: bytes) -> str:
    """GB18030 unless the same bytes read as Big5 give clearly more of the common characters."""
    scores = {codec: _common(sample, codec) for codec in ("gb18030", "big5hkscs", "utf-16-le", "utf-16-be")}
    best = max(scores, key=lambda codec: scores[codec])
    if scores[best] > scores["gb18030"] + 0.1 and scores[best] > (0.4 if best.startswith("utf") else 0.1):
        return best
    # In Western text a letter with an accent stands before plain ones; in Chinese two high bytes stand together.
    apart, together = len(_APART.findall(sample)), len(_TOGETHER.findall(sample))
    return "cp1252" if apart > together and scores["gb18030"] < 0.3 else "gb18030"


def is_doubtful(head: bytes, codec: str) -> bool:
    """Whether what was guessed reads as no language: bytes of another kind without control characters, mostly."""
    sample = head[:_SAMPLE]
    high = len(sample) - len(sample.translate(None, _HIGH))
    if high < _ENOUGH:
        return False
    if codec == "cp1252":
        return high > _MOST_ACCENTS * len(sample)
    return codec in {"gb18030", "big5hkscs"} and _common(sample, codec) < _FEWEST_COMMON


def _common(sample: bytes, codec: str) -> float:
    """Share of common characters among those that are not ASCII, less the share that does not decode."""
    wide = [c for c in sample.decode(codec, "replace")[:1000] if c > "\x7f"]
    if not wide:
        return 0.0
    return (sum(c in _COMMON for c in wide) - 2 * wide.count("\ufffd")) / len(wide)

"""Which numbers of a binary workbook are dates, by the formats of its styles (MS-XLSB, BrtFmt and BrtXF)."""

from __future__ import annotations

import datetime
import re
import struct
from collections.abc import Iterable

from dlp.read import biff12

_FORMAT, _XF, _BEGIN, _END = 44, 47, 617, 618
_BUILT_IN = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Formats for dates that have no text, those of Chinese Windows among them (ISO/IEC 29500-1, 18.8.30)."""
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]')
_DATE = re.compile(r"[ymdhs年月日]", re.IGNORECASE)
_LAST_DAY = 2_958_465.0
"""9999-12-31."""


class Dates:
    """The formats of a workbook's cells, by number of style."""

    def __init__(self, records: Iterable[tuple[int, bytes]], *, from_1904: bool = False) -> None:
        self._start = datetime.datetime(1904, 1, 1) if from_1904 else datetime.datetime(1899, 12, 30)
        codes: dict[int, str] = {}
        self._dated: list[bool] = []
        inside = False
        for kind, content in records:
            if kind == _FORMAT:
                codes[struct.unpack_from("<H", content)[0]] = biff12.wide(content, 2)[0]
            elif kind in {_BEGIN, _END}:
                inside = kind == _BEGIN
            elif kind == _XF and inside:
                (used,) = struct.unpack_from("<H", content, 2)
                self._dated.append(_is_date(codes[used]) if used in codes else used in _BUILT_IN)
        from dlp.read.workbook import literals

        self.words = literals(codes.values())
        """What formats print beside a number."""

    def meant(self, value: float, style: int) -> object:
        """The date or time that a number stands for, or the number."""
        if not (style < len(self._dated) and self._dated[style] and 0 <= value <= _LAST_DAY):
            return value
        moment = self._start + datetime.timedelta(seconds=round(value * 86_400))
        if value < 1:
            return moment.time()
        return moment.date() if moment.time() == datetime.time() else moment


def _is_date(code: str) -> bool:
    return _DATE.search(_LITERAL.sub("", code).replace("General", "")) is not None

"""pdfium through pypdfium2's raw bindings: loaded once in a process, and how it hands out text."""

from __future__ import annotations

import ctypes
import importlib
from collections.abc import Callable
from functools import cache
from typing import Any


@cache
def library() -> Any:  # noqa: ANN401 - ctypes bindings have no types
    """The library, initialised. The layer above it in pypdfium2 costs start time and is not needed for reading."""
    bindings = importlib.import_module("pypdfium2_raw")
    bindings.FPDF_InitLibrary()
    return bindings


def text_of(ask: Callable[[Any, int], int]) -> str:
    """Text from a call that fills a UTF-16 buffer and returns the bytes it needs, the closing zero included."""
    length = ask(None, 0)
    if length <= 2:
        return ""
    buffer = ctypes.create_string_buffer(length)
    ask(buffer, length)
    return buffer.raw[: length - 2].decode("utf-16-le", "replace")

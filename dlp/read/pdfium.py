"""pdfium through pypdfium2's raw bindings: loaded once in a process, and how it hands out text."""

from __future__ import annotations

import ctypes
import importlib
from collections.abc import Callable
from functools import cache
from typing import Any

from dlp.read import wide

_SHORT = 512
"""Bytes."""


@cache
def library() -> Any:  # noqa: ANN401 - ctypes bindings have no types
    """The library, initialised. The layer above it in pypdfium2 costs start time and is not needed for reading."""
    bindings = importlib.import_module("pypdfium2_raw")
    bindings.FPDF_InitLibrary()
    return bindings


@cache
def call(name: str, *kinds: Any) -> Callable[..., Any]:  # noqa: ANN401
    """One of the library's functions, for what is asked thousands of times: half of what it costs by the bindings.

    ``kinds`` are the types of its result and, where they are told, its arguments; whatever is a pointer is given and
    taken as an address. Arguments beyond those told are numbers of the size of an int, and what ``given`` and
    ``ctypes.byref`` make: these go as they are, which takes half of what looking at their types does.
    """
    address = ctypes.cast(getattr(library(), name), ctypes.c_void_p).value
    assert address is not None
    # Such calls are short: to let other threads run meanwhile would take longer than they do.
    return ctypes.PYFUNCTYPE(*kinds)(address)


def address_of(pointer: Any) -> int:  # noqa: ANN401
    """What ``call`` is given for a pointer of the bindings."""
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0


def given(pointer: Any) -> Any:  # noqa: ANN401
    """The same where its type is not told."""
    return ctypes.byref(pointer.contents)


def text_of(ask: Callable[[Any, int], int]) -> str:
    """Text from a call that fills a UTF-16 buffer and returns the bytes it needs, the closing zero included."""
    # Most texts are short: they are there with the first call.
    found, at = room(_SHORT)
    length = ask(at, _SHORT)
    if length <= 2:
        return ""
    if length > _SHORT:
        found, at = room(length)
        ask(at, length)
    return wide.text(found[: length - 2])


def room(size: int) -> tuple[bytearray, Any]:
    """So many bytes to be filled, and what is given for their address; ctypes makes a type for each length it meets."""
    found = bytearray(size)
    return found, ctypes.byref(ctypes.c_char.from_buffer(found))

"""A compound file (MS-CFB) of any streams and storages; none of its streams is a small one, which are padded."""

from __future__ import annotations

import struct

_SECTOR, _CUTOFF = 512, 4096
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def compound(streams: dict[tuple[str, ...], bytes], pad: bytes = b"\0") -> bytes:
    """``streams``: path to content."""
    names: list[tuple[str, ...]] = [()]
    for path in streams:
        names += [path[:depth] for depth in range(1, len(path) + 1) if path[:depth] not in names]
    sectors: list[bytes] = []
    chains: list[int] = []
    places: dict[tuple[str, ...], tuple[int, int]] = {}
    for path, content in streams.items():
        content += pad * max(0, _CUTOFF - len(content))
        places[path] = (len(sectors), len(content))
        _add(sectors, chains, content)
    directory = b"".join(_entry(name, names, places) for name in names)
    start = len(sectors)
    _add(sectors, chains, directory + b"\0" * (-len(directory) % _SECTOR))
    count = -(-(len(sectors) + len(sectors) // 100 + 8) // 128)
    fat = chains + [_FAT] * count
    fat += [_FREE] * (count * 128 - len(fat))
    places_of_fat = list(range(len(sectors), len(sectors) + count)) + [_FREE] * (109 - count)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, count, start, 0, _CUTOFF, _END, 0, _END, 0) + struct.pack("<109I", *places_of_fat)
    return head + b"".join(sectors) + struct.pack(f"<{len(fat)}I", *fat)


def _add(sectors: list[bytes], chains: list[int], content: bytes) -> None:
    content += b"\0" * (-len(content) % _SECTOR)
    for at in range(0, len(content), _SECTOR):
        sectors.append(content[at : at + _SECTOR])
        chains.append(len(sectors) if at + _SECTOR < len(content) else _END)


def _entry(
    path: tuple[str, ...], names: list[tuple[str, ...]], places: dict[tuple[str, ...], tuple[int, int]]
) -> bytes:
    name = (path[-1] if path else "Root Entry").encode("utf-16-le") + b"\0\0"
    brothers = [other for other in names if other and other[:-1] == path[:-1]] if path else []
    after = brothers.index(path) + 1 if path else 0
    right = names.index(brothers[after]) if after and after < len(brothers) else _FREE
    kids = [other for other in names if other and other[:-1] == path]
    kind = 5 if not path else 2 if path in places else 1
    start, size = places.get(path, (_END if not path else 0, 0))
    return (
        name.ljust(64, b"\0")
        + struct.pack("<HBB3I", len(name), kind, 1, _FREE, right, names.index(kids[0]) if kids else _FREE)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )

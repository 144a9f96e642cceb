"""``python -m classifiers.prove``: read and prove the shipped packs, and write down that they are proved.

Run after every change of this package; a test fails until it was.
"""

from __future__ import annotations

import json

from classifiers.pack import load, shipped, tree
from classifiers.proof import SHIPPED, names


def proof() -> str:
    """The text of the proof; PackError where a pack disagrees with its own examples."""
    load(shipped(), proved=False)
    raws = [path.read_bytes() for path in shipped()]
    trees = {name: tree(path.name, raw) for path, raw, name in zip(shipped(), raws, names(raws), strict=True)}
    return json.dumps(trees, ensure_ascii=False, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    SHIPPED.write_text(proof(), "utf-8")
